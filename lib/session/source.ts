import type { CompanionWrite, Decoded, Extension, NotReached, Rewrite } from './plan'
import type { RawSession } from './raw'
import type { Session } from './session'

/** The message of the cause of a failure after which nobody knows whether the command ran. */
export const unanswered = 'unanswered'

/** Whether a command was sent and no answer came: its effect is unknown until the key is read again. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.message === unanswered
}

/** One key read whole, for its page and for a deed. */
export type StoredSession = {
  raw: RawSession
  /** The id of the format that the value was found to have. */
  format: string
  sizeBytes: number
  session: Session
  /** What that format says of it; never that it is none. */
  decoded: Exclude<Decoded, { noSession: string }>
  notReached: NotReached
  /** Further names, lower case, whose values are secrets in this format. */
  secretNames: readonly string[]
}

/** What happened to keys. `everything`: messages may have been lost or the store was flushed, so scan again. */
export type SourceChange = { keys: Buffer[] } | 'everything'

/** The outcome of a write to one key, before anybody gave it a name in the UI. `denied`: Redis refused this command to this user, `reason` says which. */
export type WriteResult = 'done' | 'gone' | 'conflict' | { denied: string }

/** How one of many was removed. `refused`: by who asked, with the reason. `unanswered`: sent, and no answer came. `unsent`: Redis was away, nothing was done. */
export type RemoveResult = WriteResult | 'unanswered' | 'unsent' | { refused: string }

/** What a removed key needs to come back exactly, its companions included. Opaque to all but the source that made it. */
export type Backup = { key: Buffer; bytes: number; redisExpiresAt: number | null; opaque: unknown }

/**
 * One Redis and one key prefix. The only way to its keys.
 *
 * Every call ends within the connection's command timeout and throws `KnownError('source-unavailable')` when Redis did not answer;
 * a call on a connection known to be down throws at once, is never queued and never executed later. A write that was sent and not answered
 * throws `KnownError('source-unavailable')` with `cause.message === 'unanswered'`: use `isUnanswered`.
 */
export interface Source {
  readonly id: string
  readonly name: string
  readonly prefix: string
  /** What its keys end with behind the id; empty but for a format of the settings that says so. */
  readonly suffix: string
  /** Which of several Redis, by its name in the settings file; null where there is but one. */
  readonly redis: string | null
  readonly database: number
  readonly origin: 'configured' | 'built-in' | 'found' | 'chosen' | 'demo'

  /** Whether the key belongs here: it starts with this prefix and with no longer prefix of a sibling source. Costs nothing. */
  owns(key: Buffer): boolean

  /**
   * Every key of this source, in bounded batches, as SCAN gives them: each key that was there all along comes at least once, some twice.
   * Ends when the walk over every primary is complete; throws when it could not be. `rest`: after each step it rests so many times as long as the step took, with what was
   * done with its keys; absent: as the pace of others asks. Cost: one SCAN a batch, shared with the other sources of this Redis that begin within a moment; the walk then goes as fast as the slowest of them.
   */
  scan(signal: AbortSignal, rest?: number): AsyncIterable<Buffer[]>

  /** How many of these keys there are now, whatever they hold. Throws like the others; where EXISTS is refused all count as there. Cost: one EXISTS, in a cluster one a key. */
  countPresent(keys: Buffer[]): Promise<number>

  /** How many keys a scan will look at (DBSIZE over the primaries), or null where it is not told. Cost: one command a primary. */
  readEstimate(): Promise<number | null>

  /**
   * The sessions behind these keys, decoded: null at the place of a key that is gone, is not ours or is a companion, `'skipped'` where the type or the value is none that a
   * session has. At most 64 KiB of each value is read. Cost: a bounded number of pipelined commands a key, see `redis/read.ts`.
   */
  read(keys: Buffer[]): Promise<(Session | 'skipped' | null)[]>

  /** One key for its page or a deed, up to 1 MiB of it; null when it is gone or not a session. Cost: a few commands. */
  readOne(key: Buffer): Promise<StoredSession | null>

