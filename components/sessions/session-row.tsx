// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { type CSSProperties, type MouseEvent, memo } from 'react'
import { withBasePath } from '@/lib/client/base-path'
import type { SessionRow } from '@/lib/contract/session'
import { Cells } from './session-cells'

export type RowDeeds = {
  open: (row: SessionRow) => void
  revoke: (row: SessionRow) => void
  select: (row: SessionRow, index: number, isRange: boolean) => void
  filterByPerson: (row: SessionRow) => void
  focus: (row: SessionRow, index: number) => void
  setExtending: (handle: string | null) => void
}

type SessionRowLineProps = {
  row: SessionRow
  index: number
  isEnded: boolean
  hasArrived: boolean
  isCurrent: boolean
  /** The one row that Tab leads to. */
  isTabStop: boolean
  isSelected: boolean
  isOpen: boolean
  isExtending: boolean
  deeds: RowDeeds
}

/** One session in the table: a line, or two on a phone. An ended one keeps its place, empty, while the pointer is over the table. */
export const SessionRowLine = memo(function SessionRowLine(props: SessionRowLineProps) {
  const { row, index, isEnded, hasArrived, isCurrent, isTabStop, isSelected, isOpen, deeds } = props
  const place: CSSProperties = { transform: `translateY(calc(var(--row-height) * ${index}))` }
  const base =
    'session-grid absolute inset-x-0 top-0 h-(--row-height) border-b transition-transform duration-quick ease-out'
  if (isEnded) {
    return (
      <div role="row" tabIndex={-1} aria-rowindex={index + 2} className={`${base} text-faint`} style={place}>
        <span role="cell" className="col-[2/-1] row-[1/-1] self-center text-sm">
          Ended
        </span>
      </div>
    )
  }
  const state =
    isOpen || isSelected
      ? '[--row-back:var(--accent-soft)] bg-accent-soft'
      : isCurrent
        ? 'bg-sunken'
        : 'hover:bg-sunken'
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table listens to Enter
    <div
      role="row"
      aria-rowindex={index + 2}
      data-handle={row.handle}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={() => deeds.focus(row, index)}
      onClick={(event) => openUnlessPressed(event, row, deeds)}
      onAuxClick={(event) => event.button === 1 && openElsewhere(row)}
      className={`group cursor-default text-sm focus-visible:outline-offset-[-2px] ${base} ${state} ${hasArrived ? 'animate-arrive' : ''}`}
      style={place}
    >
      <Cells {...props} />
    </div>
  )
}, isSame)

/** A page that came anew holds new objects: a row that says what it said is not painted again. */
function isSame(before: SessionRowLineProps, after: SessionRowLineProps): boolean {
  const { row: old, ...rest } = before
  const { row, ...others } = after
  return isShallowlySame(rest, others) && (old === row || JSON.stringify(old) === JSON.stringify(row))
}

function isShallowlySame(before: object, after: object): boolean {
  const told = new Map(Object.entries(after))
  return Object.entries(before).every(([name, value]) => Object.is(told.get(name), value))
}

function openUnlessPressed(event: MouseEvent, row: SessionRow, deeds: RowDeeds): void {
  // A press on a control of the row is that control's; a selection of text is for copying. Menus live elsewhere in the document.
  const { target, currentTarget } = event
  if (!(target instanceof Element) || !currentTarget.contains(target)) return
  if (target.closest('button, a, input, label') || window.getSelection()?.isCollapsed === false) return
  if (event.metaKey || event.ctrlKey) openElsewhere(row)
  else deeds.open(row)
}

function openElsewhere(row: SessionRow): void {
  window.open(withBasePath(`/sessions/${row.handle}`), '_blank', 'noopener')
}
