import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ActionContext } from '@/lib/actions/context'
import type { Outcome } from '@/lib/contract/session'
import type { Meter } from '@/lib/meter'
import type { Backup, Source } from '@/lib/session/source'
import { doBatch, type ItemResult, toKey } from './deeds'
import type { JobItem } from './frozen'
import { blockItems, type KeptJob, type Ledger } from './ledger'

/** So many sessions are handled in one go; between two goes the Redis rests as long as the last one took, but in an incident. */
const batchItems = 200
/** A job begins gently, at most so many a second, so that a mistake can be stopped before it is whole. An incident does not wait. */
const gentleMs = 5000
const gentlePerSecond = 1000
const saveEveryMs = 1000
/** The rate is that of the last seconds. */
const rateMs = 3000
/** Logging a person out everywhere ends when nothing new came for so long, or after so long at the latest. */
const quietMs = 3000
const everywhereMs = 60_000
const lookEveryMs = 200

/** A job that this process runs or ran: what everybody may know (`kept`), and what only it holds. */
export type LiveJob = {
  kept: KeptJob
  items: JobItem[]
  /** In the order of the items; what has none yet comes last. */
  outcomes: { outcome: Outcome; reason: string | null }[]
  /** What an undo brings back; null where it may not or cannot be undone. */
  backups: { source: Source; backup: Backup }[] | null
  /** Items before this one were begun by a server that died: what of them is gone may be its doing. */
  begunUntil: number
  principal: string | null
  /** Redis did not answer: the job ends here and can be resumed. */
  isAway: boolean
  isStopping: boolean
  isInterrupted: boolean
}

export type RunContext = {
  shelf: BackupShelf
  /** Counts the sessions by deed and outcome. */
  handled: Meter
  actions: Pick<ActionContext, 'now' | 'roster' | 'changed' | 'guard'>
  ledger: Ledger
  findSource(id: string): Source | null
  /** The sessions of a person that live now, are none of these keys and do not say that they were created at that time or later. */
  findArrivals(principal: string, known: ReadonlySet<string>, createdBefore: number): JobItem[]
}

const countOf = {
  done: 'done',
  'already-gone': 'gone',
  refused: 'refused',
  failed: 'failed',
  unknown: 'unknown',
} as const

/** Works through the job's items until the end, a stop, or Redis's absence; then says how it ended. Never throws. */
export async function runJob(context: RunContext, job: LiveJob): Promise<void> {
  const { kept } = job
  const { now } = context.actions
  const pace = createPace(job)
  let savedAt = 0
  const save = async (isLast = false) => {
    if (!isLast && Date.now() - savedAt < saveEveryMs) return
    savedAt = Date.now()
    if (kept.state === 'running' && (await context.ledger.hear(kept.job))?.deed === 'stop') askToStop(job)
    kept.aliveAt = now()
    await Promise.all([context.ledger.save(kept), context.ledger.renew(kept.job)])
  }
  await save()
  // Were this process to die, the others would take the mark up all the same.
  await mark(context, job, everywhereMs)
  await work(context, job, pace, save)
  if (kept.isEverywhere && !job.isStopping && !job.isAway) await followPerson(context, job, pace, save)
  await mark(context, job, 0)
  // Let go before it is said to be over: whoever reads that it stopped may resume it at once.
  await context.ledger.release(kept.job)
  kept.state = job.isInterrupted ? 'interrupted' : hasMore(job) ? 'stopped' : 'done'
  kept.endedAt = now()
  kept.perSecond = null
  kept.undoUntil = job.backups?.length ? kept.endedAt + undoJobMs : null
  await save(true)
}

/** Against the person who is logged out everywhere, from so long from now on; one that was stopped holds nothing against anybody. */
async function mark({ actions }: RunContext, { kept, principal, ...job }: LiveJob, inMs: number): Promise<void> {
  if (!kept.isEverywhere || principal === null) return
  if (job.isStopping && !job.isInterrupted) await actions.guard.unbar(principal)
  else await actions.guard.bar(principal, kept.startedAt, actions.now() + inMs)
}

/** Between two batches it will stop. */
export function askToStop(job: LiveJob): void {
  job.isStopping = true
  job.kept.state = 'stopping'
}

