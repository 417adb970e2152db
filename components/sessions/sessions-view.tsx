'use client'

import dynamic from 'next/dynamic'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useJob } from '@/components/jobs/use-job'
import { useConsole } from '@/components/shell/console-context'
import { sayAway } from '@/components/shell/source-state'
import { focusWhenDrawn } from '@/components/ui/focus-when-drawn'
import { SkeletonRows } from '@/components/ui/skeleton-rows'
import { usePointerOver } from '@/components/ui/use-pointer-over'
import { useTablePlace } from '@/components/ui/use-table-place'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SessionPage, SessionRow } from '@/lib/contract/session'
import { revokeSession, undoLast } from './deeds'
import { FreshnessNote, ProblemFace } from './faces'
import { useRowsInView } from './rows-in-view'
import { SessionFilter } from './session-filter'
import { useSessionPages } from './session-pages'
import type { RowDeeds } from './session-row'
import { type RowsHandle, SessionRows, type Unseen } from './session-rows'
import { SessionsHeader } from './sessions-header'
import { useTableKeys } from './table-keys'
import { useSheet } from './use-sheet'
import { useView } from './use-view'
import { pageSize } from './view'

// What only a click or a key brings up need not be here before: it is fetched as soon as the page has come to rest.
const loadSheet = () => import('./session-sheet')
const loadBar = () => import('./bulk-bar')
const SessionSheet = dynamic(() => loadSheet().then((part) => part.SessionSheet), { ssr: false })
const BulkBar = dynamic(() => loadBar().then((part) => part.BulkBar), { ssr: false })
const FilterDeeds = dynamic(() => import('./filter-deeds').then((part) => part.FilterDeeds), { ssr: false })
// With something to draw meanwhile: else the whole page would wait for it, and what is typed in the search would be lost.
const loading = () => null
const NothingFace = dynamic(() => import('./nothing-face').then((part) => part.NothingFace), { loading })
const OpenedFace = dynamic(() => import('@/components/search/opened-face').then((part) => part.OpenedFace), { loading })

/** Browsers stop drawing far below this many rows of a page; beyond it the filter must help. */
const mostRows = 200_000

