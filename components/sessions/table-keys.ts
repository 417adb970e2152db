'use client'

import { useKeys } from '@/components/shell/keys'
import type { ShownRow } from './rows-in-view'
import type { RowDeeds } from './session-row'

type TableKeys = {
  shown: ShownRow[]
  start: number
  current: { handle: string; index: number } | null
  goTo: (index: number) => void
  deeds: RowDeeds
  can: { extend: boolean; revoke: boolean }
  search: () => void
  escape: () => void
  undo: () => void
  /** Null while nothing is selected. */
  askBulk: (() => void) | null
}

/** The table's single keys. */
export function useTableKeys(keys: TableKeys): void {
  const { can } = keys
  useKeys(
    [
      { keys: ['/'], means: 'Search, as in user:alice ttl:<5m' },
      { keys: ['j', 'k'], means: 'Next and previous session' },
      { keys: ['Enter'], means: 'Open the session' },
      ...(can.revoke ? [{ keys: ['x', '⇧ x'], means: 'Select it, or all up to it' }] : []),
      ...(can.extend ? [{ keys: ['e'], means: 'Extend it' }] : []),
      ...(can.revoke
        ? [
            { keys: ['r'], means: 'Revoke it, or what is selected' },
            { keys: ['u'], means: 'Undo the last revoke' },
          ]
        : []),
      { keys: ['Esc'], means: 'Close the session, or drop the selection' },
    ],
    (event) => press(event, keys),
  )
}

/** Does what a key means; false when it means nothing here. */
function press(event: KeyboardEvent, keys: TableKeys): boolean {
  const { shown, start, current, deeds, can } = keys
  const place = shown.findIndex(({ row }) => row.handle === current?.handle)
  const entry = shown[place]
  const row = entry === undefined || entry.isEnded ? null : entry.row
  // A row that left hands its place to the one that took it.
  const from = place >= 0 ? start + place : current === null ? start - 1 : current.index - 1
  const isOnControl = event.target instanceof Element && event.target.closest('button, a, input, summary') !== null
  switch (event.key) {
    case '/':
      keys.search()
      return true
    case 'Escape':
      keys.escape()
      return true
    case 'j':
    case 'ArrowDown':
      if (event.key === 'ArrowDown' && place < 0) return false
      keys.goTo(Math.min(start + shown.length - 1, from + 1))
      return true
    case 'k':
    case 'ArrowUp':
      if (event.key === 'ArrowUp' && place < 0) return false
      keys.goTo(Math.max(start, from - (place >= 0 ? 1 : 0)))
      return true
    case 'u':
      if (!can.revoke) return false
      keys.undo()
      return true
    case 'Enter':
      if (row === null || isOnControl) return false
      deeds.open(row)
      return true
    case 'x':
    case 'X':
      if (row === null || !can.revoke) return false
      deeds.select(row, start + place, event.shiftKey)
      return true
    case 'e':
      if (row === null || !can.extend) return false
      deeds.setExtending(row.handle)
      return true
    case 'r':
      if (!can.revoke) return false
      if (keys.askBulk !== null) keys.askBulk()
      else if (row === null) return false
      else deeds.revoke(row)
      return true
    default:
      return false
  }
}
