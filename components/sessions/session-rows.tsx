'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { type Ref, type RefObject, useEffect, useImperativeHandle, useMemo, useRef } from 'react'
import { useMedia } from '@/components/ui/use-media'
import type { TablePlace } from '@/components/ui/use-table-place'
import type { ShownRow } from './rows-in-view'
import { SessionTable, type SessionTableProps } from './session-table'

/** The rows that came unseen: they stand further up or down. */
export type Unseen = { count: number; first: number }

/** What others may ask of the rows. */
export type RowsHandle = { scrollTo: (index: number, align?: 'center') => void }

type SessionRowsProps = Omit<SessionTableProps, 'visibleRows' | 'selectVisible'> & {
  ref: Ref<RowsHandle>
  scrollRef: RefObject<HTMLDivElement | null>
  place: TablePlace
  selectRows: (rows: ShownRow[]) => void
  /** Told of the first and last row that are drawn. */
  onDraw: (first: number, last: number) => void
  onUnseen: (unseen: Unseen) => void
}

/** The rows near the eye, out of those that are loaded. All that follows the scrolling is here, so that a frame of it draws nothing else anew. */
export function SessionRows({ ref, scrollRef, place, selectRows, onDraw, onUnseen, ...table }: SessionRowsProps) {
  const { shown, start, total } = table
  const rowHeight = useRowHeight()
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    initialRect: { width: 1200, height: 900 },
    scrollMargin: place.margin,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer is told of another row height
  useEffect(() => virtualizer.measure(), [rowHeight])
  useImperativeHandle(
    ref,
    () => ({
      scrollTo: (index, align) => virtualizer.scrollToIndex(index, align === undefined ? {} : { align }),
    }),
    [virtualizer],
  )

  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onDraw(first, last), [onDraw, first, last])
  const drawn = useMemo(
    () => shown.slice(Math.max(0, first - start), Math.max(0, last + 1 - start)),
    [shown, first, last, start],
  )

  const low = virtualizer.range?.startIndex ?? 0
  const high = virtualizer.range?.endIndex ?? 0
  useUnseen(shown, start, low, high, onUnseen)

  const top = (virtualizer.scrollOffset ?? 0) + place.bar - place.margin
  const bottom = (virtualizer.scrollOffset ?? 0) + (virtualizer.scrollRect?.height ?? 0) - place.margin
  const isOnScreen = (index: number) => (index + 0.5) * rowHeight > top && (index + 0.5) * rowHeight < bottom
  const from = Math.max(start, first)
  const visible = drawn.filter((_, index) => isOnScreen(from + index))
  return (
    <SessionTable
      {...table}
      shown={drawn}
      start={from}
      visibleRows={visible}
      selectVisible={() => selectRows(visible)}
    />
  )
}

/** Tells of rows that came while the view was open and were never between `low` and `high`. */
function useUnseen(shown: ShownRow[], start: number, low: number, high: number, tell: (unseen: Unseen) => void): void {
  const seen = useRef(new Set<string>())
  const arrivals = useMemo(
    () =>
      shown.flatMap(({ row, isArrival, isEnded }, index) =>
        isArrival && !isEnded ? [{ handle: row.handle, index: start + index }] : [],
      ),
    [shown, start],
  )
  useEffect(() => {
    for (const { handle, index } of arrivals) if (index >= low && index <= high) seen.current.add(handle)
    const unseen = arrivals.filter(({ handle }) => !seen.current.has(handle))
    tell({ count: unseen.length, first: unseen[0]?.index ?? 0 })
  }, [arrivals, low, high, tell])
}

function useRowHeight(): number {
  const isPhone = useMedia('(max-width: 767px)')
  const isCoarse = useMedia('(pointer: coarse)')
  return isPhone ? 68 : isCoarse ? 44 : 36
}
