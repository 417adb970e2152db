import { KnownError } from '@/lib/errors'

export type Throttle = {
  /** Counts one request; throws `too-many` with the time to wait when this client, or all of them together, had enough in this window. */
  admit(client: string): void
}

/** Fixed windows in memory. It remembers no more clients than `overall` lets in. */
export function createThrottle(limits: {
  perClient: number
  overall: number
  windowMs: number
  now: () => number
}): Throttle {
  const { perClient, overall, windowMs, now } = limits
  const counts = new Map<string, number>()
  let startedAt = Number.NEGATIVE_INFINITY
  let total = 0

  return {
    admit(client) {
      const at = now()
      if (at < startedAt || at >= startedAt + windowMs) {
        counts.clear()
        total = 0
        startedAt = at
      }
      const count = counts.get(client) ?? 0
      if (count >= perClient || total >= overall) {
        throw new KnownError('too-many', 'The shop is full just now. Try again in a moment.', {
          retryAfterMs: startedAt + windowMs - at,
        })
      }
      counts.set(client, count + 1)
      total += 1
    },
  }
}
