import type { Decoded, Ending, Extension, NotReached } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'

/**
 * How one framework writes a session. Pure: bytes in, facts out, no I/O, no clock.
 *
 * A format never runs anything from the bytes, never throws for any bytes, and holds to the limits of `formats/limits.ts`. What it leaves out (`end`, `extend`), the product
 * does by the key and its TTL alone and says so. Source of its facts: named in the docstring of its file.
 */
export interface SessionFormat {
  /** Fixed, in the API and in settings. */
  readonly id: string

  /** What people call the framework, as in `Django`. */
  readonly label: string

  /**
   * Where its sessions stand when nobody chose another place: the first group is the prefix, what follows is what an id looks like. Matched against whole keys, as latin1,
   * when sources are looked for; an index or a lock beside the sessions must not match. Empty: it is found by its values alone.
   */
  readonly usualKeys: readonly RegExp[]

  /** Keys under any prefix that are no sessions of this framework but belong to one (an index, a lock), matched against whole keys as latin1; null where it has none. Without flags, groups or back references. */
  readonly companionKeys: RegExp | null

  /** What each of its keys ends with behind the id, where the format is pinned; keys under the prefix that end otherwise are nobody's. Absent: nothing. */
  readonly keySuffix?: string

  /** Whether the value has this format's own shape. The first in detection order that says yes decodes it. Cheap: for most values one look at the first bytes. */
  recognises(raw: RawSession): boolean

  /** Other strings that tell of the session, such as who and where: read with it, at a GET each. Absent: none. */
  related?(raw: RawSession): Buffer[]

  /** The facts for a row, and the tree for the session's page. A truncated value keeps what stood in its head. */
  decode(raw: RawSession): Decoded

  /** What ends it. Absent: its key is removed, and that is all. */
  end?(raw: RawSession): Ending

  /**
   * What makes the framework obey `untilAt`. Absent: nothing but the TTL. Null: this value cannot be rewritten (truncated, unreadable), extend by TTL alone.
   */
  extend?(raw: RawSession, untilAt: number): Extension | null

  /** What an extension by TTL alone cannot reach, and what a revoke cannot. */
  readonly notReached: NotReached

  /** Further names, lower case, whose values are secrets in this framework's payloads, beside those of `roster/mask.ts`. */
  readonly secretNames: readonly string[]

  /** Names, lower case, under which this framework itself keeps a secret by design: to find one there is no finding. CSRF tokens and nonces are known without being named. */
  readonly expectedSecrets?: readonly string[]
}
