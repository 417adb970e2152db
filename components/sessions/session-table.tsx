// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import type { RefObject } from 'react'
import { useConsole } from '@/components/shell/console-context'
import type { SortField } from '@/lib/contract/session'
import type { ShownRow } from './rows-in-view'
import { type RowDeeds, SessionRowLine } from './session-row'

/** The headers in reading order, each with the field that it sorts by. */
export const columns: { name: string; label: string; sort: SortField; isRight?: boolean }[] = [
  { name: 'person', label: 'Person', sort: 'label' },
  { name: 'source', label: 'Source', sort: 'source' },
  { name: 'format', label: 'Format', sort: 'format' },
  { name: 'age', label: 'Age', sort: 'createdAt' },
  { name: 'seen', label: 'Last seen', sort: 'lastSeenAt' },
  { name: 'ttl', label: 'TTL', sort: 'expiresAt' },
  { name: 'size', label: 'Size', sort: 'sizeBytes', isRight: true },
  { name: 'device', label: 'Device', sort: 'device' },
  { name: 'ip', label: 'Address', sort: 'ip' },
  { name: 'status', label: 'Status', sort: 'status' },
]

export type SessionTableProps = {
  shown: ShownRow[]
  start: number
  total: number
  sort: SortField
  order: 'asc' | 'desc'
  sortBy: (field: SortField) => void
  selected: ReadonlySet<string>
  visibleRows: ShownRow[]
  selectVisible: () => void
  currentHandle: string | null
  openHandle: string | null
  extendingHandle: string | null
  deeds: RowDeeds
  bodyRef: RefObject<HTMLDivElement | null>
  isDimmed: boolean
}

/** The table: a header that stays, and only the rows that are near the eye. */
export function SessionTable(props: SessionTableProps) {
  const { shown, start, total, selected, currentHandle, deeds } = props
  const first = shown[0]?.row.handle
  const hasCurrent = shown.some(({ row }) => row.handle === currentHandle)
  return (
    <div role="table" aria-label="Sessions" aria-rowcount={total + 1} className="session-table">
      <Header {...props} />
      <div
        role="rowgroup"
        ref={props.bodyRef}
        className={`relative ${props.isDimmed ? 'grayscale' : ''}`}
        style={{ height: `calc(var(--row-height) * ${total})` }}
      >
        {shown.map(({ row, isEnded, hasArrived }, index) => (
          <SessionRowLine
            key={row.handle}
            row={row}
            index={start + index}
            isEnded={isEnded}
            hasArrived={hasArrived}
            isCurrent={row.handle === currentHandle}
            isTabStop={row.handle === (hasCurrent ? currentHandle : first)}
            isSelected={selected.has(row.handle)}
            isOpen={row.handle === props.openHandle}
            isExtending={row.handle === props.extendingHandle}
            deeds={deeds}
          />
        ))}
      </div>
    </div>
  )
}

function Header({ sort, order, sortBy, selected, visibleRows, selectVisible }: SessionTableProps) {
  const { can } = useConsole()
  const chosen = visibleRows.filter(({ row }) => selected.has(row.handle)).length
  return (
    <div role="rowgroup" className="sticky top-(--bar-height) z-10 border-b bg-surface max-md:hidden">
      <div role="row" aria-rowindex={1} className="session-grid h-8 text-xs text-faint">
        <span role="columnheader" className="cell-check">
          {can.revoke ? (
            <label className="flex size-control items-center justify-center">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                aria-label="Select what is visible"
                title="Select what is visible"
                checked={visibleRows.length > 0 && chosen === visibleRows.length}
                ref={(input) => {
                  if (input) input.indeterminate = chosen > 0 && chosen < visibleRows.length
                }}
                onChange={selectVisible}
              />
            </label>
          ) : (
            <span className="sr-only">Selection</span>
          )}
        </span>
        {columns.map((column) => {
          const isSorted = column.sort === sort
          const Arrow = order === 'asc' ? ArrowUp : ArrowDown
          return (
            <span
              key={column.name}
              role="columnheader"
              aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
              className={`cell-${column.name} ${column.isRight ? 'text-right' : ''} ${column.name === 'ttl' ? 'pl-[62px]' : ''}`}
            >
              <button
                type="button"
                onClick={() => sortBy(column.sort)}
                className={`inline-flex h-8 items-center gap-1 rounded-sm font-medium hover:text-ink ${isSorted ? 'text-ink' : ''}`}
              >
                {column.label}
                {isSorted ? <Arrow aria-hidden className="size-3" /> : null}
              </button>
            </span>
          )
        })}
        <span role="columnheader" className="cell-deeds">
          <span className="sr-only">Deeds</span>
        </span>
      </div>
    </div>
  )
}
