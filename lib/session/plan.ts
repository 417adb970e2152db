import type { Limit } from '@/lib/contract/session'

/** The facts that a format can tell from a value. Absent is null; times are epoch milliseconds. */
export type Facts = {
  principal: string | null
  label: string | null
  createdAt: number | null
  lastSeenAt: number | null
  /** The end that the framework reads from the payload itself, beside the TTL; null where it obeys the TTL alone. In the past: the framework holds it for dead already. */
  expiresAt: number | null
  ip: string | null
  /** The raw user agent; `formats/device.ts` shortens it. */
  userAgent: string | null
}

/**
 * What a format says of a value. `facts` and `tree` (see `session/tree.ts`) with the chain of encodings from the outside in, as in `['zlib', 'pickle 4']`;
 * or why it cannot be read, in a sentence without any byte of it: it is a session all the same; or why it is no session at all: a lock, a placeholder, what a late write left.
 */
export type Decoded =
  | { facts: Facts; tree: unknown; encodings: string[] }
  | { unreadable: string }
  | { noSession: string }

/** A new value of the same type; of a hash only the fields that change. */
export type Rewrite = { type: 'string'; bytes: Buffer } | { type: 'hash'; fields: [name: Buffer, value: Buffer][] }

/**
 * One write to a key beside the session: an index that names it, a marker that belongs to it. Each is made alone, for in a cluster the keys lie in different slots; each leaves
 * a key that is missing or of another type as it is, so that a session with parts missing can still be ended and extended.
 */
export type CompanionWrite =
  /** The key belongs to this session alone: it goes with it. Cost: one UNLINK, for an undo also a DUMP. */
  | { deed: 'remove'; key: Buffer }
  /** The session's place in an index that others share. Cost: one SREM or ZREM, for an undo of a sorted set also a ZSCORE. */
  | { deed: 'leave'; key: Buffer; type: 'set' | 'zset'; member: Buffer }
  /** Its place among those that end at one time, moved to those of another, only where it stands in the first. `untilAt`: the other set lasts at least so long. Cost: SREM, SADD, PEXPIREAT. */
  | { deed: 'move'; from: Buffer; key: Buffer; member: Buffer; untilAt: number }
  /** Its score in a sorted set, only where it stands in it. Cost: one ZADD XX. */
  | { deed: 'score'; key: Buffer; member: Buffer; score: number }
  /**
   * A string that holds an index: read, changed and set if it is still the same, keeping its expiry, which `untilAt` may push later. `change` gives the new bytes, null where
   * nothing is left and the key goes, and the very same buffer where nothing is to be done; `undo` is its inverse and makes a new one from null. Cost: WATCH, GET, MULTI, SET, EXEC, for an undo also a PTTL.
   */
  | {
      deed: 'rewrite'
      key: Buffer
      change(bytes: Buffer): Buffer | null
      undo(bytes: Buffer | null): Buffer
      untilAt: number | null
    }
  /** Its end is pushed to `untilAt`, never shorter. `otherwise`: the value that it is made with where it is missing; null: it stays missing. Cost: one PEXPIREAT, else one SET NX. */
  | { deed: 'expire'; key: Buffer; untilAt: number; otherwise: Buffer | null }

/** What ends a session for its framework. */
export type Ending = {
  /**
   * `null`: the key is removed. Else these fields are written into its hash, which then lives `forMs` longer: for a framework that saves only what changed, an emptied hash
   * stays dead, where a removed one would come back half written.
   */
  invalidation: { fields: [name: Buffer, value: Buffer][]; forMs: number } | null
  /** After it, in this order. */
  companions: CompanionWrite[]
}

/** What makes the framework itself obey a later end. */
export type Extension = {
  /** Written first, compared and set; null where the payload needs no change. */
  rewrite: Rewrite | null
  /** What will hold after the application's next request; never later than asked, earlier where an absolute timeout stands in the way. */
  expiresAt: number
  /** Where the framework keeps the key longer than the session, or gives it no expiry at all (null). Absent: the key ends with the session. */
  keyExpiresAt?: number | null
  /** After it, in this order. */
  companions?: CompanionWrite[]
  notReached: Limit[]
}

/** What an extension by TTL alone cannot reach, and what a revoke cannot. */
export type NotReached = { readonly extend: readonly Limit[]; readonly revoke: readonly Limit[] }
