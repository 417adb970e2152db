'use client'

import { sayCount, sayMany } from '@/components/ui/words'
import { type HistoryPoint, type HistoryRange, historyRanges, type Overview } from '@/lib/contract/overview'
import { Bars, Chart, Line } from './chart'

const rangeWords: Record<HistoryRange, string> = { '1h': '1 h', '24h': '24 h', '7d': '7 d' }

/** What came and went, the colour of each with its word. */
const flows = [
  { name: 'arrived', words: 'arrived', className: 'bg-live' },
  { name: 'expired', words: 'expired', className: 'bg-stale' },
  { name: 'ended', words: 'ended by the application', className: 'bg-accent' },
  { name: 'revoked', words: 'revoked here', className: 'bg-danger' },
  { name: 'cameBack', words: 'came back', className: 'bg-expiring' },
] as const

type Props = { history: Overview['history']; total: number; setRange: (range: HistoryRange) => void }

/** The count over time and what came and went, over one range. */
export function HistoryCharts({ history, total, setRange }: Props) {
  const { points, range, stepMs } = history
  const known = points.filter((point): point is HistoryPoint & { total: number } => point.total !== null)
  const counts = known.map((point) => point.total)
  const sums = flows.map(({ name, words }) => ({ words, count: points.reduce((sum, point) => sum + point[name], 0) }))
  const least = Math.min(...counts)
  const most = Math.max(...counts)
  const summary =
    counts.length === 0
      ? 'The first minute is still being counted'
      : `${least === most ? sayCount(most) : `Between ${sayCount(least)} and ${sayCount(most)}`}, now ${sayCount(total)}`
  return (
    <>
      <div className="min-w-0 rounded-lg border bg-raised p-4">
        <Chart
          title="Sessions over time"
          summary={summary}
          points={points.map((point) => ({
            label: sayStep(point.at, stepMs),
            value: point.total === null ? 'Not known' : sayMany(point.total, 'session'),
          }))}
          aside={<Ranges range={range} setRange={setRange} />}
        >
          {(current) => <Line values={points.map((point) => point.total)} current={current} />}
        </Chart>
      </div>
      <div className="min-w-0 rounded-lg border bg-raised p-4">
        <Chart
          title="Came and went"
          summary={
            sums
              .filter(({ count }) => count > 0)
              .map(({ words, count }) => `${sayCount(count)} ${words}`)
              .join(', ') || 'Nothing came and nothing went'
          }
          points={points.map((point) => ({ label: sayStep(point.at, stepMs), value: sayFlow(point) }))}
          aside={
            <ul className="flex flex-wrap gap-x-3 text-xs text-muted">
              {flows.map(({ name, words, className }) => (
                <li key={name} className="flex items-center gap-1.5">
                  <span aria-hidden className={`size-2 rounded-xs ${className}`} />
                  {words}
                </li>
              ))}
            </ul>
          }
        >
          {(current) => (
            <Bars
              bars={points.map((point) => ({
                name: String(point.at),
                segments: flows.map(({ name, className }) => ({ value: point[name], className })),
              }))}
              current={current}
            />
          )}
        </Chart>
      </div>
    </>
  )
}

function Ranges({ range, setRange }: { range: HistoryRange; setRange: (range: HistoryRange) => void }) {
  return (
    <fieldset className="flex gap-0.5">
      <legend className="sr-only">Range</legend>
      {historyRanges.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === range}
          onClick={() => setRange(name)}
          className="h-7 rounded-md px-2 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-sunken aria-pressed:text-ink pointer-coarse:h-11 pointer-coarse:px-3"
        >
          {rangeWords[name]}
        </button>
      ))}
    </fieldset>
  )
}

function sayFlow(point: HistoryPoint): string {
  const parts = flows.flatMap(({ name, words }) => (point[name] === 0 ? [] : [`${sayCount(point[name])} ${words}`]))
  return parts.join(', ') || (point.total === null ? 'Not known' : 'Nothing')
}

function sayStep(at: number, stepMs: number): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const isToday = new Date().toDateString() === date.toDateString()
  const day = isToday
    ? ''
    : `${date.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })} `
  return stepMs < 3_600_000 ? `at ${day}${time}` : `at ${day}${time}, by the hour`
}
