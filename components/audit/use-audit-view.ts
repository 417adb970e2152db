'use client'

import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import { type AuditFilter, readView, writeView } from './view'

/** What the page shows and how to change it. It lives in the address, so Back works and a link reproduces it; words that are searched for live in memory. */
export function useAuditView() {
  const text = useSearchParams().toString()
  const [q, setQ] = useState('')
  const filter = useMemo(() => readView(new URLSearchParams(text)), [text])

  /** Another filter begins at its first page. */
  const change = useCallback(
    (part: { [Name in keyof AuditFilter]?: AuditFilter[Name] | undefined }) => {
      const next = Object.fromEntries(
        Object.entries({ ...filter, page: 1, ...part }).filter(([, value]) => value !== undefined),
      )
      // Every field was a field of a filter, and what was undefined is gone.
      window.history.pushState(null, '', `${window.location.pathname}${writeView(next as AuditFilter)}`)
    },
    [filter],
  )
  const clear = useCallback(() => {
    setQ('')
    window.history.pushState(null, '', window.location.pathname)
  }, [])
  const { page: _page, ...rest } = filter
  const search = useCallback(
    (words: string) => {
      setQ(words)
      if (filter.page !== 1) change({ page: 1 })
    },
    [filter.page, change],
  )
  return { filter, q, search, change, clear, isFiltered: q !== '' || Object.keys(rest).length > 0 }
}

export type AuditViewState = ReturnType<typeof useAuditView>
