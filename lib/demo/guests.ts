import type { Connection } from '@/lib/redis/connection'
import type { SessionStore } from '@/lib/store'
import type { Sample } from './shapes'

/** A pretend person behind one session. Every call throws what Redis threw. */
export type Guest = {
  /** When the session ends if nobody comes back, as last seen; null: never. */
  expiresAt(): number | null
  /** Whether the session is still there. It may have been ended, or extended, by an operator. */
  isThere(): Promise<boolean>
  /** Browses on as the session's framework would have it; false, and nothing is written, when the session is gone. */
  visit(now: number): Promise<boolean>
  /** Signs out. */
  leave(): Promise<void>
}

/** A guest of one of the pretend applications. An operator's extension holds: a visit never shortens. */
export function createSampleGuest(client: Connection['client'], sample: Sample, now: () => number): Guest {
  const { key, value, idleMs } = sample
  let { expiresAt } = sample

  async function readTtl(): Promise<number | null> {
    const ttlMs = await client.pttl(key)
    if (ttlMs === -2) return null
    expiresAt = ttlMs === -1 ? null : now() + ttlMs
    return ttlMs
  }

  return {
    expiresAt: () => expiresAt,
    isThere: async () => (await readTtl()) !== null,
    async visit(at) {
      const ttlMs = await readTtl()
      if (ttlMs === null) return false
      if (idleMs === null || ttlMs === -1 || ttlMs > idleMs) return true
      expiresAt = at + idleMs
      if (sample.kind !== 'json') return (await client.pexpire(key, idleMs)) === 1
      const seen = JSON.stringify({ ...JSON.parse(String(value)), lastSeenAt: new Date(at).toISOString() })
      return (await client.set(key, seen, 'PX', idleMs, 'XX')) !== null
    },
    async leave() {
      await client.unlink(key)
    },
  }
}

/** A guest of an application that uses the store library. */
export function createStoreGuest<Data extends object>(
  store: SessionStore<Data>,
  session: { id: string; expiresAt: number },
): Guest {
  let { expiresAt } = session
  async function note(found: Promise<{ expiresAt: number } | null>): Promise<boolean> {
    const session = await found
    expiresAt = session?.expiresAt ?? expiresAt
    return session !== null
  }
  return {
    expiresAt: () => expiresAt,
    isThere: () => note(store.peek(session.id)),
    visit: () => note(store.get(session.id)),
    async leave() {
      await store.destroy(session.id)
    },
  }
}
