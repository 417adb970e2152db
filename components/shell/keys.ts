'use client'

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useHasKeys } from './use-has-keys'

/** Keys and what they do, as the list behind `?` says it. */
export type KeyLine = { keys: readonly string[]; means: string }

let isPaused = false

/** While something is coming over the page its keys rest, so that nothing typed ahead does a deed. */
export function pauseKeys(on: boolean): void {
  isPaused = on
}

const none: readonly KeyLine[] = []
let lines = none
const listeners = new Set<() => void>()

/**
 * The single keys of a page: `lines` stand in the list behind `?`, `press` does what a key means and answers false when it means nothing here.
 * They rest while somebody types, while a dialog or a menu is open, and when they were switched off.
 */
export function useKeys(pageLines: readonly KeyLine[], press: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(press)
  latest.current = press
  const [hasKeys] = useHasKeys()
  const said = JSON.stringify(pageLines)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `said` is the lines
  useEffect(() => {
    tell(pageLines)
    return () => tell(none)
  }, [said])
  useEffect(() => {
    if (!hasKeys) return
    const listen = (event: KeyboardEvent) => {
      if (!isElsewhere(event) && latest.current(event)) event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [hasKeys])
}

/** What the page on the screen does with single keys. */
export function useKeyLines(): readonly KeyLine[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => lines,
    () => none,
  )
}

/** Whether a key is meant for something else: a field, a dialog, a menu, the browser. */
export function isElsewhere(event: KeyboardEvent): boolean {
  if (isPaused || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return true
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.matches('input:not([type="checkbox"]), textarea, select')) return true
  return target.closest('[role="dialog"], [role="menu"]') !== null
}

function tell(next: readonly KeyLine[]): void {
  lines = next
  for (const listener of listeners) listener()
}
