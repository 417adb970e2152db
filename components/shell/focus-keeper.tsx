'use client'

import { useEffect } from 'react'

/** A row that scrolled out of sight is gone from the document too; that is no reason to jump to another. */
const scrollMs = 250

/**
 * Keeps the keyboard where it was: when what had the focus leaves the page, as a row does that was revoked, the row that took its place gets it, else the page.
 * Without it the focus falls back to the document's beginning and the next Tab starts anew.
 */
export function FocusKeeper() {
  useEffect(() => {
    let path: Element[] = []
    let rowIndex = 0
    let scrolledAt = 0
    const remember = ({ target }: FocusEvent) => {
      path = []
      for (let at = target instanceof Element ? target : null; at !== null; at = at.parentElement) path.push(at)
      rowIndex = Number(path[0]?.closest('[aria-rowindex]')?.getAttribute('aria-rowindex') ?? 0)
    }
    const scrolled = () => {
      scrolledAt = Date.now()
    }
    const look = () => {
      if (path[0] === undefined || path[0].isConnected || document.activeElement !== document.body) return
      const around = path.find((element) => element.isConnected)
      const row = Date.now() - scrolledAt < scrollMs ? null : findRow(around, rowIndex)
      const next = row ?? document.getElementById('main')
      path = []
      next?.focus({ preventScroll: true })
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, { childList: true, subtree: true })
    document.addEventListener('focusin', remember)
    document.addEventListener('scroll', scrolled, true)
    return () => {
      observer.disconnect()
      document.removeEventListener('focusin', remember)
      document.removeEventListener('scroll', scrolled, true)
    }
  }, [])
  return null
}

/** The row at a place, else the last one before it, else the first. */
function findRow(around: Element | undefined, index: number): HTMLElement | null {
  if (around === undefined || index === 0) return null
  const own = around.closest<HTMLElement>('[aria-rowindex]')
  if (own !== null) return own
  let before: HTMLElement | null = null
  let after: HTMLElement | null = null
  for (const row of around.querySelectorAll<HTMLElement>('[aria-rowindex][tabindex]')) {
    const place = Number(row.getAttribute('aria-rowindex'))
    if (place <= index && place > Number(before?.getAttribute('aria-rowindex') ?? 0)) before = row
    if (place > index && place < Number(after?.getAttribute('aria-rowindex') ?? Number.POSITIVE_INFINITY)) after = row
  }
  return before ?? after
}
