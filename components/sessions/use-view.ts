'use client'

import { useCallback, useState } from 'react'
import { useSearch } from '@/components/search/use-search'
import type { SessionRow, SortField } from '@/lib/contract/session'
import { readView, writeView } from './view'

const ascending: readonly SortField[] = ['label', 'source', 'format', 'expiresAt']

/** What the table shows and how to change it; and what to call the person whose sessions were asked for by a row. */
export function useView() {
  const search = useSearch<SortField>({ list: 'sessions', readView, writeView, ascending })
  const [called, setCalled] = useState<string | null>(null)
  const { setFilter } = search
  const showPerson = useCallback(
    ({ principal, label }: SessionRow) => {
      if (principal === null) return
      setCalled(label ?? principal)
      setFilter({ principal: [principal] })
    },
    [setFilter],
  )
  return { ...search, called, showPerson }
}

export type View = ReturnType<typeof useView>
