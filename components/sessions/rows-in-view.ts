'use client'

import { useMemo, useRef, useState } from 'react'
import { serverNow } from '@/lib/client/clock'
import type { SessionPage, SessionRow } from '@/lib/contract/session'
import { isHidden, useLeaving } from './deeds'
import { pageSize } from './view'

const arrivalMs = 3_000
/** Where more come at once, none stands out: a table that flashes all the time says nothing, and keeps the browser drawing. */
const mostMarked = 5
/** So many that were in view are remembered, the latest: more than are ever loaded at once. */
const mostKnown = 30_000
/** A session made longer ago than this did not just arrive: it only moved into view. */
const newWithinMs = 60_000

/** `isArrival`: it came while this view was open. `hasArrived`: it did so just now. */
export type ShownRow = { row: SessionRow; isEnded: boolean; isArrival: boolean; hasArrived: boolean }

export type RowsInView = {
  /** The place of the first of `shown` in the whole list. */
  start: number
  shown: ShownRow[]
  /** What the filter leaves, with what this page has ended already taken off. */
  total: number
  /** How many wait because the pointer is over the table. */
  waiting: number
  /** Lets those that wait come in now. */
  release: () => void
}

type Memory = {
  viewKey: string
  known: Set<string>
  arrivedAt: Map<string, number>
  seenPages: Set<number>
  /** The rows as they stood when the pointer came, by page. */
  held: Map<number, SessionRow[]> | null
}

/**
 * The rows of the loaded pages as they may be drawn now, out of `known` in all. While `isHeld`, nothing changes place: a row that left stays as an empty one, a row that came waits
 * and is counted; what a row says stays true all the while.
 */
export function useRowsInView(viewKey: string, pages: SessionPage[], known: number, isHeld: boolean): RowsInView {
  const leaving = useLeaving()
  const memory = useRef<Memory>({ viewKey, known: new Set(), arrivedAt: new Map(), seenPages: new Set(), held: null })
  const [round, setRound] = useState(0)

  // What is noted here is the same however often React asks: only what was not there before is added.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round forgets what was held
  const inView = useMemo(() => {
    if (memory.current.viewKey !== viewKey) {
      memory.current = { viewKey, known: new Set(), arrivedAt: new Map(), seenPages: new Set(), held: null }
    }
    const { current } = memory
    noteArrivals(current, pages)
    if (!isHeld) current.held = null
    else current.held ??= new Map()
    const live = new Map(pages.flatMap((page) => page.rows.map((row) => [row.handle, row] as const)))
    const isWhole = (pages[0]?.total ?? 0) <= pages.reduce((sum, page) => sum + page.rows.length, 0)
    const now = serverNow()

    const shown: ShownRow[] = []
    const drawn = new Set<string>()
    let waiting = 0
    let hidden = 0
    for (const row of live.values()) if (isHidden(leaving, row.handle)) hidden += 1
    for (const page of pages) {
      if (current.held !== null && !current.held.has(page.page))
        current.held.set(page.page, visible(page.rows, leaving))
      const rows = current.held?.get(page.page) ?? visible(page.rows, leaving)
      for (const old of rows) {
        if (drawn.has(old.handle)) continue
        drawn.add(old.handle)
        const fresh = live.get(old.handle)
        const isOver = fresh === undefined && (isWhole || (old.expiresAt !== null && old.expiresAt <= now))
        const arrivedAt = current.arrivedAt.get(old.handle)
        shown.push({
          row: fresh ?? old,
          isEnded: isOver || isHidden(leaving, old.handle) || (fresh === undefined && leaving.has(old.handle)),
          isArrival: arrivedAt !== undefined,
          hasArrived: arrivedAt !== undefined && Date.now() - arrivedAt < arrivalMs,
        })
      }
    }
    for (const row of live.values())
      if (!drawn.has(row.handle) && !isHidden(leaving, row.handle) && isNew(row, now)) waiting += 1
    return {
      start: ((pages[0]?.page ?? 1) - 1) * pageSize,
      shown,
      total: Math.max(0, known - hidden),
      waiting,
    }
  }, [viewKey, pages, known, isHeld, leaving, round])

  return {
    ...inView,
    release: () => {
      memory.current.held = null
      setRound((last) => last + 1)
    },
  }
}

function visible(rows: SessionRow[], leaving: ReturnType<typeof useLeaving>): SessionRow[] {
  return rows.filter((row) => !isHidden(leaving, row.handle))
}

function isNew(row: SessionRow, now: number): boolean {
  return row.createdAt === null || now - row.createdAt < newWithinMs
}

function noteArrivals(memory: Memory, pages: SessionPage[]): void {
  const now = serverNow()
  const arrivals: string[] = []
  for (const page of pages) {
    const isFirstSight = !memory.seenPages.has(page.page)
    memory.seenPages.add(page.page)
    for (const row of page.rows) {
      const isKnown = memory.known.delete(row.handle)
      memory.known.add(row.handle)
      if (!isKnown && !isFirstSight && isNew(row, now)) arrivals.push(row.handle)
    }
  }
  const at = arrivals.length > mostMarked ? 0 : Date.now()
  for (const handle of arrivals) memory.arrivedAt.set(handle, at)
  for (const handle of memory.known) {
    if (memory.known.size <= mostKnown) break
    memory.known.delete(handle)
    memory.arrivedAt.delete(handle)
  }
}
