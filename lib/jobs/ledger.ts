import * as zlib from 'node:zlib'
import { createHeldHash } from '@/lib/admin/held-hash'
import { Job } from '@/lib/contract/job'
import type { Outcome } from '@/lib/contract/session'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Handles } from '@/lib/session/handle'
import { type JobItem, previewKeptMs } from './frozen'

const jobsKey = 'rollcall:jobs'
const keptMs = 7 * 24 * 60 * 60_000
/** Its sessions, some 100 bytes each, and their outcomes: long enough to resume and to download the report. */
const itemsKeptMs = 24 * 60 * 60_000
/** So many jobs are remembered; the oldest go first. */
const mostJobs = 50
/** Whoever runs a job says so each second; silent for longer, it is gone. */
export const silentMs = 10_000
/** So many sessions stand in one element of a list. */
export const blockItems = 1000

/** A job as the home keeps it. `aliveAt`: when its runner last said that it runs. */
export type KeptJob = Job & { aliveAt: number }
/** One session of a job as it stands in a block, which is sealed: nobody who reads the home finds a key, a session id or a person there. */
type KeptItem = [source: string, key: string, format: string, principal: string | null]

/** What one replica asks of the one that runs or ran a job, and for whom. */
export type Ask = { deed: 'stop' | 'undo'; username: string; requestId: string; ip: string | null }
/** Nobody heard it for so long: it is forgotten. */
const askedMs = 10_000

const letters: Record<Outcome, string> = { done: 'd', 'already-gone': 'g', refused: 'r', failed: 'f', unknown: 'u' }

/**
 * What the home knows of jobs, so that every replica and the next start know it too: all jobs in one hash, of each its frozen sessions in one list of blocks and
 * their outcomes, in the same order, in another. A job is kept for seven days, its sessions for one. Everything here is best effort but `claim` and `readItems`: a full Redis stops no job.
 */