/** How long after its end a job can be undone. */
export const undoJobMs = 60_000

/** Whether any of its sessions has no outcome yet. */
export function hasMore(job: LiveJob): boolean {
  return job.outcomes.length < job.items.length
}

type Pace = (items: number, tookMs: number) => Promise<void>

async function work(context: RunContext, job: LiveJob, pace: Pace, save: () => Promise<void>): Promise<void> {
  while (hasMore(job) && !job.isStopping) {
    const from = job.outcomes.length
    const batch = job.items.slice(from, from + batchItems)
    const startedAt = performance.now()
    await context.ledger.begin(job.kept.job, from, batch.length)
    const found = giveUpAway(context, job, from, await doMixed(context, job, batch))
    const results = found.map((result, index) => judge(job, from + index, result))
    // Outcomes stand in the order of the items, so a batch counts up to the first session that was not reached.
    const reached = results.findIndex(({ outcome }) => outcome === null)
    const settled = reached < 0 ? results : results.slice(0, reached)
    take(context, job, settled)
    void context.ledger.addOutcomes(job.kept.job, from, job.outcomes.slice(from))
    if (reached >= 0) {
      job.isAway = true
      job.kept.note = 'Redis did not answer, so it stopped here. It can be resumed.'
      return
    }
    void save()
    await pace(batch.length, performance.now() - startedAt)
  }
}

/**
 * Of several Redis one that does not answer stops nobody else's sessions: what it holds has failed, and the job goes on while another has work. Where there is but one, or nothing
 * else is left, the results stay as they are, and the job waits to be resumed.
 */
function giveUpAway({ findSource }: RunContext, job: LiveJob, from: number, results: ItemResult[]): ItemResult[] {
  const redisOf = (item: JobItem | undefined) => findSource(item?.source ?? '')?.redis ?? null
  const away = new Set(
    results.flatMap(({ outcome }, index) => (outcome === null ? [redisOf(job.items[from + index])] : [])),
  )
  if (away.size === 0 || !job.items.slice(from).some((item) => !away.has(redisOf(item)))) return results
  const names = [...away].join(', ')
  job.kept.note = `${names} did not answer: its sessions have failed.`
  const failed = { outcome: 'failed', reason: `${names} did not answer.`, backup: null } as const
  return results.map((result) => (result.outcome === null ? failed : result))
}

const orphaned = 'It is gone. The server that died in the midst of it may have ended it, or somebody else.'

/** What is gone of a batch that died half-way was perhaps ended by this very job: to call it gone already would be a guess. */
function judge({ kept, begunUntil }: LiveJob, index: number, result: ItemResult): ItemResult {
  const isGuess = kept.deed === 'revoke' && result.outcome === 'already-gone' && index < begunUntil
  return isGuess ? { ...result, outcome: 'unknown', reason: orphaned } : result
}

function take({ actions, shelf, handled }: RunContext, job: LiveJob, results: ItemResult[]): void {
  const { kept } = job
  for (const { outcome, reason, backup } of results) {
    if (outcome === null) continue
    job.outcomes.push({ outcome, reason })
    kept[countOf[outcome]] += 1
    handled.note([kept.deed, outcome])
    if (backup !== null && job.backups !== null && !shelf.add(job, backup)) {
      kept.note = 'It cannot be undone: what it ended is too large to keep.'
    }
  }
  actions.roster.publish()
}

/** A batch may be of several sources: each has its own pipeline, and the results keep the order of the batch. */
async function doMixed(context: RunContext, job: LiveJob, batch: JobItem[]): Promise<ItemResult[]> {
  const { kept } = job
  const results: ItemResult[] = batch.map(() => ({
    outcome: 'refused',
    reason: 'Its source is not watched here.',
    backup: null,
  }))
  const options = {
    context: context.actions,
    deed: kept.deed,
    byMs: kept.byMs ?? 0,
    wantsUndo: job.backups !== null,
  }
  for (const id of new Set(batch.map(({ source }) => source))) {
    const source = context.findSource(id)
    if (source === null) continue
    const places = batch.flatMap((item, index) => (item.source === id ? [index] : []))
    const items = places.flatMap((place) => batch[place] ?? [])
    const found = await doBatch({ ...options, source }, items)
    for (const [index, place] of places.entries()) {
      const result = found[index]
      if (result !== undefined) results[place] = result
      const item = items[index]
      if (item && kept.deed !== 'revoke') context.actions.changed({ handle: '', source, key: toKey(item) })
    }
  }
  return results
}

