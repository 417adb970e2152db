'use client'

import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import type { SortField } from '@/lib/contract/session'
import { type Impersonal, noPersonal, type Personal, readView, writeView } from './view'

/** What the table shows and how to change it. The impersonal part lives in the address, so Back works and a link reproduces it. */
export function useView() {
  const params = useSearchParams()
  const text = params.toString()
  const impersonal = useMemo(() => readView(new URLSearchParams(text)), [text])
  const [personal, setPersonal] = useState<Personal>(noPersonal)

  const change = useCallback(
    (part: Partial<{ [Name in keyof Impersonal]: Impersonal[Name] | undefined }>) => {
      const next = Object.fromEntries(
        Object.entries({ ...impersonal, ...part }).filter(([, value]) => value !== undefined),
      )
      // Every field was a field of a view, and what was undefined is gone.
      window.history.pushState(null, '', `${window.location.pathname}${writeView(next as Impersonal)}`)
    },
    [impersonal],
  )

  const sortBy = useCallback(
    (sort: SortField) => {
      const first = sort === 'label' || sort === 'source' || sort === 'format' || sort === 'expiresAt' ? 'asc' : 'desc'
      const order = impersonal.sort === sort ? (impersonal.order === 'asc' ? 'desc' : 'asc') : first
      change({ sort, order })
    },
    [change, impersonal.sort, impersonal.order],
  )

  const clear = useCallback(() => {
    setPersonal(noPersonal)
    const { sort, order } = impersonal
    window.history.pushState(null, '', `${window.location.pathname}${writeView({ sort, order })}`)
  }, [impersonal])

  const { sort, order, ...filter } = impersonal
  const isFiltered = Object.keys(filter).length > 0 || personal.q !== '' || personal.principal !== null
  return { impersonal, personal, setPersonal, change, sortBy, clear, isFiltered }
}

export type View = ReturnType<typeof useView>
