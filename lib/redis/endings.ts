import type { SessionFormat } from '@/lib/formats/format'
import type { CompanionWrite, Ending } from '@/lib/session/plan'
import { fieldOf } from '@/lib/session/raw'
import type { Backup, RemoveResult, StoredSession, WriteResult } from '@/lib/session/source'
import { isUnanswered } from '@/lib/session/source'
import { type Undoing, writeCompanion } from './companions'
import type { Connection } from './connection'
import { restoreKey } from './copies'
import { removeUnless, type Taken } from './take'
import { invalidateHash, removeKey, removeKeys, revalidateHash } from './writes'

/** A session that is to end: as it was read, by its format, with the backup that takes up what goes with it. */
export type Doomed = { stored: StoredSession; format: SessionFormat; backup: Backup | null }

/** What went with a session, kept beside its backup until that is forgotten. */
type Trail = { invalidated: { stored: StoredSession; ending: Ending } | null; undoings: Undoing[] }

/** A backup, or one that was sent for. */
type Copying = Backup | null | Promise<Backup | null>

const onlyTheKey: Ending = { invalidation: null, companions: [] }

/** Ends sessions as their formats say, and brings back what it ended. */
export function createEndings(connection: Connection) {
  const trails = new WeakMap<Backup, Trail>()

  async function invalidate({ stored, backup }: Doomed, ending: Ending): Promise<WriteResult> {
    if (ending.invalidation === null) return removeKey(connection, stored.raw.key)
    if (isInvalidated(stored, ending.invalidation)) return 'gone'
    const result = await invalidateHash(connection, stored.raw, ending.invalidation)
    // Whoever may not write a hash may still remove it, which ends the session too.
    if (typeof result === 'object') return removeKey(connection, stored.raw.key)
    if (result === 'done' && backup !== null) trailOf(backup).invalidated = { stored, ending }
    return result
  }

  function trailOf(backup: Backup): Trail {
    const trail = trails.get(backup) ?? { invalidated: null, undoings: [] }
    trails.set(backup, trail)
    return trail
  }

  /** The session has ended; a companion that stays is no reason to say otherwise. */
  async function follow(backup: Backup | null, companions: CompanionWrite[]): Promise<void> {
    for (const companion of companions) {
      const undoing = await writeCompanion(connection, companion, backup !== null).catch(() => null)
      if (undoing !== null && backup !== null) trailOf(backup).undoings.unshift(undoing)
    }
  }

  async function end({ stored, format }: Omit<Doomed, 'backup'>, copying: Copying): Promise<WriteResult> {
    const ending = format.end?.(stored.raw) ?? onlyTheKey
    // A copy that was sent for stands before the removal, on the same socket; an invalidation takes another.
    const removing = ending.invalidation === null ? removeKey(connection, stored.raw.key) : null
    const [copy, removed] = await Promise.allSettled([copying, removing])
    const backup = copy.status === 'fulfilled' ? copy.value : null
    if (removed.status === 'rejected') throw removed.reason
    const result = removed.value ?? (await invalidate({ stored, format, backup }, ending))
    if (result === 'done') await follow(backup, ending.companions)
    return result
  }

  return {
    end,

    /**
     * Each with its own result. Keys that are simply removed go in one pipeline; the others one after the other. `refuse`: others may be writing these keys; it says of what stood
     * there in the moment of the end why it must live, see `removeUnless`. Never throws.
     */
    async endMany(
      doomed: Doomed[],
      refuse: ((at: number, taken: Taken) => string | null) | null = null,
    ): Promise<RemoveResult[]> {
      const results: RemoveResult[] = doomed.map(() => 'unanswered')
      const endings = doomed.map(({ stored, format }) => format.end?.(stored.raw) ?? onlyTheKey)
      const removals = doomed.flatMap((_, index) => (endings[index]?.invalidation === null ? [index] : []))
      const raws = removals.flatMap((index) => doomed[index]?.stored.raw ?? [])
      const removed = await (refuse === null
        ? removeKeys(
            connection,
            raws.map(({ key }) => key),
          )
        : removeUnless(connection, raws, (at, taken) => refuse(removals[at] ?? -1, taken)))
      for (const [at, index] of removals.entries()) results[index] = removed[at] ?? 'unanswered'
      for (const [index, one] of doomed.entries()) {
        const ending = endings[index] ?? onlyTheKey
        if (ending.invalidation !== null) results[index] = await invalidate(one, ending).catch(toResult)
        if (results[index] === 'done') await follow(one.backup, ending.companions)
      }
      return results
    },

    /** The session and what went with it, as they were; `conflict` and `gone` as `restoreKey`. */
    async restore(backup: Backup): Promise<WriteResult> {
      const trail = trails.get(backup)
      const invalidated = trail?.invalidated ?? null
      const result =
        invalidated === null || invalidated.ending.invalidation === null
          ? await restoreKey(connection, backup)
          : await revalidateHash(connection, backup, invalidated.stored.raw, invalidated.ending.invalidation)
      if (result !== 'done') return result
      // A companion that does not come back is no reason to say that the session has not.
      for (const undo of trail?.undoings ?? []) await undo().catch(() => {})
      return result
    },
  }
}

/** What an earlier end left, and its own companions went with it: it is no session that came back. */
function isInvalidated({ raw: { value } }: StoredSession, { fields }: NonNullable<Ending['invalidation']>): boolean {
  return fields.every(([name, bytes]) => fieldOf(value, name.toString('latin1'))?.equals(bytes) ?? false)
}

function toResult(error: unknown): RemoveResult {
  return isUnanswered(error) ? 'unanswered' : 'unsent'
}
