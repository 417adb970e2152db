'use client'

import { useMemo, useRef } from 'react'
import { impersonalOf, isPersonal } from '@/components/search/address'
import type { ApiProblem } from '@/lib/client/api'
import { type Target, useResource } from '@/lib/client/resource'
import { SessionPage } from '@/lib/contract/session'
import type { View } from './use-view'
import { pageSize, targetOf } from './view'

export type SessionPages = {
  /** The pages under the eye, in order: one, or two where a border is in view. Only these are polled. */
  pages: SessionPage[]
  /** The newest that is known of the whole, or undefined before the first answer. */
  newest: SessionPage | undefined
  problem: ApiProblem | null
  isLoading: boolean
  /** The rows are those of the view before: this one's are on their way. */
  isPrevious: boolean
  /** What tells one view from another. */
  viewKey: string
  target: Target
}

/** The rows from `firstIndex` to `lastIndex` of a view, by pages of 200. A personal filter goes in a body, never in an address. */
export function useSessionPages(
  view: Pick<View, 'filter' | 'sort' | 'order' | 'opened'>,
  firstIndex: number,
  lastIndex: number,
  fallback: { key: string; page: SessionPage } | null,
): SessionPages {
  const first = Math.floor(Math.max(0, firstIndex) / pageSize) + 1
  const last = Math.floor(Math.max(0, lastIndex) / pageSize) + 1
  const { filter, sort, order } = view
  const isKnown = view.opened.state === 'none' || view.opened.state === 'open'
  const wanted = useMemo(() => requestOf({ filter, sort, order }, first), [filter, sort, order, first])
  const next = useMemo(() => requestOf({ filter, sort, order }, first + 1), [filter, sort, order, first])
  const target = isKnown ? wanted : null
  const nextTarget = isKnown && last > first ? next : null
  const rendered = fallback !== null && fallback.key === target ? fallback.page : undefined
  const one = useResource(target, SessionPage, { fallback: rendered, keepsPrevious: true })
  const two = useResource(nextTarget, SessionPage, { keepsPrevious: true })
  // Another page of the same view may keep the place of this one; another view's rows may not pass for this one's.
  const viewKey = JSON.stringify([filter, sort, order, isKnown])
  const answeredView = useRef(viewKey)
  if (!one.isPrevious) answeredView.current = viewKey
  const pages = useMemo(() => {
    const found = [
      one.data?.page === first ? one.data : null,
      two.data?.page === first + 1 && nextTarget && !two.isPrevious ? two.data : null,
    ]
    return found.filter((page) => page !== null)
  }, [one.data, two.data, two.isPrevious, first, nextTarget])
  const newest = one.data && two.data && nextTarget && two.data.now > one.data.now ? two.data : one.data
  return {
    pages,
    newest,
    problem: one.problem,
    isLoading: one.isLoading,
    isPrevious: answeredView.current !== viewKey,
    viewKey,
    target: wanted,
  }
}

/** The address, or path and body, of one page of a view. */
function requestOf({ filter, sort, order }: Pick<View, 'filter' | 'sort' | 'order'>, page: number): Target {
  if (!isPersonal(filter)) return targetOf({ ...impersonalOf(filter), sort, order }, page)
  return { path: '/api/sessions/search', body: { ...filter, sort, order, page, size: pageSize } }
}
