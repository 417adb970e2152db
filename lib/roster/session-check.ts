import type { Severity } from '@/lib/contract/finding'
import type { JobDeed } from '@/lib/contract/job'
import type { SessionFilter } from '@/lib/contract/session'
import type { Roster } from './roster'

/** What the keys of a source begin and end with; the id stands between. */
export type KeyPlace = { prefix: string; suffix: string }

/** `now` is the minute, so that time alone changes no answer more often; `readAt` the moment. */
export type CheckContext = { roster: Roster; now: number; readAt: number; placeOf(source: string): KeyPlace }

/** What one pass found for one check. `highest`: the highest rank among them. */
export type Found = { count: number; total: number; highest: number; slots: number[] }

export type Told = { severity: Severity; explanation: string }

/** One thing that can be wrong with sessions. `look` is asked once a pass, its parts once a session; `tell` judges what was found, null: nothing wrong. */
export type SessionCheck = {
  id: string
  title: string
  why: string
  remedy: string
  /** The filter of the table that shows them all, or null. */
  filter(context: CheckContext): SessionFilter | null
  /** What may safely be done to all of them, as a job. */
  deeds: JobDeed[]
  look(context: CheckContext): {
    has(slot: number): boolean
    /** The evidence is what ranks highest. */
    rank?(slot: number): number
    tell(found: Found): Told | null
  }
}

/** `1 session`, `4,210 sessions`. */
export function many(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`
}

/** `4 KB`, `1.5 MB`. */
export function sayThreshold(bytes: number): string {
  const [size, unit] =
    bytes < 1024 ? [bytes, 'B'] : bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB']
  return `${Number(size.toFixed(1))} ${unit}`
}

/** `30 days`, `12 hours`. */
export function saySpan(ms: number): string {
  const hours = ms / 3_600_000
  return hours >= 48 ? many(Number((hours / 24).toFixed(1)), 'day') : many(Number(hours.toFixed(1)), 'hour')
}
