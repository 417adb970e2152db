'use client'

import { Search, X } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
import { inputClass } from '@/components/ui/field'

const typingMs = 150

/** Searches while a person types. Its words go nowhere but into memory and a request's body. */
export function SearchBox({
  q,
  onChange,
  searchRef,
}: {
  q: string
  onChange: (q: string) => void
  searchRef: RefObject<HTMLInputElement | null>
}) {
  const [typed, setTyped] = useState(q)
  const [lastQ, setLastQ] = useState(q)
  if (q !== lastQ) {
    setLastQ(q)
    if (q !== typed.trim()) setTyped(q)
  }
  useEffect(() => {
    if (typed.trim() === q) return
    const timer = setTimeout(() => onChange(typed.trim()), typingMs)
    return () => clearTimeout(timer)
  }, [typed, q, onChange])
  return (
    <search className="relative w-full md:w-72 md:min-w-40 md:shrink-[1000]">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
      />
      <input
        ref={searchRef}
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          if (typed === '') event.currentTarget.blur()
          setTyped('')
        }}
        maxLength={4000}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="Person, address, session id"
        aria-label="Search sessions"
        className={`${inputClass} pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden`}
      />
      {typed === '' ? (
        <kbd
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 rounded border px-1.5 font-mono text-xs text-faint pointer-coarse:hidden"
        >
          /
        </kbd>
      ) : (
        <button
          type="button"
          aria-label="Empty the search"
          onClick={() => setTyped('')}
          className="absolute top-0 right-0 flex size-control items-center justify-center text-faint hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </search>
  )
}
