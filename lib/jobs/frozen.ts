import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JobInput } from '@/lib/contract/job'
import { KnownError } from '@/lib/errors'
import type { Roster } from '@/lib/roster/roster'

/** How long what was previewed can be confirmed. */
export const previewKeptMs = 5 * 60_000
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

/**
 * The sets that were shown to somebody and may be confirmed, for five minutes each. They wait in memory where they were frozen. Any other replica with the same secret knows a set by its digest, where it
 * sees just the same sessions itself; nothing is kept for that.
 */
export type FrozenSets = {
  /** Freezes these slots for one admin and one order. The digest says nothing about the keys to who has not the secret. */
  freeze(admin: string, order: JobOrder, slots: Uint32Array, now: number): Promise<Frozen>
  /** The set that was confirmed; `look` says what the order finds now, where it was frozen elsewhere. Throws `conflict` where that is another set, the digest is too old, or of another admin or order. */
  find(admin: string, order: JobOrder, digest: string, now: number, look: () => Uint32Array): Promise<Frozen>
  /** Forgets it; false where it did not wait here. */
  drop(digest: string): boolean
}

/** `sign`: keyed with the secret that the replicas share. */
export function createFrozenSets(roster: Roster, sign: (text: string) => string): FrozenSets {
  const sets = new Map<string, Frozen>()

  function trim(now: number) {
    let items = [...sets.values()].reduce((sum, set) => sum + set.items.length, 0)
    for (const [digest, set] of sets) {
      if (set.expiresAt > now && sets.size <= mostSets && items <= mostItems) break
      sets.delete(digest)
      items -= set.items.length
    }
  }

  async function make(admin: string, order: string, slots: Uint32Array, stamp: string): Promise<Frozen> {
    // Taken in one go, so that all of it is of one moment; only the hashing waits for others.
    const items = Array.from(slots, (slot) => toItem(roster, slot))
    const sum = await sumOf(items, sign)
    const digest = `${stamp}.${sign(JSON.stringify(['frozen', admin, order, stamp, items.length, sum]))}`
    return { digest, admin, order, items, expiresAt: frozenAt(stamp) + previewKeptMs }
  }

  return {
    async freeze(admin, order, slots, now) {
      const stamp = `${now}.${randomBytes(8).toString('hex')}`
      const frozen = await make(admin, sayOrder(order), slots, stamp)
      sets.set(frozen.digest, frozen)
      trim(now)
      return frozen
    },
    async find(admin, order, digest, now, look) {
      trim(now)
      const said = sayOrder(order)
      const own = sets.get(digest)
      if (own !== undefined && own.admin === admin && own.order === said) return own
      const [, stamp = ''] = /^(\d{1,16}\.[\da-f]{16})\./.exec(digest) ?? []
      const age = now - frozenAt(stamp)
      if (own === undefined && Math.abs(age) < previewKeptMs) {
        const seen = await make(admin, said, look(), stamp)
        if (seen.digest === digest) return seen
      }
      throw noLonger()
    },
    drop: (digest) => sets.delete(digest),
  }
}

/** A preview that cannot be confirmed. */
export const noLonger = () =>
  new KnownError(
    'conflict',
    'This preview no longer holds: it is too old, was used, or was of something else. Preview again.',
  )

const frozenAt = (stamp: string) => Number.parseInt(stamp, 10)

/** One text for a set of sessions, whatever their order: each replica holds them in another one. Each is signed, or whoever can make sessions could look for another set with the same sum. */
async function sumOf(items: readonly JobItem[], sign: (text: string) => string): Promise<string> {
  const sum = Buffer.alloc(16)
  for (const [index, { source, key, principal }] of items.entries()) {
    const one = Buffer.from(sign(JSON.stringify(['item', source, key, principal])), 'base64url')
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) ^ (one[at] ?? 0)
    if (index % turnItems === turnItems - 1) await nextTurn()
  }
  return sum.toString('base64url')
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
