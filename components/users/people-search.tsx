'use client'

import { ArrowDownUp, Search, X } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { Menu, MenuItem } from '@/components/ui/menu'
import type { PersonSortField } from '@/lib/contract/person'
import type { PeopleView } from './view'
import { columns } from './words'

const typingMs = 150

type PeopleSearchProps = {
  q: string
  onChange: (q: string) => void
  searchRef: RefObject<HTMLInputElement | null>
  view: PeopleView
  sortBy: (field: PersonSortField) => void
}

/** Searches while one types, and sorts where there is no header. The words go nowhere but into memory and a request's body. */
export function PeopleSearch({ q, onChange, searchRef, view, sortBy }: PeopleSearchProps) {
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
    <div className="flex items-center gap-1.5 px-4 pb-2 md:px-6">
      <search className="relative w-full md:w-56 lg:w-72">
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
          placeholder="Name or id"
          aria-label="Search people"
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
      <span className="xl:hidden">
        <Menu
          align="end"
          trigger={
            <Button look="quiet">
              <ArrowDownUp aria-hidden className="size-3.5" /> Sort
            </Button>
          }
        >
          {columns.map(({ label, sort }) => (
            <MenuItem key={sort} onClick={() => sortBy(sort)}>
              <span className="flex-1">{label}</span>
              {view.sort === sort ? (view.order === 'asc' ? '↑' : '↓') : null}
            </MenuItem>
          ))}
        </Menu>
      </span>
    </div>
  )
}
