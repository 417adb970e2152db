import type { Mark } from './mark'

/** The guard's memory of one revoked session. `key`: latin1. */
export type Tombstone = {
  source: string
  key: string
  mark: Mark
  /** Until when it is kept from coming back. */
  until: number
  /** Revoked by this process; another's is asked about in the home before anything is ended, for its undo is told there. */
  isOwn: boolean
  /** The delete is done. Before that nothing is judged: the delete itself ends what is there. */
  isHeld: boolean
  /** Its key changed before that. */
  isTouched: boolean
  /** It was ended a moment ago, and Redis will tell of that too: the next news of the key is probably this. */
  isEchoDue: boolean
  /** How often it came back and was ended again, and when last. */
  returns: number
  returnedAt: number | null
  /** A new sign-in stands under the same key: the application uses session ids again. */
  isReused: boolean
}

/** So many at most; the oldest go first. */
export const mostTombstones = 200_000
/** So many whose time is over are remembered, for the session's page. */
const mostPast = 10_000

/** All tombstones of this process, in memory. No call costs Redis anything. */
export function createTombstones() {
  const standing = new Map<string, Tombstone>()
  const past = new Map<string, Tombstone>()

  function drop(map: Map<string, Tombstone>, most: number) {
    const oldest = map.keys().next().value
    if (map.size > most && oldest !== undefined) map.delete(oldest)
  }

  return {
    put(tombstone: Tombstone): void {
      const name = nameOf(tombstone.source, tombstone.key)
      past.delete(name)
      standing.delete(name)
      standing.set(name, tombstone)
      drop(standing, mostTombstones)
    },
    /** Null where none stands. */
    find: (source: string, key: string): Tombstone | null => standing.get(nameOf(source, key)) ?? null,
    /** Also one whose time is over, for as long as it is remembered. */
    recall: (source: string, key: string): Tombstone | null =>
      standing.get(nameOf(source, key)) ?? past.get(nameOf(source, key)) ?? null,
    lift(source: string, key: string): void {
      standing.delete(nameOf(source, key))
      past.delete(nameOf(source, key))
    },
    /** Those whose time is over now; they stand no longer. */
    takeOver(now: number): Tombstone[] {
      const over: Tombstone[] = []
      for (const [name, tombstone] of standing) {
        if (tombstone.until > now) continue
        standing.delete(name)
        past.set(name, tombstone)
        drop(past, mostPast)
        over.push(tombstone)
      }
      return over
    },
    list: () => standing.values(),
    size: () => standing.size,
  }
}

function nameOf(source: string, key: string): string {
  return `${source} ${key}`
}
