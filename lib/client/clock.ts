import { createContext, useContext, useSyncExternalStore } from 'react'

/** Smaller differences are the network's, not the clock's. */
const jitterMs = 300

let offsetMs: number | null = null

/** Told by every answer that carries the server's `now`. */
export function setServerNow(now: number, receivedAt: number): void {
  const told = now - receivedAt
  if (offsetMs === null || Math.abs(told - offsetMs) > jitterMs) offsetMs = told
}

/** The server's time, as far as this browser knows it. */
export function serverNow(): number {
  return Date.now() + (offsetMs ?? 0)
}

/** The time that the page was rendered at on the server: what a countdown shows until the browser takes over. */
export const RenderedAt = createContext(0)

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | undefined

function tick(): void {
  for (const listener of listeners) listener()
  timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 1)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 1)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearTimeout(timer)
    timer = undefined
  }
}

/**
 * What `say` makes of the server's time, asked again on every whole second of one shared ticker. A component repaints only when the answer changes,
 * so `say` returns a string, a number or a boolean.
 */
export function useTicking<T extends string | number | boolean | null>(say: (now: number) => T): T {
  const renderedAt = useContext(RenderedAt)
  return useSyncExternalStore(
    subscribe,
    () => say(Math.floor(serverNow() / 1000) * 1000),
    () => say(renderedAt),
  )
}
