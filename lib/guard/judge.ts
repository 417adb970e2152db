import { randomUUID } from 'node:crypto'
import type { Audit } from '@/lib/audit'
import type { Connection } from '@/lib/redis/connection'
import type { Roster } from '@/lib/roster/roster'
import type { Handles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import { isReturn, markOf } from './mark'
import type { Tombstone } from './tombstones'

/** Returns with no more time than this between them are one burst, and one entry of the audit. */
const burstMs = 10_000

/** A source with the line to it. */
export type GuardedSource = { source: Source; connection: Connection }

type JudgeOptions = {
  home: Connection
  handles(): Handles
  roster: Roster
  audit: Audit
  findSource(id: string): GuardedSource | null
}

/** Looks at what stands under the keys of tombstones, ends what came back and lets a new sign-in live; counts, and tells the audit. */
export function createJudge({ home, handles, roster, audit, findSource }: JudgeOptions) {
  let returns = 0

  /** Reads what stands under these keys of one source and ends what came back. Cost: as `Source.removeContested`. */
  async function end(batch: Tombstone[]): Promise<void> {
    const [first] = batch
    const source = first === undefined ? null : (findSource(first.source)?.source ?? null)
    if (source === null) return
    const { digest } = handles()
    const results = await source.removeContested(
      batch.map(({ key }) => Buffer.from(key, 'latin1')),
      (stored, index) => {
        const tombstone = batch[index]
        if (tombstone === undefined) return 'unknown'
        if (!isReturn(tombstone.mark, markOf(stored, digest))) {
          roster.ends.forget(tombstone.source, tombstone.key)
          if (!tombstone.isReused) tellReused(tombstone)
          return 'a new sign-in'
        }
        roster.ends.expect(tombstone.source, tombstone.key, 'revoked', home.now())
        return null
      },
    )
    for (const [index, result] of results.entries()) {
      const tombstone = batch[index]
      if (tombstone === undefined) continue
      if (result === 'done') {
        tombstone.isEchoDue = true
        noteReturn(tombstone)
      } else if (typeof result === 'object' && 'denied' in result) {
        tell(tombstone, 'refused', `It came back and could not be ended again. ${result.denied}`)
      }
    }
  }

  function noteReturn(tombstone: Tombstone): void {
    const now = home.now()
    const isBurst = tombstone.returnedAt !== null && now - tombstone.returnedAt < burstMs
    tombstone.returns += 1
    tombstone.returnedAt = now
    returns += 1
    if (!isBurst) tell(tombstone, 'done', 'It had come back: a request that was under way saved it again.')
  }

  function tellReused(tombstone: Tombstone): void {
    tombstone.isReused = true
    tell(
      tombstone,
      'refused',
      'A new sign-in stands under the same key and lives: the application uses session ids again.',
    )
  }

  function tell(tombstone: Tombstone, outcome: 'done' | 'refused', reason: string): void {
    const handle = handles().seal(tombstone.source, Buffer.from(tombstone.key, 'latin1'))
    const nobody = { admin: null, ip: null, principal: null, requestId: randomUUID() }
    void audit.write({ ...nobody, phase: 'outcome', deed: 'guard.end', handle, outcome, reason })
  }

  return {
    end,
    /** How many it has ended since the process began. */
    returns: () => returns,
  }
}
