'use client'

import { useEffect, useRef } from 'react'
import type { SearchFault } from '@/lib/search/parse'
import type { Suggestion } from '@/lib/search/suggest'

type SearchPanelProps = {
  /** What the box tells its parts apart by. */
  id: string
  text: string
  faults: SearchFault[]
  options: Suggestion[]
  place: number
  setPlace: (place: number) => void
  accept: (option: Suggestion) => void
  goTo: (fault: SearchFault) => void
}

/** Under the box: what cannot be understood, with its place in the text marked, and what could be meant. The focus stays in the box. */
export function SearchPanel({ id, text, faults, options, place, setPlace, accept, goTo }: SearchPanelProps) {
  const listRef = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Newer browsers answer with a promise, which is no clean-up.
    void listRef.current?.children[place]?.scrollIntoView({ block: 'nearest' })
  }, [place])
  return (
    <div className="absolute top-full left-0 z-30 mt-1 w-max max-w-[min(28rem,calc(100vw-32px))] min-w-[min(20rem,100%)] overflow-hidden rounded-lg bg-raised shadow-float">
      {faults.length > 0 ? (
        <div id={`${id}-faults`} role="alert" className="border-l-2 border-danger bg-danger-soft">
          <ul>
            {faults.map((fault) => (
              <li key={fault.start} className="px-3 py-2 text-sm">
                <button
                  type="button"
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => goTo(fault)}
                  className="block max-w-full rounded-sm text-left font-mono text-xs break-all text-muted"
                >
                  {clip(text.slice(0, fault.start), 'end')}
                  <mark className="rounded-sm bg-transparent font-semibold text-danger underline decoration-wavy underline-offset-3">
                    {clip(text.slice(fault.start, fault.end), 'start')}
                  </mark>
                  {clip(text.slice(fault.end), 'start')}
                </button>
                <p className="mt-1 text-ink">{fault.detail}</p>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div
        ref={listRef}
        id={`${id}-list`}
        role="listbox"
        aria-label="Suggestions"
        className={options.length === 0 ? 'hidden' : 'max-h-80 overflow-y-auto p-1'}
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the keys, by the combobox pattern
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box
          <div
            key={option.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === place}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setPlace(index)}
            onClick={() => accept(option)}
            className="flex min-h-8 cursor-default items-baseline gap-3 rounded-md px-2 py-1.5 text-sm pointer-coarse:min-h-11 pointer-coarse:items-center aria-selected:bg-sunken"
          >
            <span className="shrink-0 font-mono text-xs leading-5 text-ink">{option.text}</span>
            <span className="min-w-0 text-muted">{option.says}</span>
          </div>
        ))}
      </div>
    </div>
  )
}

const longest = 60

/** The end or the start of what stands beside a fault: enough to find the place by. */
function clip(text: string, keep: 'start' | 'end'): string {
  if (text.length <= longest) return text
  return keep === 'end' ? `…${text.slice(-longest)}` : `${text.slice(0, longest)}…`
}