  /**
   * Ends a session as its format says: the key is removed, or its hash invalidated, and the companions follow. `gone` when it was not there. What a backup is given takes up
   * what goes with the session, so that an undo brings that back too. `stored`: as it was read a moment ago, which saves reading it again. `backup` may still be under way: what `backUp` has sent
   * for stands before the removal.
   * Cost: one read and one UNLINK, and what `CompanionWrite` says for each companion.
   */
  remove(
    key: Buffer,
    backup?: Backup | null | Promise<Backup | null>,
    stored?: StoredSession | null,
  ): Promise<WriteResult>

  /**
   * Removes many as `remove` does, each with its own result, in the order of the keys. `refuse` sees each session as it is now, at most 64 KiB of it, and says why it must stay, or null. `keep` is
   * given the backup of each that was removed, where there could be one. Throws only where nothing was sent for any. Cost: as `read`, one UNLINK a key, in one pipeline, and the companions of each; for
   * backups a DUMP and an expiry each.
   */
  removeMany(
    keys: Buffer[],
    refuse: (stored: StoredSession, index: number) => string | null,
    keep?: ((backup: Backup, index: number) => void) | undefined,
  ): Promise<RemoveResult[]>

  /**
   * As `removeMany`, for keys that others may be writing at this moment: `refuse` also sees what stood there in the moment of the end, where that is something else, and what it refuses then is put
   * back, a millisecond later. Cost: as `removeMany`, with a read and an expiry more for each key, in one MULTI … EXEC. In a cluster, and where transactions are refused, it is `removeMany`.
   */
  removeContested(
    keys: Buffer[],
    refuse: (stored: StoredSession, index: number) => string | null,
  ): Promise<RemoveResult[]>

  /**
   * Copies the key so that `restore` can bring it back: DUMP, or by type where that is refused. Null when gone or too large. `known`: as it was read a moment ago, which tells its size.
   * Cost: DUMP and the expiry in one round trip; without `known` its size before them.
   */
  backUp(key: Buffer, known?: StoredSession | null): Promise<Backup | null>

  /** Brings a removed key back as it was, with its original end. `conflict` when a key of that name exists: nothing is overwritten. `gone`: its end has passed. */
  restore(backup: Backup): Promise<WriteResult>

  /** Pushes the key's expiry to `untilAt` with PEXPIREAT GT: never shorter, never creates, never touches a key without one. `conflict`: it stood later already, or has none. */
  expire(key: Buffer, untilAt: number): Promise<WriteResult>

  /** Gives an end to a key that has none, with PEXPIREAT NX. `conflict`: it has one already. */
  giveExpiry(key: Buffer, untilAt: number): Promise<WriteResult>

  /**
   * What its format would write to make the session last until `untilAt`, or the TTL alone with what that cannot reach where there is no rewrite or none may be written.
   * Writes nothing, costs nothing.
   */
  planExtension(stored: StoredSession, untilAt: number): Extension

  /**
   * Writes a payload anew only if what it replaces is still as it was read, keeping its expiry, or pushing it to `untilAt` as `expire` does. `conflict`: it changed meanwhile, or has no end that
   * could be pushed. Never creates a key. Two round trips on a connection of its own: WATCH with a read, then MULTI with all the rest.
   */
  replace(raw: RawSession, rewrite: Rewrite, untilAt?: number | null): Promise<WriteResult>

  /** What the roster is to know of a session once it was extended so; null where only reading it again tells. Costs nothing. */
  foresee(stored: StoredSession, extension: Extension): Session | null

  /** What the sessions of a format cannot be reached by; null for a format that is none of this source. Costs nothing. */
  limitsOf(format: string): NotReached | null

  /** Makes these writes beside a session, in order. One that fails is no failure of the deed: the session's own key decides. */
  writeCompanions(writes: readonly CompanionWrite[]): Promise<void>

  /** What this Redis and this user can do here. */
  readonly can: { revoke: boolean; undo: boolean; extend: boolean; rewrite: boolean }

  /** The commands that were refused or do not exist, by name. */
  readonly missing: string[]
}
