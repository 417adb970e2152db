import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ActionContext, Actor } from '@/lib/actions/context'
import { needFresh } from '@/lib/admin/admin'
import { may } from '@/lib/admin/roles'
import type { Deed } from '@/lib/contract/audit'
import {
  type Job,
  type JobAnswer,
  type JobInput,
  type JobList,
  type JobPreview,
  jobStates,
  mostInJob,
  type JobItem as ReportItem,
} from '@/lib/contract/job'
import type { Outcome } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { createMeter } from '@/lib/meter'
import { findSlots, type QueryContext } from '@/lib/roster/query'
import type { Handles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import { askRunner, hasStopped, toAsk } from './asks'
import { bringBack } from './bring-back'
import { createFrozenSets, type JobItem, type JobOrder, noLonger } from './frozen'
import { asSeen, makeLive, personOf, sayCounts, sayNumber, sayOrder, versionOf } from './job'
import type { Ask, KeptJob, Ledger } from './ledger'
import { sayPreview } from './preview'
import { revive } from './revive'
import {
  askToStop,
  createBackupShelf,
  hasMore,
  keepItems,
  type LiveJob,
  nameOf,
  type RunContext,
  runJob,
  undoJobMs,
} from './run'

/** So many finished jobs are held whole by the process that ran them; the home knows the rest. */
const mostHeld = 20
/** More than these are ended only by somebody whose password is fresh. */
const mostUnasked = 50
/** How often the process that can undo a job looks whether another was asked to. */
const hearEveryMs = 1000

type JobsContext = {
  actions: ActionContext
  ledger: Ledger
  runner: string
  handles(): Handles
  sources(): readonly Source[]
}

/**
 * Bulk deeds: previewed, confirmed by a digest, run in the background by one process, seen by all.
 * Longer than most files, because allow, do and audit of all deeds on jobs stand together here over one map of what runs.
 */
export type Jobs = ReturnType<typeof createJobs>

export function createJobs({ actions, ledger, runner, handles, sources }: JobsContext) {
  const { roster, now } = actions
  const frozen = createFrozenSets(roster, (text) => handles().digest(text))
  const shelf = createBackupShelf()
  const live = new Map<string, LiveJob>()
  let isClosed = false

  const findSource = (id: string) => sources().find((source) => source.id === id) ?? null
  const run: RunContext = {
    actions,
    ledger,
    shelf,
    handled: createMeter(),
    findSource,
    findArrivals: (principal, known, createdBefore) =>
      Array.from(findSlots(roster, { principal: [principal] }, queryContext()), (slot) => roster.at(slot))
        .filter(({ createdAt }) => createdAt === null || createdAt < createdBefore)
        .map(toItem)
        .filter((item) => !known.has(nameOf(item))),
  }

  function queryContext(): QueryContext {
    const { open, openPerson, seal } = handles()
    return {
      now: now(),
      open,
      openPerson,
      prefixes: sources().map(({ id, prefix }) => ({ source: id, prefix })),
      handleAt: (slot) => seal(roster.at(slot).source, roster.at(slot).key),
    }
  }

  /** The first line of every deed here. */
  async function allow(actor: Actor, deed: Deed): Promise<void> {
    const refusal = !may(actor.admin.role, deed)
      ? `The role ${actor.admin.role} may not do this.`
      : actions.isReadOnly
        ? 'This console is read-only: it changes no session, whatever the role.'
        : null
    if (refusal === null) return
    void write(actor, deed, { phase: 'outcome', outcome: 'denied', reason: refusal })
    throw new KnownError('forbidden', refusal)
  }

  /** Also of a job that was begun: whoever goes on with it ends what is left of it. */
  function needFreshFor(actor: Actor, as: Deed, { deed, total }: Pick<Job, 'deed' | 'total'>): void {
    if (deed !== 'revoke' || total <= mostUnasked) return
    const deny = (reason: string) => void write(actor, as, { phase: 'outcome', outcome: 'denied', reason })
    needFresh(actor.admin, { now: now(), what: `end more than ${mostUnasked} sessions at once`, deny })
  }

  function write(actor: By, deed: Deed, entry: Entry): Promise<void> {
    const { admin, requestId, ip } = actor
    return actions.audit.write({
      deed,
      admin: admin.username,
      handle: null,
      requestId,
      ip,
      outcome: null,
      principal: null,
      ...entry,
    })
  }

  function toLine({ source, key, format, principal }: JobItem, outcome: Outcome | null, reason: string | null) {
    const handle = handles().seal(source, Buffer.from(key, 'latin1'))
    return { handle, source, format, principal, outcome, reason } satisfies ReportItem
  }

  function pick(order: JobOrder): Uint32Array {
    const context = queryContext()
    const slots = findSlots(roster, order.filter, context)
    if (order.handles === undefined) return slots
    const named = new Set(
      order.handles.flatMap((handle) => {
        const opened = context.open(handle)
        return opened === null ? [] : (roster.findSlot(opened.source, opened.key) ?? [])
      }),
    )
    return slots.filter((slot) => named.has(slot))
  }

  async function preview(actor: Actor, { reason: _reason, dryRun: _dryRun, digest: _digest, ...order }: JobInput) {
    await allow(actor, 'job.start')
    const slots = pick(order)
    if (slots.length > mostInJob) {
      const most = mostInJob.toLocaleString('en-US')
      const detail = `leaves ${slots.length.toLocaleString('en-US')} sessions; one job acts on at most ${most}`
      throw new KnownError('invalid', 'This is too much for one job; narrow the filter.', {
        faults: [{ pointer: '/filter', detail }],
      })
    }
    const set = await frozen.freeze(actor.admin.username, order, slots, now())
    return sayPreview({ roster, order, set, slots, now: now(), findSource, handles: handles() }) satisfies JobPreview
  }

  async function start(actor: Actor, input: JobInput): Promise<{ job: string }> {
    await allow(actor, 'job.start')
    const { reason, dryRun: _dryRun, digest, ...order } = input
    const set = await frozen.find(actor.admin.username, order, digest ?? '', now(), () => pick(order))
    needFreshFor(actor, 'job.start', { deed: order.deed, total: set.items.length })
    await takeOnce(set.digest)
    const principal = order.isEverywhere ? personOf(order, handles()) : null
    const id = randomBytes(9).toString('base64url')
    const job = makeLive(
      {
        job: id,
        deed: order.deed,
        admin: actor.admin.username,
        reason: reason || null,
        byMs: order.byMs ?? null,
        isSecurity: order.isSecurity ?? false,
        isEverywhere: order.isEverywhere ?? false,
        total: set.items.length,
        startedAt: now(),
      },
      set.items,
      principal,
    )
    void write(actor, 'job.start', { phase: 'intent', principal, reason: sayOrder(job.kept) })
    await ledger.claim(id, runner).catch(() => false)
    hold(job)
    void keepItems(run, job)
    void finish(actor, 'job.start', job)
    return { job: id }
  }

  /** Throws `conflict` where the preview was used, here or at another replica; while the home is away, one that was made here can be. */
  async function takeOnce(digest: string): Promise<void> {
    const wasHere = frozen.drop(digest)
    if (!(await ledger.takePreview(digest).catch(() => wasHere))) throw noLonger()
  }

  async function finish(actor: Actor, deed: Deed, job: LiveJob): Promise<void> {
    await runJob(run, job)
    await write(actor, deed, {
      phase: 'outcome',
      outcome: 'done',
      principal: job.principal,
      reason: sayCounts(job.kept),
    })
    await ledger.prune(now())
    // What could be undone is let go when the time is over, unless it was resumed meanwhile.
    const { undoUntil } = job.kept
    if (undoUntil === null) return
    void listen(job)
    setTimeout(() => {
      if (job.kept.undoUntil === undoUntil) shelf.drop(job)
    }, undoJobMs).unref()
  }

  function hold(job: LiveJob) {
    live.set(job.kept.job, job)
    for (const [id, old] of live) {
      if (live.size <= mostHeld) break
      if (old.kept.endedAt === null) continue
      shelf.drop(old)
      live.delete(id)
    }
  }

  async function find(id: string): Promise<Job> {
    const own = live.get(id)
    if (own !== undefined) return asSeen(own.kept, now(), true)
    const kept = await readOthers()
    const job = kept.find((one) => one.job === id)
    if (job === undefined) throw new KnownError('not-found', 'There is no such job, or it is too old.')
    return asSeen(job, now(), false)
  }

  async function readOthers(): Promise<KeptJob[]> {
    return ledger.readJobs().catch((cause: unknown) => {
      throw new KnownError(
        'source-unavailable',
        'The home Redis does not answer, so jobs of other replicas are not known.',
        {
          cause,
          retryAfterMs: 1000,
        },
      )
    })
  }

  async function answer(id: string): Promise<JobAnswer> {
    const job = await find(id)
    return { ...job, version: versionOf(job), now: now() }
  }

  async function stop(actor: Actor, id: string): Promise<JobAnswer> {
    await allow(actor, 'job.stop')
    const job = await find(id)
    const own = live.get(id)
    const isOver = job.state !== 'running' && job.state !== 'stopping'
    const isHeard = isOver || own !== undefined || (await askRunner(ledger, id, toAsk('stop', actor), hasStopped))
    if (!isOver && own !== undefined) askToStop(own)
    const outcome = isOver ? 'refused' : isHeard ? 'done' : 'failed'
    void write(actor, 'job.stop', { phase: 'outcome', outcome, reason: sayCounts(job) })
    if (!isHeard) {
      throw new KnownError(
        'conflict',
        'The replica that runs this job did not answer, so it was not stopped. If that replica is gone, the job is soon seen as interrupted.',
      )
    }
    const said = await answer(id)
    return isOver || own !== undefined
      ? said
      : { ...said, note: said.note ?? 'The replica that runs it was told to stop.' }
  }

  async function resume(actor: Actor, id: string): Promise<JobAnswer> {
    await allow(actor, 'job.resume')
    const seen = await find(id)
    if (seen.state !== 'stopped' && seen.state !== 'interrupted') {
      throw new KnownError('conflict', 'Only a job that was stopped or interrupted can be resumed.')
    }
    needFreshFor(actor, 'job.resume', seen)
    if (!(await ledger.claim(id, runner))) throw new KnownError('conflict', 'This job is being run by another replica.')
    await ledger.withdraw(id).catch(() => false)
    const job = live.get(id) ?? (await revive(seen, ledger))
    Object.assign(job, { isStopping: false, isInterrupted: false, isAway: false })
    Object.assign(job.kept, { state: 'running', endedAt: null, undoUntil: null })
    job.kept.note =
      job.items.length < seen.total ? 'Some of its sessions were not written down before the server died.' : null
    job.kept.total = job.items.length
    hold(job)
    void write(actor, 'job.resume', { phase: 'intent', reason: sayCounts(job.kept) })
    void finish(actor, 'job.resume', job)
    return answer(id)
  }

  /** Brings back what the job ended. Answers at once; `undone` grows meanwhile. */
  async function undo(actor: Actor, id: string): Promise<JobAnswer> {
    await allow(actor, 'job.undo')
    const own = live.get(id)
    if (own !== undefined) takeBack(toAsk('undo', actor), own)
    else {
      const { undoUntil } = await find(id)
      if (undoUntil === null) throw undoOver()
      const isHeard = await askRunner(ledger, id, toAsk('undo', actor), ({ undone }) => undone !== null)
      if (!isHeard)
        throw new KnownError('undo-over', 'The replica that ran this job did not answer; nothing was brought back.')
    }
    return answer(id)
  }

  /** Throws `undo-over`. The rest runs on by itself. */
  function takeBack(ask: Ask, job: LiveJob): void {
    const { backups, kept } = job
    if (backups === null || kept.undoUntil === null || kept.undoUntil < now()) throw undoOver()
    kept.undoUntil = null
    kept.undone = 0
    const by = { admin: ask, requestId: ask.requestId, ip: ask.ip }
    void write(by, 'job.undo', { phase: 'intent', reason: sayOrder(kept) })
    void (async () => {
      await ledger.save({ ...kept, aliveAt: now() })
      if (kept.isEverywhere && job.principal !== null) await actions.guard.unbar(job.principal)
      await bringBack(kept, backups, actions)
      shelf.drop(job)
      await ledger.save({ ...kept, aliveAt: now() })
      const reason = `${sayNumber(kept.undone ?? 0)} brought back.`
      await write(by, 'job.undo', { phase: 'outcome', outcome: 'done', reason })
    })()
  }

  /** While it can be undone, other replicas may ask for that: one GETDEL a second, a minute at most. */
  async function listen(job: LiveJob): Promise<void> {
    const { undoUntil } = job.kept
    while (!isClosed && undoUntil !== null && job.kept.undoUntil === undoUntil && now() < undoUntil) {
      const ask = await ledger.hear(job.kept.job)
      if (ask?.deed === 'undo' && job.kept.undoUntil === undoUntil) takeBack(ask, job)
      await sleep(hearEveryMs, undefined, { ref: false })
    }
  }

  return {
    preview,
    start,
    stop,
    resume,
    undo,
    answer,
    /** All jobs of all replicas. While the home is away, this process's own. */
    async list(): Promise<JobList> {
      const kept = await ledger.readJobs().catch(() => null)
      const others = kept ?? []
      const own = [...live.values()].map(({ kept }) => asSeen(kept, now(), true))
      const rest = others.filter(({ job }) => !live.has(job)).map((job) => asSeen(job, now(), false))
      const rows = [...own, ...rest].sort((a, b) => b.startedAt - a.startedAt)
      const isComplete = kept !== null
      return { version: versionOf({ rows, isComplete }), now: now(), isComplete, rows }
    },
    etag: (version: string, role: string) => `W/"${version}.${role}"`,
    /** One line a session, in the order in which they were frozen. Throws `not-found`, `source-unavailable`. */
    async *report(id: string): AsyncGenerator<ReportItem> {
      const own = live.get(id)
      if (own === undefined) {
        await find(id)
        for await (const { item, outcome, reason } of ledger.readItems(id)) {
          yield toLine(item, outcome, reason)
        }
        return
      }
      for (const [index, item] of own.items.entries()) {
        const { outcome, reason } = own.outcomes[index] ?? { outcome: null, reason: null }
        yield toLine(item, outcome, reason)
      }
    },
    /** Ends what runs here between two batches; it says of itself that it was interrupted. */
    async close(): Promise<void> {
      isClosed = true
      const running = [...live.values()].filter(({ kept }) => kept.endedAt === null)
      for (const job of running) Object.assign(job, { isStopping: true, isInterrupted: hasMore(job) })
      while (running.some(({ kept }) => kept.endedAt === null)) await new Promise((done) => setTimeout(done, 20))
      ledger.close()
    },
    /** Of this process, for the metrics: the jobs it holds by their state, and the sessions it handled by deed and outcome. */
    tally: () => ({
      states: jobStates.map((state) => ({
        state,
        count: [...live.values()].filter(({ kept }) => kept.state === state).length,
      })),
      sessions: run.handled.read(),
    }),
  }
}

/** On whose behalf, also where they asked another replica. */
type By = Pick<Actor, 'requestId' | 'ip'> & { admin: { username: string } }

type Entry = {
  phase: 'intent' | 'outcome'
  outcome?: 'done' | 'denied' | 'refused' | 'failed'
  reason: string
  principal?: string | null
}

function toItem(session: ReturnType<ActionContext['roster']['at']>): JobItem {
  const { source, key, format, principal } = session
  return { source, key: key.toString('latin1'), format, principal }
}

const undoOver = () => new KnownError('undo-over', 'This job cannot be undone: the time is over, or it was used.')
