'use client'

import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import type { ApiProblem } from '@/lib/client/api'
import { withBasePath } from '@/lib/client/base-path'
import { useResource } from '@/lib/client/resource'
import type { SessionFilter } from '@/lib/contract/session'
import { type ListName, type SavedView, ViewList } from '@/lib/contract/view'
import { type ImpersonalFilter, impersonalOf, type PersonalFilter, personalOf } from './address'

/** What a list shows: which rows, and in which order. */
export type Shown<Sort extends string> = { filter: SessionFilter; sort: Sort; order: 'asc' | 'desc' }
type Address<Sort extends string> = ImpersonalFilter & { sort: Sort; order: 'asc' | 'desc' }

/** The saved view that the address names. `pending`: it is on its way, and until then nothing is known of what to show. */
export type Opened =
  | { state: 'none' | 'pending' | 'gone' | 'unclear'; view: null }
  | { state: 'open'; view: SavedView }
  | { state: 'problem'; view: null; problem: ApiProblem }

type ListKind<Sort extends string> = {
  list: ListName
  /** Parses and writes the impersonal part of what is shown. */
  readView: (params: Iterable<[string, string]>) => Address<Sort>
  writeView: (view: Address<Sort>) => string
  /** Fields whose first order is ascending. */
  ascending: readonly Sort[]
}

/** What a list shows and how to change it. The impersonal part lives in the address, so Back works and a link reproduces it; a saved view stands there as its opaque id alone. */
export function useSearch<Sort extends string>({ list, readView, writeView, ascending }: ListKind<Sort>) {
  const params = useSearchParams()
  const text = params.toString()
  const opened = useOpened(list, params.get('view'))
  const [personal, setPersonal] = useState<PersonalFilter>({})
  const { filter, sort, order } = useMemo((): Shown<Sort> => {
    const { sort: bySort, order: byOrder, ...impersonal } = readView(new URLSearchParams(text))
    if (opened.state !== 'open') return { filter: { ...impersonal, ...personal }, sort: bySort, order: byOrder }
    // The contract lets nothing be saved but a field of this very list.
    return { filter: opened.view.filter ?? {}, sort: opened.view.sort as Sort, order: opened.view.order }
  }, [text, personal, opened, readView])

  const show = useCallback(
    (next: Partial<Shown<Sort>>) => {
      const all = { filter, sort, order, ...next }
      const search = writeView({ ...impersonalOf(all.filter), sort: all.sort, order: all.order })
      setPersonal(personalOf(all.filter))
      if (search !== window.location.search) window.history.pushState(null, '', `${window.location.pathname}${search}`)
    },
    [filter, sort, order, writeView],
  )
  const setFilter = useCallback((next: SessionFilter) => show({ filter: next }), [show])
  const change = useCallback(
    (part: { [Name in keyof SessionFilter]?: SessionFilter[Name] | undefined }) => {
      const all = Object.entries({ ...filter, ...part }).filter(([, value]) => value !== undefined)
      setFilter(Object.fromEntries(all))
    },
    [filter, setFilter],
  )
  const sortBy = useCallback(
    (field: Sort) => {
      const first = ascending.includes(field) ? 'asc' : 'desc'
      show({ sort: field, order: sort === field ? (order === 'asc' ? 'desc' : 'asc') : first })
    },
    [show, sort, order, ascending],
  )
  const clear = useCallback(() => show({ filter: {} }), [show])
  const leave = useCallback(() => show({}), [show])
  const isFiltered = Object.keys(filter).length > 0
  return { list, filter, sort, order, opened, show, setFilter, change, sortBy, clear, leave, isFiltered }
}

/** What can be kept as a view. `leave`: goes on with what the open view shows, without it. */
export type Keepable = {
  list: ListName
  filter: SessionFilter
  sort: string
  order: 'asc' | 'desc'
  opened: Opened
  isFiltered: boolean
  leave: () => void
}

/** The address that opens a saved view. */
export const addressOf = ({ list, view }: Pick<SavedView, 'list' | 'view'>): string =>
  withBasePath(`/${list}?view=${view}`)

function useOpened(list: ListName, id: string | null): Opened {
  const { data, problem } = useResource(id === null ? null : '/api/views', ViewList, { everyMs: 0 })
  return useMemo((): Opened => {
    if (id === null) return { state: 'none', view: null }
    const view = data?.rows.find((one) => one.view === id && one.list === list)
    if (view !== undefined) return view.filter === null ? { state: 'unclear', view: null } : { state: 'open', view }
    if (data !== undefined) return { state: 'gone', view: null }
    return problem === null ? { state: 'pending', view: null } : { state: 'problem', view: null, problem }
  }, [data, problem, id, list])
}
