import { createHash } from 'node:crypto'
import type { Job } from '@/lib/contract/job'
import type { Handles } from '@/lib/session/handle'
import type { JobItem, JobOrder } from './frozen'
import { type KeptJob, silentMs } from './ledger'
import type { LiveJob } from './run'

/** Whose sessions an order is about, where it is about one person alone. */
export function personOf({ filter }: JobOrder, handles: Handles): string | null {
  const [handle] = filter.person ?? []
  return handle === undefined ? (filter.principal?.[0] ?? null) : handles.openPerson(handle)
}

/** What is said of a job when it begins. */
type Begun = Pick<
  Job,
  'job' | 'deed' | 'admin' | 'reason' | 'byMs' | 'isSecurity' | 'isEverywhere' | 'total' | 'startedAt'
> &
  Partial<Job>

/** A job as it begins: nothing has an outcome, and backups are kept where its undo is possible. */
export function makeLive(begun: Begun, items: JobItem[], principal: string | null): LiveJob {
  const counts = { done: 0, gone: 0, refused: 0, failed: 0, unknown: 0 }
  const rest = { endedAt: null, perSecond: null, undoUntil: null, undone: null, note: null }
  const canUndo = begun.deed === 'revoke' && !begun.isSecurity
  return {
    kept: { ...counts, ...rest, state: 'running', ...begun, aliveAt: begun.startedAt },
    items,
    outcomes: [],
    backups: canUndo ? [] : null,
    begunUntil: 0,
    principal,
    isStopping: false,
    isInterrupted: false,
    isAway: false,
  }
}

/** As anybody sees it now: a job whose runner fell silent is interrupted, and an undo whose time is over is none. */
export function asSeen({ aliveAt, ...job }: KeptJob, now: number, isOwn: boolean): Job {
  const isRunning = job.state === 'running' || job.state === 'stopping'
  const state = !isOwn && isRunning && aliveAt < now - silentMs ? 'interrupted' : job.state
  const undoUntil = job.undoUntil !== null && job.undoUntil > now ? job.undoUntil : null
  return { ...job, state, undoUntil, perSecond: state === job.state ? job.perSecond : null }
}

/** Differs whenever the answer does: for its `ETag`. */
export function versionOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}

const deedWords = { revoke: 'Revoke', extend: 'Extend', 'give-expiry': 'Give an expiry to' } as const
export const sayNumber = (count: number) => count.toLocaleString('en-US')

/** What was asked for, as the audit tells it. */
export function sayOrder({ deed, total, reason, isEverywhere, isSecurity, job }: Job): string {
  const extra = `${isEverywhere ? ', and what appears meanwhile' : ''}${isSecurity ? ', as part of an incident' : ''}`
  return `Job ${job}: ${deedWords[deed]} ${sayNumber(total)} sessions${extra}.${reason ? ` Reason: ${reason}` : ''}`
}

/** How far it came, as the audit tells it. */
export function sayCounts(job: Job): string {
  const { state, done, gone, refused, failed, unknown, total } = job
  const parts = Object.entries({ done, gone, refused, failed, unknown }).map(
    ([name, count]) => `${sayNumber(count)} ${name}`,
  )
  return `Job ${job.job}, ${state}: of ${sayNumber(total)} sessions ${parts.join(', ')}.${job.reason ? ` Reason: ${job.reason}` : ''}`
}