/** All that waits for the undo of jobs in this process, bounded in bytes. */
export type BackupShelf = {
  /** Keeps what an undo needs; where that is too much all of the job's goes, and false is said: half an undo is none. */
  add(job: LiveJob, backup: NonNullable<ItemResult['backup']>): boolean
  drop(job: LiveJob): void
}

const mostBackupBytes = 128 * 1024 * 1024

export function createBackupShelf(): BackupShelf {
  let bytes = 0
  const sizeOf = (job: LiveJob) => (job.backups ?? []).reduce((sum, { backup }) => sum + backup.bytes, 0)
  const shelf: BackupShelf = {
    add(job, backup) {
      if (bytes + backup.backup.bytes > mostBackupBytes) {
        shelf.drop(job)
        return false
      }
      job.backups?.push(backup)
      bytes += backup.backup.bytes
      return true
    },
    drop(job) {
      bytes -= sizeOf(job)
      job.backups = null
    },
  }
  return shelf
}

/** While the job runs, whatever session of theirs appears and does not say that it is newer is ended too. */
async function followPerson(context: RunContext, job: LiveJob, pace: Pace, save: () => Promise<void>): Promise<void> {
  const { principal, kept } = job
  if (principal === null) return
  const startedAt = Date.now()
  let lastAt = startedAt
  while (!job.isStopping && Date.now() - lastAt < quietMs) {
    if (Date.now() - startedAt > everywhereMs) {
      kept.note = 'They kept signing in for a minute; what came later lives.'
      return
    }
    const known = namesThatStay(job)
    const arrivals = context.findArrivals(principal, known, kept.startedAt)
    if (arrivals.length > 0) {
      lastAt = Date.now()
      job.items.push(...arrivals)
      kept.total = job.items.length
      await context.ledger.addItems(kept.job, arrivals)
      await work(context, job, pace, save)
      if (job.isAway) return
    }
    await save()
    await sleep(lookEveryMs)
  }
}

/** Their sessions that this job could not end, or has not come to yet: they are no arrivals. */
function namesThatStay({ items, outcomes }: LiveJob): Set<string> {
  const isOver = (index: number) => ['done', 'already-gone'].includes(outcomes[index]?.outcome ?? '')
  return new Set(items.filter((_, index) => !isOver(index)).map(nameOf))
}

/** One text for each session, to compare by. */
export function nameOf({ source, key }: JobItem): string {
  return `${source} ${key}`
}

/** Writes the frozen sessions into the home, a block at a time, while the job runs already. */
export async function keepItems(context: RunContext, job: LiveJob): Promise<void> {
  const items = [...job.items]
  for (let at = 0; at < items.length; at += blockItems) {
    await context.ledger.addItems(job.kept.job, items.slice(at, at + blockItems))
    await nextTurn()
  }
}

function createPace(job: LiveJob): Pace {
  const startedAt = performance.now()
  const recent: { at: number; items: number }[] = [{ at: startedAt, items: 0 }]
  let total = 0
  return async (items, tookMs) => {
    total += items
    const isGentle = performance.now() - startedAt < gentleMs
    const dueAt = startedAt + (total / gentlePerSecond) * 1000
    // In an incident what this process does between two of its answers is Redis's rest.
    if (job.kept.isSecurity) await nextTurn()
    else await sleep(Math.max(tookMs, isGentle ? dueAt - performance.now() : 0))
    const at = performance.now()
    recent.push({ at, items: total })
    while (recent.length > 2 && at - (recent[0]?.at ?? at) > rateMs) recent.shift()
    const first = recent[0]
    if (first && at - first.at > 200) job.kept.perSecond = Math.round(((total - first.items) / (at - first.at)) * 1000)
  }
}
