import type { ActionContext } from '@/lib/actions/context'
import { extendOne } from '@/lib/actions/extend'
import type { JobDeed } from '@/lib/contract/job'
import type { Outcome } from '@/lib/contract/session'
import type { Session } from '@/lib/session/session'
import { type Backup, isUnanswered, type RemoveResult, type Source, type WriteResult } from '@/lib/session/source'
import type { JobItem } from './frozen'

/** So many sessions are extended at once. */
const atOnce = 16

/** How one session of a job came out; `outcome` null: Redis was away and nothing was done. `backup`: what an undo needs, where one is wanted and could be had. */
export type ItemResult = {
  outcome: Outcome | null
  reason: string | null
  backup: { source: Source; backup: Backup } | null
}

export type BatchOptions = {
  context: Pick<ActionContext, 'now' | 'roster' | 'guard'>
  source: Source
  deed: JobDeed
  byMs: number
  wantsUndo: boolean
}

const otherPerson = 'It belongs to another person now.'

/**
 * Does the deed to a batch of one source's sessions, in their order; never throws. A session that changed its person since it was frozen is refused.
 * Cost: as the single deed, in pipelines.
 */
export async function doBatch(options: BatchOptions, items: JobItem[]): Promise<ItemResult[]> {
  return options.deed === 'revoke' ? revokeBatch(options, items) : inGroups(items, (item) => pushEnd(options, item))
}

async function revokeBatch({ context, source, wantsUndo }: BatchOptions, items: JobItem[]): Promise<ItemResult[]> {
  const keys = items.map(toKey)
  const backups: Backup[] = []
  for (const { key } of items) context.roster.ends.expect(source.id, key, 'revoked', context.now())
  const results = await source
    .removeMany(
      keys,
      (stored, index) => {
        const reason = whoChanged(stored.session, items[index])
        if (reason === null) context.guard.raise(source.id, stored)
        return reason
      },
      wantsUndo
        ? (backup, index) => {
            backups[index] = backup
          }
        : undefined,
    )
    .catch(() => keys.map(() => 'unsent' as const))
  for (const [index, key] of keys.entries()) {
    const result = results[index]
    if (result === 'done' || result === 'gone') context.guard.hold(source.id, key)
    else void context.guard.lift(source.id, [key])
    if (result !== 'done' && result !== 'gone') continue
    const cause = result === 'done' ? 'revoked' : 'ended'
    // It was announced as revoked; where it is not in the roster any more, that stands for the news that is still to come.
    if (result === 'gone') context.roster.ends.expect(source.id, key.toString('latin1'), cause, context.now())
    context.roster.drop(source.id, key, { cause, at: context.now() })
  }
  context.roster.publish()
  return results.map((result, index) => {
    const backup = backups[index] ?? null
    return { ...toOutcome(result), backup: backup === null ? null : { source, backup } }
  })
}

async function pushEnd({ context, source, deed, byMs }: BatchOptions, item: JobItem): Promise<ItemResult> {
  const key = toKey(item)
  try {
    if (deed === 'extend') {
      const { answer } = await extendOne({ source, key }, { byMs }, (session) => whoChanged(session, item))
      return { outcome: answer.outcome, reason: answer.reason, backup: null }
    }
    const stored = await source.readOne(key)
    if (stored === null) return { ...toOutcome('gone'), backup: null }
    const reason = whoChanged(stored.session, item)
    const result = reason === null ? await source.giveExpiry(key, context.now() + byMs) : { refused: reason }
    return { ...toOutcome(result, 'It has an end already.'), backup: null }
  } catch (error) {
    return { ...toOutcome(isUnanswered(error) ? 'unanswered' : 'unsent'), backup: null }
  }
}

/** A few at a time, in order. */
async function inGroups<T>(items: JobItem[], run: (item: JobItem) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let at = 0; at < items.length; at += atOnce) {
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(run))))
  }
  return results
}

function whoChanged(session: Session, item: JobItem | undefined): string | null {
  // What cannot be read now may still be theirs: an unreadable session was frozen with no person and is judged as such.
  return item !== undefined && session.principal !== item.principal ? otherPerson : null
}

function toOutcome(result: RemoveResult | WriteResult | undefined, onConflict = 'It changed meanwhile.') {
  if (result === 'done') return { outcome: 'done', reason: null } as const
  if (result === 'gone') return { outcome: 'already-gone', reason: null } as const
  if (result === 'conflict') return { outcome: 'refused', reason: onConflict } as const
  if (result === 'unsent') return { outcome: null, reason: null } as const
  if (result === 'unanswered' || result === undefined) {
    return { outcome: 'unknown', reason: 'Redis did not answer in time.' } as const
  }
  return { outcome: 'refused', reason: 'denied' in result ? result.denied : result.refused } as const
}

/** The Redis key, byte for byte. */
export function toKey(item: JobItem): Buffer {
  return Buffer.from(item.key, 'latin1')
}
