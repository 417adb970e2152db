'use client'

import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react'

type ChartProps = {
  title: string
  /** What the chart says as a whole, in one sentence. */
  summary: string
  /** What each point says, in words; the table of the chart is made of the same. */
  points: { label: string; value: string }[]
  /** Where a click on a point leads, if anywhere. */
  open?: (index: number) => void
  /** Stands beside the title. */
  aside?: ReactNode
  height?: string
  /** Draws the marks; `current` is the point that is looked at, or null. */
  children: (current: number | null) => ReactNode
}

/**
 * A chart that is read by pointer, by arrow keys and as a table. What a point says stands in one line above the marks, so nothing floats over the data.
 */
export function Chart({ title, summary, points, open, aside, height = 'h-36', children }: ChartProps) {
  const [current, setCurrent] = useState<number | null>(null)
  const last = points.length - 1
  const point = current === null ? null : points[Math.min(current, last)]
  const move = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    setCurrent(Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * points.length))))
  }
  const press = (event: KeyboardEvent) => {
    const from = current ?? last
    const next = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key]
    if (next !== undefined) setCurrent(Math.max(0, Math.min(last, next)))
    else if (event.key === 'Escape') setCurrent(null)
    else if (event.key === 'Enter' && open && current !== null) open(current)
    else return
    event.preventDefault()
  }
  return (
    <figure aria-label={title} className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        {aside}
      </div>
      <p aria-live="polite" className="min-h-5 text-sm text-muted max-sm:min-h-10">
        {point ? (
          <>
            <span className="font-medium text-ink">{point.value}</span> {point.label}
          </>
        ) : (
          summary
        )}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a chart that arrow keys walk through is no form control */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need a place to be
        tabIndex={0}
        aria-label={`${title}. ${summary}. Arrow keys read the points${open ? ', Enter opens one' : ''}.`}
        onPointerMove={move}
        onPointerLeave={() => setCurrent(null)}
        onBlur={() => setCurrent(null)}
        onKeyDown={press}
        onClick={() => (open && current !== null ? open(current) : undefined)}
        className={`relative ${height} rounded-sm ${open ? 'cursor-pointer' : ''}`}
      >
        {children(current)}
      </div>
      <details className="text-xs text-faint">
        <summary className="w-max cursor-pointer rounded-sm pointer-coarse:min-h-11 pointer-coarse:py-3">
          As a table
        </summary>
        <div className="mt-2 max-h-56 overflow-y-auto">
          <table className="w-full text-left text-xs text-muted">
            <caption className="sr-only">{title}</caption>
            <tbody>
              {points.map(({ label, value }) => (
                <tr key={label} className="border-b border-line">
                  <th scope="row" className="py-1 pr-4 font-normal">
                    {label}
                  </th>
                  <td className="py-1 text-right text-ink">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

type Bar = { name: string; segments: { value: number; className: string }[] }

/** Bars beside each other, each stacked of its segments. The highest fills the height. */
export function Bars({ bars, current }: { bars: Bar[]; current: number | null }) {
  const sums = bars.map(({ segments }) => segments.reduce((sum, { value }) => sum + value, 0))
  const most = Math.max(1, ...sums)
  return (
    <div aria-hidden className="flex h-full items-end gap-px border-b">
      {bars.map(({ name, segments }, index) => (
        <div
          key={name}
          className={`flex h-full min-w-0 flex-1 flex-col-reverse rounded-t-xs ${current === index ? 'bg-sunken' : ''}`}
        >
          {segments.map(({ value, className }) =>
            value === 0 ? null : (
              <div
                key={className}
                className={`${className} ${current === null || current === index ? '' : 'opacity-60'}`}
                style={{ height: `max(1px, ${(value / most) * 100}%)` }}
              />
            ),
          )}
        </div>
      ))}
    </div>
  )
}

/** A line with its area; a null is a gap, for it is not known. The scale begins at nought. */
export function Line({ values, current }: { values: (number | null)[]; current: number | null }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const x = (index: number) => ((index + 0.5) / values.length) * 1000
  const y = (value: number) => 100 - (value / most) * 94
  const runs = runsOf(values)
  const at = current === null ? null : (values[current] ?? null)
  return (
    <>
      <svg
        aria-hidden="true"
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        className="absolute inset-0 size-full overflow-visible border-b"
      >
        {runs.map((run) => {
          const path = run.map(({ index, value }) => `${x(index)},${y(value)}`).join(' L')
          const [first, last] = [x(run[0]?.index ?? 0), x(run.at(-1)?.index ?? 0)]
          return (
            <g key={first}>
              <path d={`M${first},100 L${path} L${last},100 Z`} className="fill-accent/12" />
              <path
                d={`M${path}${run.length === 1 ? ` l0.01,0` : ''}`}
                className="fill-none stroke-accent"
                strokeWidth={run.length === 1 ? 5 : 2}
                strokeLinecap="round"
                strokeLinejoin="round"
                vectorEffect="non-scaling-stroke"
              />
            </g>
          )
        })}
        {current === null ? null : (
          <line
            x1={x(current)}
            x2={x(current)}
            y1="0"
            y2="100"
            className="stroke-line-strong"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      {current === null || at === null ? null : (
        <span
          aria-hidden
          className="absolute size-2 -translate-1/2 rounded-full bg-accent ring-2 ring-raised"
          style={{ left: `${x(current) / 10}%`, top: `${y(at)}%` }}
        />
      )}
    </>
  )
}

function runsOf(values: (number | null)[]): { index: number; value: number }[][] {
  const runs: { index: number; value: number }[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([])
    else runs.at(-1)?.push({ index, value })
  }
  return runs.filter((run) => run.length > 0)
}