export function createLedger({ home, log, handles }: LedgerContext) {
  const held = createHeldHash<KeptJob>({ home, key: jobsKey, parse: readJob })
  held.start()

  const itemsKey = (job: string) => `rollcall:job:${job}:items`
  const outcomesKey = (job: string) => `rollcall:job:${job}:outcomes`
  const askKey = (job: string) => `rollcall:job:${job}:ask`

  async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      // The job goes on; what the home does not know is told by the process that runs it.
      log.warn('job.unkept', { what, error })
      return false
    }
  }

  async function readAll(): Promise<KeptJob[]> {
    const texts = Object.values(await home.client.hgetall(jobsKey))
    return newestFirst(texts.flatMap((text) => readText(text) ?? []))
  }

  return {
    save: (job: KeptJob) => attempt('job', () => held.put(job.job, job)),
    /** Forgets what is older than seven days or beyond the newest fifty. */
    prune: (now: number) =>
      attempt('prune', async () => {
        const old = (await readAll()).filter(({ startedAt }, index) => index >= mostJobs || startedAt < now - keptMs)
        if (old.length === 0) return
        await home.client.hdel(jobsKey, ...old.map(({ job }) => job))
        for (const { job } of old)
          await home.client.unlink(itemsKey(job)).then(() => home.client.unlink(outcomesKey(job)))
      }),
    addItems: (job: string, items: JobItem[]) =>
      attempt('items', async () => {
        const kept = items.map(({ source, key, format, principal }): KeptItem => [source, key, format, principal])
        const block = zlib.deflateRawSync(JSON.stringify(kept), { level: 1 })
        await home.client.rpush(itemsKey(job), handles().sealBlock(block))
        await home.client.pexpire(itemsKey(job), itemsKeptMs)
      }),
    /** Said before a batch is begun: should this process die, these sessions may have been ended by it. */
    begin: (job: string, from: number, count: number) =>
      attempt('outcomes', () => home.client.rpush(outcomesKey(job), JSON.stringify([from, count]))),
    /** One letter a session, in the order of the items from this one on; a reason stands beside it where there is one. */
    addOutcomes: (job: string, from: number, results: { outcome: Outcome; reason: string | null }[]) =>
      attempt('outcomes', async () => {
        const reasons = Object.fromEntries(results.flatMap(({ reason }, index) => (reason ? [[index, reason]] : [])))
        const text = JSON.stringify([from, results.map(({ outcome }) => letters[outcome]).join(''), reasons])
        await home.client.rpush(outcomesKey(job), text)
        await home.client.pexpire(outcomesKey(job), itemsKeptMs)
      }),
    /** All jobs that any replica told of, the newest first. Throws `source-unavailable`. Cost: as a held hash, so nothing while none changes. */
    readJobs: async (): Promise<KeptJob[]> => newestFirst([...(await held.readTrue()).values()]),
    /** The same as the home has it now. Throws as the client does. Cost: one HGETALL. */
    readAll,
    /** The sessions of a job with what is known of each, as far as this secret opens them. Throws as the client does. Cost: two LRANGE a thousand sessions. */
    async *readItems(job: string): AsyncGenerator<ReadItem> {
      const { outcomes, begunUntil } = await readOutcomes(job)
      let index = 0
      for (let at = 0; ; at += 1) {
        const [sealed] = await home.client.lrangeBuffer(itemsKey(job), at, at)
        const block = sealed === undefined ? null : handles().openBlock(sealed)
        if (block === null) return
        // Written by `addItems`: nobody else has the secret.
        const items = JSON.parse(zlib.inflateRawSync(block).toString()) as KeptItem[]
        for (const [source, key, format, principal] of items) {
          const item = { source, key, format, principal }
          yield { item, ...(outcomes[index] ?? { outcome: null, reason: null }), isBegun: index < begunUntil }
          index += 1
        }
      }
    },
    /** Whether this is the first time, over all replicas, that this preview is used. Throws as the client does. Cost: one SET. */
    async takePreview(digest: string): Promise<boolean> {
      return (await home.client.set(`rollcall:preview:${digest}`, '1', 'PX', previewKeptMs, 'NX')) !== null
    },
    /** Whether this process may run the job now: nobody else does. Renewed by `renew`. Throws as the client does. */
    async claim(job: string, runner: string): Promise<boolean> {
      return (await home.client.set(`rollcall:job:${job}:runner`, runner, 'PX', silentMs, 'NX')) !== null
    },
    renew: (job: string) => attempt('claim', () => home.client.pexpire(`rollcall:job:${job}:runner`, silentMs)),
    release: (job: string) => attempt('claim', () => home.client.unlink(`rollcall:job:${job}:runner`)),
    /** Asks whoever runs or ran the job. Throws as the client does. */
    async ask(job: string, ask: Ask): Promise<void> {
      await home.client.set(askKey(job), JSON.stringify(ask), 'PX', askedMs)
    },
    /** What was asked since the last time, once. Costs one GETDEL. */
    async hear(job: string): Promise<Ask | null> {
      // Written by `ask`. A home that is away asks nothing.
      return home.client.getdel(askKey(job)).then(
        (text) => (text === null ? null : (JSON.parse(text) as Ask)),
        () => null,
      )
    },
    /** Takes back what was asked; false when it was heard already. Throws as the client does. */
    withdraw: async (job: string): Promise<boolean> => (await home.client.unlink(askKey(job))) > 0,
    close: held.close,
  }

  async function readOutcomes(job: string) {
    const outcomes: ({ outcome: Outcome; reason: string | null } | undefined)[] = []
    let begunUntil = 0
    for (const text of await home.client.lrange(outcomesKey(job), 0, -1)) {
      // Written by `begin` or `addOutcomes`.
      const [from, what, reasons] = JSON.parse(text) as [number, number | string, Record<string, string>?]
      if (typeof what === 'number') begunUntil = Math.max(begunUntil, from + what)
      else {
        for (const [index, letter] of [...what].entries()) {
          outcomes[from + index] = { outcome: outcomeOf(letter), reason: reasons?.[index] ?? null }
        }
      }
    }
    return { outcomes, begunUntil }
  }
}

type LedgerContext = { home: Connection; log: Log; handles(): Handles }

/** `isBegun`: the runner had begun with it; without an outcome nobody can tell whether it was done. */
type ReadItem = { item: JobItem; outcome: Outcome | null; reason: string | null; isBegun: boolean }

export type Ledger = ReturnType<typeof createLedger>

function newestFirst(jobs: KeptJob[]): KeptJob[] {
  return jobs.sort((a, b) => b.startedAt - a.startedAt)
}

function readText(text: string): KeptJob | null {
  try {
    return readJob(JSON.parse(text))
  } catch {
    // Not ours to show.
    return null
  }
}

function readJob(value: unknown): KeptJob | null {
  const job = Job.safeParse(value)
  const aliveAt = typeof value === 'object' && value !== null && 'aliveAt' in value ? Number(value.aliveAt) : 0
  return job.success ? { ...job.data, aliveAt } : null
}

function outcomeOf(letter: string): Outcome {
  const found = Object.entries(letters).find(([, one]) => one === letter)?.[0]
  // The keys of `letters` are the outcomes.
  return (found ?? 'unknown') as Outcome
}