/** The sessions page: count, filter, table, selection and the side sheet. `fallback` is the first page as the server already read it. */
export function SessionsView({ fallback }: { fallback: { key: string; page: SessionPage } | null }) {
  const { can } = useConsole()
  const view = useView()
  const [range, setRange] = useState({ first: 0, last: 0 })
  const { pages, newest, problem, isLoading, isPrevious, viewKey, target } = useSessionPages(
    view,
    range.first,
    range.last,
    fallback,
  )
  const scrollRef = useRef<HTMLDivElement>(null)
  const bodyRef = useRef<HTMLDivElement>(null)
  const [extending, setExtending] = useState<string | null>(null)
  const isHeld = usePointerOver(bodyRef) || extending !== null
  const { start, shown, total, waiting, release } = useRowsInView(
    isPrevious ? 'previous' : viewKey,
    pages,
    newest?.total ?? 0,
    isHeld && !isPrevious,
  )

  const [selected, setSelected] = useState<ReadonlyMap<string, SessionRow>>(new Map())
  const [current, setCurrent] = useState<{ handle: string; index: number } | null>(null)
  const { openHandle, open, close } = useSheet()

  const job = useJob((wasRun) => (wasRun ? setSelected(new Map()) : undefined))
  const { filter, showPerson } = view

  const searchRef = useRef<HTMLInputElement>(null)
  const anchorRef = useRef<number | null>(null)
  const rowsRef = useRef<RowsHandle>(null)
  const place = useTablePlace(scrollRef, bodyRef)
  const count = Math.min(Math.max(total, start + shown.length), mostRows)
  // What lies within the same pages asks for nothing else, and draws nothing else.
  const follow = useCallback(
    (first: number, last: number) =>
      setRange((before) =>
        pageOf(before.first) === pageOf(first) && pageOf(before.last) === pageOf(last) ? before : { first, last },
      ),
    [],
  )

  const shownRef = useRef({ shown, start })
  shownRef.current = { shown, start }
  const deeds = useMemo<RowDeeds>(
    () => ({
      open: (row) => open(row.handle),
      revoke: (row) => {
        setSelected((last) => without(last, row.handle))
        void revokeSession(row)
      },
      select: (row, index, isRange) => {
        const from = isRange ? (anchorRef.current ?? index) : index
        anchorRef.current = index
        const [low, high] = from < index ? [from, index] : [index, from]
        const { shown: all, start: offset } = shownRef.current
        const rows = isRange ? all.slice(low - offset, high + 1 - offset).filter(({ isEnded }) => !isEnded) : [{ row }]
        setSelected((last) => {
          if (!isRange && last.has(row.handle)) return without(last, row.handle)
          return new Map([...last, ...rows.map((entry) => [entry.row.handle, entry.row] as const)])
        })
      },
      filterByPerson: (row) => {
        showPerson(row)
        scrollRef.current?.scrollTo({ top: 0 })
      },
      focus: (row, index) => setCurrent({ handle: row.handle, index }),
      setExtending,
    }),
    [open, showPerson],
  )

  const selectRows = useCallback((rows: typeof shown) => {
    const alive = rows.filter(({ isEnded }) => !isEnded)
    setSelected((last) =>
      alive.every(({ row }) => last.has(row.handle))
        ? new Map()
        : new Map([...last, ...alive.map(({ row }) => [row.handle, row] as const)]),
    )
  }, [])

  // What has ended is no longer selected: a page that was looked at tells so.
  const chosen = useMemo(() => {
    const ended = new Set(shown.filter(({ isEnded }) => isEnded).map(({ row }) => row.handle))
    return [...selected.values()].filter((row) => !ended.has(row.handle))
  }, [selected, shown])
  const chosenHandles = useMemo(() => new Set(chosen.map((row) => row.handle)), [chosen])

  useTableKeys({
    shown,
    start,
    current,
    goTo: (index) => {
      const next = shown[index - start]
      if (next === undefined) return
      setCurrent({ handle: next.row.handle, index })
      rowsRef.current?.scrollTo(index)
      focusWhenDrawn(() =>
        bodyRef.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(next.row.handle)}"]`),
      )
    },
    deeds,
    can,
    search: () => searchRef.current?.focus(),
    escape: () => (openHandle === null ? setSelected(new Map()) : close()),
    undo: () => void undoLast(),
    askBulk:
      chosen.length > 0
        ? () => job.ask({ deed: 'revoke', filter: {}, handles: chosen.map(({ handle }) => handle) })
        : null,
  })

  const [unseen, setUnseen] = useState<Unseen>({ count: 0, first: 0 })
  const noteUnseen = useCallback(
    (next: Unseen) => setUnseen((last) => (last.count === next.count && last.first === next.first ? last : next)),
    [],
  )
  // What came and is not on the screen: it waits for the pointer to go, or stands further up or down.
  const news =
    waiting > 0
      ? { count: waiting, show: release }
      : { count: unseen.count, show: () => rowsRef.current?.scrollTo(unseen.first, 'center') }

  useEffect(() => {
    const timer = setTimeout(() => void Promise.all([loadSheet(), loadBar()]).catch(() => undefined), 500)
    return () => clearTimeout(timer)
  }, [])

  const isLost = view.opened.state !== 'none' && view.opened.state !== 'open' && view.opened.state !== 'pending'
  const isEmpty = !isLost && newest !== undefined && total === 0 && shown.length === 0
  const hasRows = !isLost && newest !== undefined && !isEmpty
  return (
    <div
      ref={scrollRef}
      className="relative h-full overflow-y-auto [overflow-anchor:none] [scroll-padding-top:var(--bar-height)]"
    >
      <SessionsHeader
        newest={newest}
        total={total}
        problem={problem}
        target={target}
        isFiltered={view.isFiltered}
        isPrevious={isPrevious}
        viewKey={viewKey}
      />
      <div className="sticky top-0 z-20 bg-surface pt-1" data-bar>
        <SessionFilter
          view={view}
          searchRef={searchRef}
          deeds={total > 0 && can.revoke ? <FilterDeeds total={total} filter={filter} can={can} ask={job.ask} /> : null}
        >
          {news.count > 0 ? (
            <button
              type="button"
              onClick={news.show}
              className="shrink-0 rounded-full bg-ink px-3.5 text-sm font-medium whitespace-nowrap text-surface max-xl:absolute max-xl:top-[calc(100%+4px)] max-xl:left-1/2 max-xl:h-6.5 max-xl:-translate-x-1/2 max-xl:shadow-float xl:ml-auto xl:h-7 pointer-coarse:h-11"
            >
              {sayMany(news.count, 'new', 'new')}
            </button>
          ) : null}
        </SessionFilter>
      </div>
      <FreshnessNote newest={newest} total={total} problem={problem} />
      {hasRows ? (
        <>
          <SessionRows
            ref={rowsRef}
            scrollRef={scrollRef}
            bodyRef={bodyRef}
            place={place}
            shown={shown}
            start={start}
            total={count}
            sort={view.sort}
            order={view.order}
            sortBy={view.sortBy}
            selected={chosenHandles}
            selectRows={selectRows}
            currentHandle={current?.handle ?? null}
            openHandle={openHandle}
            extendingHandle={extending}
            deeds={deeds}
            isDimmed={
              isPrevious ||
              problem !== null ||
              (newest.freshness.state === 'stale' && sayAway(newest.freshness) === null)
            }
            onDraw={follow}
            onUnseen={noteUnseen}
          />
          {total > mostRows ? (
            <p className="px-6 py-4 text-sm text-muted">
              These are the first {sayCount(mostRows)} of {sayCount(total)}. Narrow the filter to reach the rest.
            </p>
          ) : null}
        </>
      ) : isEmpty && isPrevious ? (
        <SkeletonRows />
      ) : isEmpty ? (
        <NothingFace isFiltered={view.isFiltered} clear={view.clear} freshness={newest.freshness} />
      ) : view.opened.state !== 'none' && view.opened.state !== 'open' ? (
        <OpenedFace opened={view.opened} clear={view.clear} />
      ) : problem === null ? (
        isLoading && <SkeletonRows />
      ) : (
        <ProblemFace problem={problem} />
      )}
      {chosen.length === 0 ? null : (
        <BulkBar
          rows={chosen}
          loaded={shown.filter(({ isEnded }) => !isEnded).length}
          total={total}
          filter={filter}
          can={can}
          selectLoaded={() => selectRows(shown)}
          clear={() => setSelected(new Map())}
          ask={job.ask}
        />
      )}
      {job.dialog}
      {openHandle === null ? null : <SessionSheet handle={openHandle} onClose={close} />}
    </div>
  )
}

const pageOf = (index: number) => Math.floor(index / pageSize)

function without(map: ReadonlyMap<string, SessionRow>, handle: string): ReadonlyMap<string, SessionRow> {
  const next = new Map(map)
  next.delete(handle)
  return next
}
