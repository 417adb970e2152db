import type { Limit } from '@/lib/contract/session'
import type { StoredValue } from '@/lib/session/source'

/** The facts that a format can tell from a value. Absent is null; times are epoch milliseconds. */
export type Facts = {
  principal: string | null
  label: string | null
  createdAt: number | null
  lastSeenAt: number | null
  /** The end that the framework reads from the payload itself, beside the TTL; null where it obeys the TTL alone. */
  expiresAt: number | null
  ip: string | null
  /** The raw user agent; `formats/device.ts` shortens it. */
  userAgent: string | null
}

/** `facts` and `tree` of a value, or the reason why it cannot be read, in a sentence without any byte of it. */
export type Decoded = { facts: Facts; tree: unknown; encodings: string[] } | { unreadable: string }

/** When the value was read, on Redis's clock, and the end that Redis says it has. Some frameworks tell the last visit only by these. */
export type Reading = { now: number; redisExpiresAt: number | null }

/** A payload rewritten so that the framework itself obeys the later end. */
export type Extension = {
  /** The new value, or null where the payload needs no change. */
  value: Buffer | null
  /** What will hold after the application's next request; never later than asked, earlier where an absolute timeout stands in the way. */
  expiresAt: number
  notReached: Limit[]
}

/**
 * How one framework writes a session. Pure: bytes in, facts out, no I/O, no clock.
 *
 * A format never runs anything from the bytes, never throws for any bytes, and holds to the limits of `formats/limits.ts`. What it leaves out
 * (`extend`), the product does by TTL alone and says so. Source of its facts: named in the docstring of its file.
 */
export interface SessionFormat {
  /** Fixed, in the API and in settings. */
  readonly id: string

  /** Whether a key of the source is no session but belongs to one (an index, a lock). `rest` is the key without its prefix. */
  isCompanion(rest: string): boolean

  /** The companions of one session, to be removed with it: full key names. Empty where it has none. */
  companions(key: Buffer, prefix: string, value: StoredValue): Buffer[]

  /** Whether the value has this format's own shape. The first in detection order that says yes decodes it. */
  recognises(value: StoredValue): boolean

  /** The facts for a row, and the tree for the session's page. A truncated value keeps what stood in its head. */
  decode(value: StoredValue, reading: Reading): Decoded

  /**
   * The value that makes the framework obey `untilAt`. Absent: the framework keeps no time in the payload.
   * Null: this value cannot be rewritten (truncated, unreadable), extend by TTL alone.
   */
  extend?(value: StoredValue, untilAt: number, reading: Reading): Extension | null

  /** What a TTL-only extension cannot reach, and what a revoke cannot. */
  readonly notReached: { readonly extend: readonly Limit[]; readonly revoke: readonly Limit[] }

  /** Further names, lower case, whose values are secrets in this framework's payloads, beside those of `roster/mask.ts`. */
  readonly secretNames: readonly string[]
}
