'use client'

import { X } from 'lucide-react'
import type { KeyboardEvent, RefObject } from 'react'
import { visibleString } from '@/components/ui/visible-text'
import type { SessionFilter } from '@/lib/contract/session'
import { type PrintedTerm, printTerms } from '@/lib/search/print'

type TermChipsProps = {
  filter: SessionFilter
  setFilter: (filter: SessionFilter) => void
  called: string | null
  chipsRef: RefObject<HTMLUListElement | null>
  /** Gives the focus back to the text. */
  leave: () => void
}

/** Each term of a filter, to be taken out again: by a click, by Backspace and Delete, and between them by the arrows. */
export function TermChips({ filter, setFilter, called, chipsRef, leave }: TermChipsProps) {
  const remove = ({ name }: PrintedTerm) => {
    const { [name]: _gone, ...rest } = filter
    setFilter(rest)
    leave()
  }
  const press = (event: KeyboardEvent<HTMLButtonElement>, term: PrintedTerm, index: number) => {
    const chips = [...(chipsRef.current?.querySelectorAll('button') ?? [])]
    if (event.key === 'Backspace' || event.key === 'Delete') remove(term)
    else if (event.key === 'ArrowLeft') chips[index - 1]?.focus()
    else if (event.key === 'ArrowRight') index === chips.length - 1 ? leave() : chips[index + 1]?.focus()
    else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <ul ref={chipsRef} aria-label="Filter" className="contents">
      {printTerms(filter).map((term, index) => {
        const text = sayTerm(term, filter, called)
        return (
          <li key={term.name} className="flex max-w-full min-w-0">
            <button
              type="button"
              onClick={() => remove(term)}
              onKeyDown={(event) => press(event, term, index)}
              aria-label={`Stop filtering by ${text === 'One person' ? 'this person' : text}`}
              className="flex h-6 max-w-72 min-w-0 items-center gap-1 rounded bg-accent-soft pr-1 pl-1.5 font-mono text-xs text-accent hover:brightness-95 pointer-coarse:h-9 pointer-coarse:px-2.5"
            >
              <span className="truncate">{text}</span>
              <X aria-hidden className="size-3 shrink-0" />
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** People are called by their names where the page knows them; a handle says nothing to anybody. */
function sayTerm({ name, text }: PrintedTerm, { person = [], principal = [] }: SessionFilter, called: string | null) {
  if (name === 'person') return person.length === 1 ? 'One person' : `${person.length} people`
  if (name === 'principal' && principal.length === 1 && called !== null) return visibleString(called)
  return visibleString(text)
}
