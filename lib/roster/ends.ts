import type { Session } from '@/lib/session/session'

/** Why a session is no longer there. `ended`: by its application, or by anybody but us. */
export const endCauses = ['expired', 'ended', 'revoked'] as const
export type EndCause = (typeof endCauses)[number]

/** What came and went in one minute. `cameBack`: a session that an admin revoked and that lives again without an undo. */
export type MinuteCounts = Record<EndCause | 'arrived' | 'cameBack', number>

export type Ended = {
  cause: EndCause
  endedAt: number
  principal: string | null
  label: string | null
  cameBackAt: number | null
}

/** Minutes whose counts are remembered. */
const mostMinutes = 180
/** So many sessions that ended are remembered, the newest. */
const mostEnded = 10_000
/** A deed that announced an end and did not bring it about is forgotten after this. */
const expectedMs = 10_000
const minuteMs = 60_000

/**
 * What came into the roster and what left it, and why: counts by the minute and the last ten thousand that ended. Memory only, of this process, and bounded;
 * no call costs Redis anything.
 */
export type Ends = {
  /** `who`: whose it is, and when it was created, as far as it tells: what another person owns or was created after a revoke is a new sign-in and did not come back. */
  arrive(source: string, key: string, at: number, who: Pick<Session, 'principal' | 'createdAt'>): void
  leave(
    source: string,
    key: string,
    about: { cause: EndCause; at: number; principal: string | null; label: string | null },
  ): void
  /** Said before a deed removes a key, for the news of it may come from Redis first. */
  expect(source: string, key: string, cause: EndCause, at: number): void
  /** An undo brought it back, or a new sign-in stands under its key: that is no coming back, and its end is not remembered. */
  forget(source: string, key: string): void
  /** How and when a session ended, or null where that is not known, or no longer. */
  find(source: string, key: string): Ended | null
  /** The keys of those that came back after a revoke, and when; the caller sees which of them live. */
  listReturned(): { source: string; key: string; cameBackAt: number }[]
  /** The counts of the minute that begins at `minuteAt`; zeros where nothing happened. */
  minute(minuteAt: number): MinuteCounts
  /** All of it since the process began. */
  total(): MinuteCounts
}

export function createEnds(): Ends {
  const minutes = new Map<number, MinuteCounts>()
  const total = noCounts()
  const ended = new Map<string, Ended>()
  /** Of those in `ended` the ones that came back. */
  const returned = new Map<string, { source: string; key: string; cameBackAt: number }>()
  const expected = new Map<string, { cause: EndCause; until: number }>()
  const nameOf = (source: string, key: string) => `${source} ${key}`

  function count(at: number, what: keyof MinuteCounts) {
    const minuteAt = Math.floor(at / minuteMs) * minuteMs
    let counts = minutes.get(minuteAt)
    if (counts === undefined) {
      counts = noCounts()
      minutes.set(minuteAt, counts)
      dropOldest(minutes, mostMinutes)
    }
    counts[what] += 1
    total[what] += 1
  }

  return {
    arrive(source, key, at, { principal, createdAt }) {
      count(at, 'arrived')
      const before = ended.get(nameOf(source, key))
      if (before?.cause !== 'revoked' || before.cameBackAt !== null) return
      const isOther = principal !== null && principal !== before.principal
      if (isOther || (createdAt !== null && createdAt > before.endedAt)) return
      before.cameBackAt = at
      returned.set(nameOf(source, key), { source, key, cameBackAt: at })
      count(at, 'cameBack')
    },
    leave(source, key, { cause, at, principal, label }) {
      const name = nameOf(source, key)
      const announced = expected.get(name)
      expected.delete(name)
      const trueCause = announced !== undefined && announced.until >= at ? announced.cause : cause
      count(at, trueCause)
      returned.delete(name)
      ended.delete(name)
      ended.set(name, { cause: trueCause, endedAt: at, principal, label, cameBackAt: null })
      const oldest = dropOldest(ended, mostEnded)
      if (oldest !== undefined) returned.delete(oldest)
    },
    expect(source, key, cause, at) {
      expected.set(nameOf(source, key), { cause, until: at + expectedMs })
      dropOldest(expected, mostEnded)
    },
    forget(source, key) {
      const name = nameOf(source, key)
      for (const map of [expected, returned, ended]) map.delete(name)
    },
    find: (source, key) => ended.get(nameOf(source, key)) ?? null,
    listReturned: () => [...returned.values()],
    minute: (minuteAt) => ({ ...(minutes.get(minuteAt) ?? noCounts()) }),
    total: () => ({ ...total }),
  }
}

export function noCounts(): MinuteCounts {
  return { arrived: 0, expired: 0, ended: 0, revoked: 0, cameBack: 0 }
}

/** Answers what it dropped. */
function dropOldest<Key>(map: Map<Key, unknown>, most: number): Key | undefined {
  const oldest = map.size > most ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
  return oldest
}
