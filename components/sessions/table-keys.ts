'use client'

import { useEffect, useRef } from 'react'
import type { ShownRow } from './rows-in-view'
import type { RowDeeds } from './session-row'
import { useHasKeys } from './use-has-keys'

type TableKeys = {
  shown: ShownRow[]
  start: number
  current: { handle: string; index: number } | null
  goTo: (index: number) => void
  deeds: RowDeeds
  can: { extend: boolean; revoke: boolean }
  search: () => void
  help: () => void
  escape: () => void
  undo: () => void
  /** Null while nothing is selected. */
  askBulk: (() => void) | null
}

/** The table's single keys. They rest while a person types, while a dialog or a menu is open, and when they were switched off. */
export function useTableKeys(keys: TableKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  const [hasKeys] = useHasKeys()
  useEffect(() => {
    if (!hasKeys) return
    const listen = (event: KeyboardEvent) => {
      if (isElsewhere(event)) return
      if (press(event, latest.current)) event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [hasKeys])
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
    case '?':
      keys.help()
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
      keys.undo()
      return true
    case 'Enter':
      if (row === null || isOnControl) return false
      deeds.open(row)
      return true
    case 'x':
      if (row === null) return false
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

function isElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return true
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.matches('input:not([type="checkbox"]), textarea, select')) return true
  return target.closest('[role="dialog"], [role="menu"]') !== null
}
