'use client'

import { useMemo, useRef, useState } from 'react'
import { impersonalOf, isPersonal } from '@/components/search/address'
import { useSearch } from '@/components/search/use-search'
import type { ApiProblem } from '@/lib/client/api'
import { type Target, useResource } from '@/lib/client/resource'
import { PeoplePage, type PersonRow, type PersonSortField } from '@/lib/contract/person'
import { pageSize, readView, targetOf, writeView } from './view'

const ascending: readonly PersonSortField[] = ['label', 'principal']

/** Which people are shown, how they are sorted, and how to change it. */
export const usePeopleView = () => useSearch<PersonSortField>({ list: 'users', readView, writeView, ascending })
export type PeopleSearchState = ReturnType<typeof usePeopleView>

type People = {
  pages: PeoplePage[]
  newest: PeoplePage | undefined
  problem: ApiProblem | null
  isLoading: boolean
  /** The rows are those of the view before: this one's are on their way. */
  isPrevious: boolean
  viewKey: string
  target: Target
}

/** The people from `firstIndex` to `lastIndex` of a view: the one or two pages under the eye, and only these are polled. */
export function usePeople(
  view: Pick<PeopleSearchState, 'filter' | 'sort' | 'order' | 'opened'>,
  firstIndex: number,
  lastIndex: number,
  fallback: { key: string; page: PeoplePage } | null,
): People {
  const first = Math.floor(firstIndex / pageSize) + 1
  const hasTwo = Math.floor(lastIndex / pageSize) + 1 > first
  const { filter, sort, order } = view
  const isKnown = view.opened.state === 'none' || view.opened.state === 'open'
  const wanted = useMemo(() => requestOf({ filter, sort, order }, first), [filter, sort, order, first])
  const next = useMemo(() => requestOf({ filter, sort, order }, first + 1), [filter, sort, order, first])
  const target = isKnown ? wanted : null
  const nextTarget = isKnown && hasTwo ? next : null
  const rendered = fallback !== null && fallback.key === target ? fallback.page : undefined
  const one = useResource(target, PeoplePage, { fallback: rendered, keepsPrevious: true })
  const two = useResource(nextTarget, PeoplePage)
  const viewKey = JSON.stringify([filter, sort, order, isKnown])
  const answeredView = useRef(viewKey)
  if (!one.isPrevious) answeredView.current = viewKey
  const pages = useMemo(
    () =>
      [one.data?.page === first ? one.data : null, nextTarget ? two.data : null].filter(
        (page) => page !== null && page !== undefined,
      ),
    [one.data, two.data, first, nextTarget],
  )
  return {
    pages,
    newest: one.data,
    problem: one.problem,
    isLoading: one.isLoading,
    isPrevious: answeredView.current !== viewKey,
    viewKey,
    target: wanted,
  }
}

/** The address, or path and body, of one page of a view. */
function requestOf(
  { filter, sort, order }: Pick<PeopleSearchState, 'filter' | 'sort' | 'order'>,
  page: number,
): Target {
  if (!isPersonal(filter)) return targetOf({ ...impersonalOf(filter), sort, order }, page)
  return { path: '/api/users/search', body: { ...filter, sort, order, page, size: pageSize } }
}

/** `isGone`: the person has left this part of the list while the pointer was over it. */
export type ShownPerson = { row: PersonRow; isGone: boolean }

/**
 * The people as they may be drawn now, the first at place `start`. While `isHeld` nobody changes place: whoever left stays, told as gone, and what a row says is always the newest.
 */
export function useHeldPeople(viewKey: string, pages: PeoplePage[], isHeld: boolean) {
  const held = useRef<{ viewKey: string; byPage: Map<number, PersonRow[]> } | null>(null)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round forgets what was held
  const inView = useMemo(() => {
    if (!isHeld || held.current?.viewKey !== viewKey) held.current = isHeld ? { viewKey, byPage: new Map() } : null
    const now = new Map(pages.flatMap(({ rows }) => rows.map((row) => [row.person, row] as const)))
    const isWhole = pages.length === 1 && pages[0]?.total === pages[0]?.rows.length
    const drawn = new Set<string>()
    const shown: ShownPerson[] = []
    for (const page of pages) {
      const rows = held.current?.byPage.get(page.page) ?? page.rows
      held.current?.byPage.set(page.page, rows)
      for (const row of rows) {
        if (drawn.has(row.person)) continue
        drawn.add(row.person)
        const fresh = now.get(row.person)
        shown.push({ row: fresh ?? row, isGone: fresh === undefined && isWhole })
      }
    }
    const waiting = isWhole ? [...now.keys()].filter((person) => !drawn.has(person)).length : 0
    return { start: ((pages[0]?.page ?? 1) - 1) * pageSize, shown, waiting }
  }, [viewKey, pages, isHeld, round])
  /** Lets those that wait come in now. */
  const release = () => {
    held.current = null
    setRound((last) => last + 1)
  }
  return { ...inView, release }
}
