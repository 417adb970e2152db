'use client'

import { useMemo, useRef } from 'react'
import type { ApiProblem } from '@/lib/client/api'
import { type Target, useResource } from '@/lib/client/resource'
import { SessionPage } from '@/lib/contract/session'
import { type Impersonal, type Personal, pageSize, targetOf } from './view'

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
  impersonal: Impersonal,
  personal: Personal,
  firstIndex: number,
  lastIndex: number,
  fallback: { key: string; page: SessionPage } | null,
): SessionPages {
  const first = Math.floor(Math.max(0, firstIndex) / pageSize) + 1
  const last = Math.floor(Math.max(0, lastIndex) / pageSize) + 1
  const target = useMemo(() => requestOf(impersonal, personal, first), [impersonal, personal, first])
  const nextTarget = useMemo(
    () => (last > first ? requestOf(impersonal, personal, first + 1) : null),
    [impersonal, personal, first, last],
  )
  const rendered = fallback !== null && fallback.key === target ? fallback.page : undefined
  const one = useResource(target, SessionPage, { fallback: rendered, keepsPrevious: true })
  const two = useResource(nextTarget, SessionPage, { keepsPrevious: true })
  // Another page of the same view may keep the place of this one; another view's rows may not pass for this one's.
  const viewKey = JSON.stringify([impersonal, personal])
  const answeredView = useRef(viewKey)
  if (!one.isPrevious) answeredView.current = viewKey
  const pages = useMemo(() => {
    const wanted = [
      one.data?.page === first ? one.data : null,
      two.data?.page === first + 1 && nextTarget && !two.isPrevious ? two.data : null,
    ]
    return wanted.filter((page) => page !== null)
  }, [one.data, two.data, two.isPrevious, first, nextTarget])
  const newest = one.data && two.data && nextTarget && two.data.now > one.data.now ? two.data : one.data
  return {
    pages,
    newest,
    problem: one.problem,
    isLoading: one.isLoading,
    isPrevious: answeredView.current !== viewKey,
    viewKey,
    target,
  }
}

/** The address, or path and body, of one page of a view. */
function requestOf(impersonal: Impersonal, { q, principal }: Personal, page: number): Target {
  if (q === '' && principal === null) return targetOf(impersonal, page)
  const body = { ...impersonal, ...(q === '' ? {} : { q }), ...(principal === null ? {} : { principal: [principal] }) }
  return { path: '/api/sessions/search', body: { ...body, page, size: pageSize } }
}
