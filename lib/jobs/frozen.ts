import { createHmac, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JobInput } from '@/lib/contract/job'
import { KnownError } from '@/lib/errors'
import type { Roster } from '@/lib/roster/roster'

/** How long what was previewed can be confirmed. */
const keptMs = 5 * 60_000
/** So many previews wait to be confirmed at once, and so many sessions in all of them; the oldest go first. */
const mostSets = 50
const mostItems = 400_000
/** So many sessions are frozen in one go, then whoever waits for this process has a turn. */
const turnItems = 2000

/** One session that a job is to act on, as it was when it was frozen. `key` is latin1 text. */
export type JobItem = { source: string; key: string; format: string; principal: string | null }

/** What a job is to do, without what only one of preview and start says. */
export type JobOrder = Omit<JobInput, 'dryRun' | 'digest' | 'reason'>

export type Frozen = { digest: string; admin: string; order: string; items: JobItem[]; expiresAt: number }

/** The sets that were shown to somebody and may be confirmed: in this process, in memory, for five minutes each. */
export type FrozenSets = {
  /** Freezes these slots for one admin and one order. The digest says nothing about the keys to who has not this process's secret. */
  freeze(admin: string, order: JobOrder, slots: Uint32Array, now: number): Promise<Frozen>
  /** The set that was confirmed. Throws `conflict` where it is not here, too old, or of another admin or order. */
  find(admin: string, order: JobOrder, digest: string, now: number): Frozen
  /** The same, once: it can be had no second time. */
  take(admin: string, order: JobOrder, digest: string, now: number): Frozen
}

export function createFrozenSets(roster: Roster): FrozenSets {
  const secret = randomBytes(32)
  const sets = new Map<string, Frozen>()

  function trim(now: number) {
    let items = [...sets.values()].reduce((sum, set) => sum + set.items.length, 0)
    for (const [digest, set] of sets) {
      if (set.expiresAt > now && sets.size <= mostSets && items <= mostItems) break
      sets.delete(digest)
      items -= set.items.length
    }
  }

  function find(admin: string, order: JobOrder, digest: string, now: number): Frozen {
    trim(now)
    const frozen = sets.get(digest)
    if (frozen === undefined || frozen.admin !== admin || frozen.order !== sayOrder(order)) {
      throw new KnownError(
        'conflict',
        'This preview no longer holds: it is too old, was used, or was of something else. Preview again.',
      )
    }
    return frozen
  }

  return {
    async freeze(admin, order, slots, now) {
      const said = sayOrder(order)
      const hash = createHmac('sha256', secret).update(JSON.stringify([admin, said, randomBytes(8).toString('hex')]))
      // Taken in one go, so that all of it is of one moment; only the hashing waits for others.
      const items = Array.from(slots, (slot) => toItem(roster, slot))
      for (const [index, { source, key, principal }] of items.entries()) {
        hash.update(JSON.stringify([source, key, principal]))
        if (index % turnItems === turnItems - 1) await nextTurn()
      }
      const frozen = { digest: hash.digest('base64url'), admin, order: said, items, expiresAt: now + keptMs }
      sets.set(frozen.digest, frozen)
      trim(now)
      return frozen
    },
    find,
    take(admin, order, digest, now) {
      const frozen = find(admin, order, digest, now)
      sets.delete(digest)
      return frozen
    },
  }
}

function toItem(roster: Roster, slot: number): JobItem {
  const { columns } = roster
  const { numbers, strings, texts } = columns
  return {
    source: strings.source.at(numbers.source[slot] ?? 0) ?? '',
    key: columns.keyTextAt(slot),
    format: strings.format.at(numbers.format[slot] ?? 0) ?? '',
    principal: texts.principal.at(numbers.principal[slot] ?? 0),
  }
}

function sayOrder({ deed, filter, handles, byMs, isSecurity, isEverywhere }: JobOrder): string {
  const parts = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([deed, parts, handles ?? null, byMs ?? null, isSecurity ?? false, isEverywhere ?? false])
}
