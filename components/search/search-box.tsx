'use client'

import { Search, X } from 'lucide-react'
import dynamic from 'next/dynamic'
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import type { SessionFilter } from '@/lib/contract/session'
import type { ListName } from '@/lib/contract/view'
import { loadLanguage } from './language'
import { useSearchText } from './use-search-text'

// Without something to draw meanwhile the whole page would wait for it, and what is typed would be lost.
const TermChips = dynamic(() => import('./term-chips').then((part) => part.TermChips), { loading: () => null })
const SearchPanel = dynamic(() => import('./search-panel').then((part) => part.SearchPanel), { ssr: false })

type SearchBoxProps = {
  list: ListName
  filter: SessionFilter
  setFilter: (filter: SessionFilter) => void
  inputRef: RefObject<HTMLInputElement | null>
  placeholder: string
  label: string
  /** What to call the person whose id the filter names. */
  called?: string | null
}

/** The one search box: terms as chips, free words, what could be meant, and what cannot be understood. A combobox with a listbox, by the pattern of WAI-ARIA. */
export function SearchBox({ list, filter, setFilter, inputRef, placeholder, label, called = null }: SearchBoxProps) {
  const { text, faults, offer, type, accept, apply, look, close } = useSearchText({ filter, setFilter, list, inputRef })
  const [place, setPlace] = useState(-1)
  const [lastOffer, setLastOffer] = useState(offer)
  if (offer !== lastOffer) {
    setLastOffer(offer)
    setPlace(-1)
  }
  const id = useId()
  const chipsRef = useRef<HTMLUListElement>(null)
  const hasChips = Object.keys(filter).some((name) => name !== 'q' && name !== 'words')
  const lastChip = () => [...(chipsRef.current?.querySelectorAll('button') ?? [])].at(-1)
  const options = offer?.options ?? []

  // What a keystroke needs is fetched as soon as the page has come to rest.
  useEffect(() => {
    const timer = setTimeout(() => void loadLanguage().catch(() => undefined), 500)
    return () => clearTimeout(timer)
  }, [])

  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = options[place]
    const isAtStart = event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (options.length === 0) void look(true).catch(() => undefined)
      else setPlace((place + step + options.length + (place < 0 && step < 0 ? 1 : 0)) % options.length)
    } else if ((event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) && chosen !== undefined) {
      event.preventDefault()
      accept(chosen)
    } else if (event.key === 'Enter') {
      close()
      void apply(true).catch(() => undefined)
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      if (offer !== null) close()
      else if (text === '') event.currentTarget.blur()
      else type('')
    } else if (event.key === 'Backspace' && isAtStart) lastChip()?.click()
    else if (event.key === 'ArrowLeft' && isAtStart) lastChip()?.focus()
  }

  return (
    <search className="relative w-full min-w-0 flex-1 md:min-w-60">
      <div className="flex min-h-control flex-wrap items-center gap-1 max-md:max-h-24 max-md:overflow-y-auto rounded-md border border-line-strong bg-raised py-0.5 pr-8 pl-8 transition-[border-color] duration-quick hover:border-faint has-[input:focus-visible]:border-accent has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent has-[input[aria-invalid=true]]:border-danger">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-2.5 pointer-coarse:top-3.5 size-4 text-faint"
        />
        {hasChips ? (
          <TermChips
            filter={filter}
            setFilter={setFilter}
            called={called}
            chipsRef={chipsRef}
            leave={() => inputRef.current?.focus()}
          />
        ) : null}
        <input
          ref={inputRef}
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={offer !== null}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={place >= 0 ? `${id}-${place}` : undefined}
          aria-invalid={faults.length > 0}
          aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={press}
          onBlur={() => {
            close()
            if (text !== '') void apply(true).catch(() => undefined)
          }}
          maxLength={4000}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={hasChips ? '' : placeholder}
          className={`h-6.5 flex-1 ${hasChips && text === '' ? 'min-w-1' : 'min-w-20'} bg-transparent text-base text-ink outline-none placeholder:text-faint pointer-coarse:h-9.5 pointer-coarse:text-lg`}
        />
        {text !== '' ? (
          <button
            type="button"
            aria-label="Empty the search"
            onClick={() => {
              type('')
              inputRef.current?.focus()
            }}
            className="absolute top-0 right-0 flex size-control items-center justify-center text-faint hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </button>
        ) : hasChips ? null : (
          <kbd
            aria-hidden
            className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 rounded border px-1.5 font-mono text-xs text-faint pointer-coarse:hidden"
          >
            /
          </kbd>
        )}
      </div>
      {offer !== null || faults.length > 0 ? (
        <SearchPanel
          id={id}
          text={text}
          faults={faults}
          options={options}
          place={place}
          setPlace={setPlace}
          accept={accept}
          goTo={({ start, end }) => {
            inputRef.current?.focus()
            inputRef.current?.setSelectionRange(start, end)
          }}
        />
      ) : null}
    </search>
  )
}
