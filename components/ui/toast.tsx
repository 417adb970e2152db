'use client'

import dynamic from 'next/dynamic'
import type { ReactNode } from 'react'

// What draws them is not part of the first load: it comes as soon as the page has begun.
const Toaster = dynamic(
  () =>
    import('./toaster').then(
      (part) => part.Toaster,
      () => () => null,
    ),
  { ssr: false },
)

export type ToastOptions = {
  title: ReactNode
  detail?: ReactNode
  /** A button that does one thing and closes the toast. */
  action?: { label: string; run: () => void }
  /** Shows a ring that drains in this time, then closes; it does not wait for the pointer, because what it offers does not. */
  drainMs?: number
  isBad?: boolean
}

type Show = (options: ToastOptions) => () => void
type Waiting = { options: ToastOptions; close: (() => void) | null; isClosed: boolean }

let show: Show | null = null
let waiting: Waiting[] = []

/** Says what happened, at the bottom of the page. Returns a function that closes it. */
export function showToast(options: ToastOptions): () => void {
  if (show !== null) return show(options)
  const entry: Waiting = { options, close: null, isClosed: false }
  waiting.push(entry)
  return () => {
    entry.isClosed = true
    entry.close?.()
  }
}

/** Whoever draws the toasts takes them from here, with what waits. Returns how to stop. */
export function takeToasts(draw: Show): () => void {
  show = draw
  for (const entry of waiting) if (!entry.isClosed) entry.close = draw(entry.options)
  waiting = []
  return () => {
    show = null
  }
}

/** Stands once on the page and draws the toasts. */
export function Toasts() {
  return <Toaster />
}
