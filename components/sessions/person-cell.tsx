'use client'

import { VisibleText, visibleString } from '@/components/ui/visible-text'
import type { SessionRow } from '@/lib/contract/session'
import type { RowDeeds } from './session-row'

/** Whose session it is; a press on the name shows all of that person's. */
export function Person({ row, tabIndex, deeds }: { row: SessionRow; tabIndex: number; deeds: RowDeeds }) {
  const name = row.label ?? row.principal
  if (name === null)
    return <span className="text-faint">{row.status === 'unreadable' ? 'Unreadable' : 'Anonymous'}</span>
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      {row.principal === null ? (
        <span className="truncate font-medium">
          <VisibleText text={name} />
        </span>
      ) : (
        <button
          type="button"
          tabIndex={tabIndex}
          className="min-w-0 truncate rounded-sm font-medium underline-offset-2 hover:underline"
          title={`${visibleString(name)}: show all sessions of this person`}
          onClick={() => deeds.filterByPerson(row)}
        >
          <VisibleText text={name} />
        </button>
      )}
      {row.principal !== null && row.label !== null && row.principal !== row.label ? (
        <span
          className="cell-wide max-w-[40%] shrink-[3] truncate text-xs text-faint"
          title={visibleString(row.principal)}
        >
          <VisibleText text={row.principal} />
        </span>
      ) : null}
    </span>
  )
}

/** What nobody told. */
export function Nothing() {
  return <span className="font-sans text-sm text-faint">–</span>
}
