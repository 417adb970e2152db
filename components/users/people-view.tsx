'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState } from 'react'
import { OpenedFace } from '@/components/search/opened-face'
import { ProblemFace } from '@/components/sessions/faces'
import { useConsole } from '@/components/shell/console-context'
import { sayAway } from '@/components/shell/source-state'
import { focusWhenDrawn } from '@/components/ui/focus-when-drawn'
import { SkeletonRows } from '@/components/ui/skeleton-rows'
import { useMedia } from '@/components/ui/use-media'
import { usePointerOver } from '@/components/ui/use-pointer-over'
import { useTablePlace } from '@/components/ui/use-table-place'
import { sayCount } from '@/components/ui/words'
import type { PeoplePage } from '@/lib/contract/person'
import { FreshnessNote, NobodyFace } from './faces'
import { useLogOut } from './log-out'
import { PeopleHeader } from './people-header'
import { usePeopleKeys } from './people-keys'
import { PeopleSearch } from './people-search'
import { PeopleTable } from './people-table'
import type { PersonDeeds } from './person-row'
import { useHeldPeople, usePeople, usePeopleView } from './use-people'
import { sessionsOf } from './words'

/** Browsers stop drawing far below this many rows of a page; beyond it the search must help. */
const mostRows = 200_000

/** The people page: count, search and table. `fallback` is the first page as the server already read it. */
export function PeopleView({ fallback }: { fallback: { key: string; page: PeoplePage } | null }) {
  const { can } = useConsole()
  const router = useRouter()
  const view = usePeopleView()
  const { sortBy, isFiltered, opened } = view
  const [range, setRange] = useState({ first: 0, last: 0 })
  const people = usePeople(view, range.first, range.last, fallback)
  const { newest, problem, isPrevious, viewKey } = people
  const scrollRef = useRef<HTMLDivElement>(null)
  const bodyRef = useRef<HTMLDivElement>(null)
  const searchRef = useRef<HTMLInputElement>(null)
  const isOver = usePointerOver(bodyRef)
  const { start, shown, waiting, release } = useHeldPeople(viewKey, people.pages, isOver && !isPrevious)
  const [current, setCurrent] = useState<{ person: string; index: number } | null>(null)
  const logOut = useLogOut()

  const isPhone = useMedia('(max-width: 767px)')
  const isCoarse = useMedia('(pointer: coarse)')
  const rowHeight = isPhone ? 68 : isCoarse ? 44 : 36
  const total = newest?.total ?? 0
  const count = Math.min(Math.max(total, start + shown.length), mostRows)
  const place = useTablePlace(scrollRef, bodyRef)
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    initialRect: { width: 1200, height: 900 },
    scrollMargin: place.margin,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer is told of another row height
  useEffect(() => virtualizer.measure(), [rowHeight])
  const items = virtualizer.getVirtualItems()
  const firstItem = items[0]?.index ?? 0
  const lastItem = items.at(-1)?.index ?? 0
  useEffect(() => setRange({ first: firstItem, last: lastItem }), [firstItem, lastItem])

  const deeds = useMemo<PersonDeeds>(
    () => ({
      open: (row) => router.push(sessionsOf(row.person)),
      logOut: logOut.ask,
      focus: (row, index) => setCurrent({ person: row.person, index }),
    }),
    [router, logOut.ask],
  )
  usePeopleKeys({
    shown,
    start,
    current,
    goTo: (index) => {
      const next = shown[index - start]
      if (next === undefined) return
      setCurrent({ person: next.row.person, index })
      virtualizer.scrollToIndex(index)
      focusWhenDrawn(() =>
        bodyRef.current?.querySelector<HTMLElement>(`[data-person="${CSS.escape(next.row.person)}"]`),
      )
    },
    deeds,
    canRevoke: can.revoke,
    search: () => searchRef.current?.focus(),
  })

  const isEmpty = newest !== undefined && total === 0 && shown.length === 0
  return (
    <div
      ref={scrollRef}
      className="relative h-full overflow-y-auto [overflow-anchor:none] [scroll-padding-top:var(--bar-height)]"
    >
      <PeopleHeader newest={newest} problem={problem} target={people.target} isSearched={isFiltered} />
      <div className="sticky top-0 z-20 bg-surface pt-1">
        <PeopleSearch search={view} inputRef={searchRef} />
        {waiting > 0 ? (
          <button
            type="button"
            onClick={release}
            className="absolute top-full left-1/2 mt-10 h-8 -translate-x-1/2 rounded-full bg-ink px-3.5 text-sm font-medium text-surface shadow-float pointer-coarse:h-11"
          >
            {sayCount(waiting)} new
          </button>
        ) : null}
      </div>
      <FreshnessNote newest={newest} problem={problem} />
      {opened.state !== 'none' && opened.state !== 'open' ? (
        <OpenedFace opened={opened} clear={view.clear} />
      ) : newest === undefined ? (
        problem === null ? (
          people.isLoading && <SkeletonRows />
        ) : (
          <ProblemFace problem={problem} />
        )
      ) : isEmpty ? (
        <NobodyFace newest={newest} isSearched={isFiltered} clear={view.clear} />
      ) : (
        <>
          <PeopleTable
            shown={shown.slice(Math.max(0, firstItem - start), Math.max(0, lastItem + 1 - start))}
            start={Math.max(start, firstItem)}
            total={count}
            view={view}
            sortBy={sortBy}
            currentPerson={current?.person ?? null}
            deeds={deeds}
            bodyRef={bodyRef}
            isDimmed={
              isPrevious ||
              problem !== null ||
              (newest.freshness.state === 'stale' && sayAway(newest.freshness) === null)
            }
          />
          {total > mostRows ? (
            <p className="px-6 py-4 text-sm text-muted">
              These are the first {sayCount(mostRows)} of {sayCount(total)}. Search to reach the rest.
            </p>
          ) : null}
        </>
      )}
      {logOut.dialog}
    </div>
  )
}
