import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { ActionContext, Actor } from '@/lib/actions/context'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import type { AuditEntry } from '@/lib/contract/audit'
import { JobInput, JobPreview } from '@/lib/contract/job'
import type { Role } from '@/lib/contract/login'
import { formats } from '@/lib/formats'
import type { Guard } from '@/lib/guard/guard'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { createHandles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import { createJobs, type Jobs } from './jobs'
import { createLedger } from './ledger'

let redis: RedisServer
let connection: Connection
let home: Connection
const guards: Guard[] = []
let source: Source
let entries: Omit<AuditEntry, 'id' | 'at'>[] = []
const handles = createHandles(Buffer.from('a secret for the tests'))

beforeAll(async () => {
  redis = await startRedis()
  connection = await connectTo(addressOf(redis))
  home = await connectTo(addressOf(redis))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  source = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
})
afterAll(async () => {
  await connection?.close()
  await home?.close()
  await redis?.stop()
})
afterEach(async () => {
  entries = []
  // What one test revoked must not be ended in the next.
  for (const guard of guards.splice(0)) guard.close()
  await redis.client().flushall()
})

function actor(role: Role = 'operator', username = 'olga'): Actor {
  const times = { idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 }
  return { admin: { username, role, ...times }, requestId: 'request-1', ip: null }
}

/** A server of its own on the same home, with what it has read of the sessions. */
function makeServer(over: Partial<ActionContext> = {}, itsHome = home) {
  const roster = createRoster()
  // Those of this test: what a job of an earlier one tells late is not told here.
  const told = entries
  const audit: ActionContext['audit'] = {
    write: async (entry) => void told.push(entry),
    keep: async () => true,
    readFor: async () => [],
    count: () => told.length,
  }
  const guard = makeGuard({ source, connection, roster, audit, home: itsHome })
  guard.start()
  guards.push(guard)
  const actions: ActionContext = {
    roster,
    audit,
    guard,
    undo: createUndoShelf(),
    upheld: createUpheld(),
    log: silent,
    isReadOnly: false,
    now: () => connection.now(),
    changed: () => {},
    refresh: async () => {},
    ...over,
  }
  const jobs = createJobs({
    actions,
    ledger: createLedger({ home: itsHome, log: silent, handles: () => handles }),
    runner: Math.random().toString(36),
    handles: () => handles,
    sources: () => [source],
  })
  return { jobs, roster, read }

  async function read(order: 'ascending' | 'descending' = 'ascending') {
    const keys = (await redis.client().keys('sess:*')).sort().map((key) => Buffer.from(key))
    if (order === 'descending') keys.reverse()
    for (const session of await source.read(keys)) if (session && session !== 'skipped') roster.put(session, 1)
  }
}

async function write(count: number, person: (index: number) => string = (index) => `p${index}`, expires = true) {
  const pipeline = redis.client().pipeline()
  for (let index = 0; index < count; index += 1) {
    const value = JSON.stringify({ userId: person(index) })
    if (expires) pipeline.set(`sess:s${index}`, value, 'PX', 3_600_000)
    else pipeline.set(`sess:s${index}`, value)
  }
  await pipeline.exec()
}

/** Ends 3,000 sessions, which takes a while, and returns when it has begun with them. */
async function beginLongOne({ jobs, read }: Pick<ReturnType<typeof makeServer>, 'jobs' | 'read'>) {
  await write(3000)
  await read()
  const job = await begin(jobs, { deed: 'revoke', filter: {} })
  await until('it is under way', async () => (await jobs.answer(job)).done > 0)
  return { jobs, job }
}

async function begin(jobs: Jobs, input: object, who = actor()): Promise<string> {
  const { digest } = await jobs.preview(who, JobInput.parse({ ...input, dryRun: true }))
  return (await jobs.start(who, JobInput.parse({ ...input, digest }))).job
}

async function finished(jobs: Jobs, job: string) {
  await until('the job ends', async () => (await jobs.answer(job)).endedAt !== null, 30_000)
  return jobs.answer(job)
}

const left = async () => (await redis.client().keys('sess:*')).length

describe('a job', () => {
  it('that ends more than 50 asks for a password of the last ten minutes, and its preview can then still be confirmed', async () => {
    const { jobs, read } = makeServer()
    await write(51)
    await read()
    const signedInAgo = (ms: number): Actor => {
      const one = actor()
      return { ...one, admin: { ...one.admin, signedInAt: Date.now() - ms } }
    }
    const old = signedInAgo(10 * 60_000 + 1000)
    const { digest } = await jobs.preview(old, JobInput.parse({ deed: 'revoke', filter: {}, dryRun: true }))
    const order = JobInput.parse({ deed: 'revoke', filter: {}, digest })
    await expect(jobs.start(old, order)).rejects.toMatchObject({ code: 'reauth-required' })
    await expect(jobs.start(signedInAgo(-60_000), order)).rejects.toMatchObject({ code: 'reauth-required' })
    expect(entries.filter(({ deed }) => deed === 'job.start').map(({ outcome }) => outcome)).toEqual([
      'denied',
      'denied',
    ])
    expect(await left()).toBe(51)
    await finished(jobs, (await jobs.start(signedInAgo(9 * 60_000), order)).job)
    expect(await left()).toBe(0)
  })

  it('of 50, one that only extends, and one of a token need no fresh password', async () => {
    const { jobs, read } = makeServer()
    await write(51, (index) => (index < 50 ? 'many' : 'one'))
    await read()
    const stale = actor()
    delete stale.admin.signedInAt
    await finished(jobs, await begin(jobs, { deed: 'extend', filter: {}, byMs: 60_000 }, stale))
    await finished(jobs, await begin(jobs, { deed: 'revoke', filter: { principal: ['many'] } }, stale))
    expect(await left()).toBe(1)
    await write(51, () => 'others')
    await read()
    const { signedInAt: _never, ...admin } = actor('operator', 'token:nightly by admin').admin
    await finished(jobs, await begin(jobs, { deed: 'revoke', filter: { principal: ['others'] } }, { ...stale, admin }))
    expect(await left()).toBe(0)
  })

  it('previews exactly, ends what was frozen and nothing that came later, and adds up', async () => {
    const { jobs, read } = makeServer()
    await write(450)
    await read()
    const input = { deed: 'revoke', filter: {} }
    const preview = JobPreview.parse(await jobs.preview(actor(), JobInput.parse({ ...input, dryRun: true })))
    expect(preview).toMatchObject({ total: 450, bySource: { sess: 450 }, people: 450, unable: 0, canUndo: true })
    expect(preview.sample).toHaveLength(20)
    await redis.client().set('sess:later', '{"userId":1}', 'PX', 60_000)
    await redis.client().del('sess:s7')
    await read()
    const { job } = await jobs.start(actor(), JobInput.parse({ ...input, digest: preview.digest, reason: 'a drill' }))
    const ended = await finished(jobs, job)
    expect(ended).toMatchObject({ state: 'done', total: 450, done: 449, gone: 1, refused: 0, failed: 0, unknown: 0 })
    expect(await redis.client().keys('sess:*')).toEqual(['sess:later'])
    await until('it is told', () => entries.length === 2)
    expect(entries.map(({ deed, phase }) => `${deed} ${phase}`)).toEqual(['job.start intent', 'job.start outcome'])
    expect(entries[1]?.reason).toMatch(/449 done, 1 gone.*a drill/)
  })

  it('refuses a session that changed its person since the preview', async () => {
    const { jobs, read } = makeServer()
    await write(3)
    await read()
    const input = { deed: 'revoke', filter: {} }
    const { digest } = await jobs.preview(actor(), JobInput.parse({ ...input, dryRun: true }))
    await redis.client().set('sess:s1', '{"userId":"somebody else"}', 'PX', 60_000)
    const { job } = await jobs.start(actor(), JobInput.parse({ ...input, digest }))
    expect(await finished(jobs, job)).toMatchObject({ done: 2, refused: 1 })
    expect(await redis.client().keys('sess:*')).toEqual(['sess:s1'])
    const lines = []
    for await (const line of jobs.report(job)) lines.push(line)
    expect(lines.map(({ outcome }) => outcome).sort()).toEqual(['done', 'done', 'refused'])
    expect(lines.find(({ outcome }) => outcome === 'refused')).toMatchObject({
      principal: 'p1',
      reason: expect.any(String),
    })
  })

  it.each([
    ['another filter', { filter: { who: 'p' } }, actor()],
    ['another deed', { deed: 'extend', byMs: 1000 }, actor()],
    ['another admin', {}, actor('operator', 'otto')],
  ])('does not take a digest for %s, nor twice', async (_name, over, who) => {
    const { jobs, read } = makeServer()
    await write(2)
    await read()
    const input = { deed: 'revoke', filter: {} }
    const { digest } = await jobs.preview(actor(), JobInput.parse({ ...input, dryRun: true }))
    const conflict = { code: 'conflict' }
    await expect(jobs.start(who, JobInput.parse({ ...input, ...over, digest }))).rejects.toMatchObject(conflict)
    const { job } = await jobs.start(actor(), JobInput.parse({ ...input, digest }))
    await finished(jobs, job)
    await expect(jobs.start(actor(), JobInput.parse({ ...input, digest }))).rejects.toMatchObject(conflict)
  })

  it('is confirmed at another replica that sees the same sessions, once over both, and not where it sees others', async () => {
    const [first, second] = [makeServer(), makeServer()]
    await write(300)
    await first.read()
    await second.read('descending')
    const input = { deed: 'extend', filter: {}, byMs: 60_000 }
    const { digest } = await first.jobs.preview(actor(), JobInput.parse({ ...input, dryRun: true }))
    const order = JobInput.parse({ ...input, digest })
    const conflict = { code: 'conflict' }
    await expect(second.jobs.start(actor('operator', 'otto'), order)).rejects.toMatchObject(conflict)
    await expect(second.jobs.start(actor(), JobInput.parse({ ...input, byMs: 1000, digest }))).rejects.toMatchObject(
      conflict,
    )
    const { job } = await second.jobs.start(actor(), order)
    expect(await finished(second.jobs, job)).toMatchObject({ state: 'done', total: 300, done: 300 })
    await expect(first.jobs.start(actor(), order)).rejects.toMatchObject(conflict)

    const other = await first.jobs.preview(actor(), JobInput.parse({ ...input, dryRun: true }))
    await redis.client().set('sess:later', '{"userId":1}', 'PX', 60_000)
    await second.read()
    const late = JobInput.parse({ ...input, digest: other.digest })
    await expect(second.jobs.start(actor(), late)).rejects.toMatchObject(conflict)
    expect(await finished(first.jobs, (await first.jobs.start(actor(), late)).job)).toMatchObject({ total: 300 })
  })

  it('acts only on the named ones of what the filter leaves', async () => {
    const { jobs, read } = makeServer()
    await write(5)
    await read()
    const named = [handles.seal('sess', Buffer.from('sess:s1')), handles.seal('sess', Buffer.from('sess:s2'))]
    const job = await begin(jobs, { deed: 'revoke', filter: { who: 'p1' }, handles: named })
    expect(await finished(jobs, job)).toMatchObject({ total: 1, done: 1 })
    expect(await left()).toBe(4)
  })

  it('is refused to a viewer and on a read-only console, and the audit says so', async () => {
    const input = JobInput.parse({ deed: 'revoke', filter: {}, dryRun: true })
    await expect(makeServer().jobs.preview(actor('viewer'), input)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(makeServer({ isReadOnly: true }).jobs.preview(actor(), input)).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(entries.map(({ outcome }) => outcome)).toEqual(['denied', 'denied'])
  })

  it('stops between two batches, adds up, and goes on where it stopped', async () => {
    const { jobs, job } = await beginLongOne(makeServer())
    await jobs.stop(actor(), job)
    const stopped = await finished(jobs, job)
    expect(stopped).toMatchObject({ state: 'stopped', total: 3000, gone: 0, refused: 0 })
    expect(stopped.done).toBeLessThan(3000)
    expect(await left()).toBe(3000 - stopped.done)
    const stale = actor()
    delete stale.admin.signedInAt
    await expect(jobs.resume(stale, job)).rejects.toMatchObject({ code: 'reauth-required' })
    expect(entries.filter(({ deed }) => deed === 'job.resume')).toMatchObject([{ outcome: 'denied' }])
    await jobs.resume(actor(), job)
    expect(await finished(jobs, job)).toMatchObject({ state: 'done', done: 3000 })
    expect(await left()).toBe(0)
  })

  it('can be resumed in the moment in which it is said to have stopped, and only once', async () => {
    const { jobs, job } = await beginLongOne(makeServer())
    await jobs.stop(actor(), job)
    while ((await jobs.answer(job)).state !== 'stopped') await setImmediate()
    const tries = await Promise.allSettled([jobs.resume(actor(), job), jobs.resume(actor(), job)])
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await jobs.stop(actor(), job)
    await finished(jobs, job)
  })

  it('whose server ends says that it was interrupted, and another server goes on with it once', async () => {
    const first = makeServer()
    const { job } = await beginLongOne(first)
    await first.jobs.close()
    const second = makeServer()
    const third = makeServer()
    await until('it is seen', async () => (await second.jobs.list()).rows[0]?.state === 'interrupted')
    const tries = await Promise.allSettled([second.jobs.resume(actor(), job), third.jobs.resume(actor(), job)])
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const runner = tries[0].status === 'fulfilled' ? second.jobs : third.jobs
    const ended = await finished(runner, job)
    expect(ended).toMatchObject({ state: 'done', total: 3000 })
    expect(ended.done + ended.gone).toBe(3000)
    expect(await left()).toBe(0)
  })

  it('whose server died without a word is seen as interrupted by the others', async () => {
    const { jobs, read } = makeServer()
    await write(1)
    await read()
    const job = await begin(jobs, { deed: 'revoke', filter: {} })
    await finished(jobs, job)
    const text = (await redis.client().hget('rollcall:jobs', job)) ?? ''
    const silentJob = { ...JSON.parse(text), state: 'running', endedAt: null, aliveAt: connection.now() - 11_000 }
    await redis.client().hset('rollcall:jobs', job, JSON.stringify(silentJob))
    expect((await makeServer().jobs.answer(job)).state).toBe('interrupted')
  })

  it('is undone once, with every session as it was, and not where it was part of an incident', async () => {
    const { jobs, read } = makeServer()
    await write(300)
    await read()
    const before = await redis.client().pexpiretime('sess:s5')
    const job = await begin(jobs, { deed: 'revoke', filter: {} })
    expect((await finished(jobs, job)).undoUntil).toBeGreaterThan(connection.now())
    await jobs.undo(actor(), job)
    await until('all are back', async () => (await jobs.answer(job)).undone === 300, 30_000)
    expect(await left()).toBe(300)
    expect(await redis.client().pexpiretime('sess:s5')).toBe(before)
    await expect(jobs.undo(actor(), job)).rejects.toMatchObject({ code: 'undo-over' })
    await read()
    const secure = await begin(jobs, { deed: 'revoke', filter: {}, isSecurity: true })
    expect((await finished(jobs, secure)).undoUntil).toBeNull()
    await expect(jobs.undo(actor(), secure)).rejects.toMatchObject({ code: 'undo-over' })
  })

  it('gives an end only to sessions that have none', async () => {
    const { jobs, read } = makeServer()
    await write(20, undefined, false)
    await redis.client().pexpire('sess:s3', 5_000_000)
    await read()
    await redis.client().pexpire('sess:s4', 4_000_000)
    const job = await begin(jobs, { deed: 'give-expiry', filter: { finding: ['no-expiry'] }, byMs: 60_000 })
    expect(await finished(jobs, job)).toMatchObject({ total: 19, done: 18, refused: 1 })
    expect(await redis.client().pttl('sess:s4')).toBeGreaterThan(3_000_000)
    const given = await redis.client().pttl('sess:s5')
    expect(given).toBeGreaterThan(50_000)
    expect(given).toBeLessThanOrEqual(60_000)
  })

  it('extends as the single deed does, and leaves sessions without an end alone', async () => {
    const { jobs, read } = makeServer()
    await write(20)
    await redis.client().persist('sess:s3')
    await read()
    const job = await begin(jobs, { deed: 'extend', filter: {}, byMs: 3_600_000 })
    expect(await finished(jobs, job)).toMatchObject({ total: 20, done: 19, refused: 1 })
    expect(await redis.client().pttl('sess:s5')).toBeGreaterThan(7_000_000)
    expect(await redis.client().pttl('sess:s3')).toBe(-1)
  })

  it('that logs a person out everywhere also ends what appears while it runs, and nobody else', async () => {
    const { jobs, read } = makeServer()
    await write(4, (index) => (index < 2 ? 'alice' : 'bob'))
    await read()
    const job = await begin(jobs, { deed: 'revoke', filter: { principal: ['alice'] }, isEverywhere: true })
    await until('the first are gone', async () => (await jobs.answer(job)).done === 2)
    await redis.client().set('sess:again', '{"userId":"alice"}', 'PX', 60_000)
    await read()
    expect(await finished(jobs, job)).toMatchObject({ state: 'done', total: 3, done: 3 })
    expect((await redis.client().keys('sess:*')).sort()).toEqual(['sess:s2', 'sess:s3'])
  }, 15_000)
})

describe('a job of another replica', () => {
  it('is stopped from here within two seconds, and the answer and the audit say so', async () => {
    const [first, second] = [makeServer(), makeServer()]
    await write(6000)
    await first.read()
    const job = await begin(first.jobs, { deed: 'revoke', filter: {} })
    await until('the other sees it under way', async () => ((await second.jobs.list()).rows[0]?.done ?? 0) > 0)
    const startedAt = Date.now()
    const answer = await second.jobs.stop(actor('operator', 'otto'), job)
    expect(Date.now() - startedAt).toBeLessThan(2500)
    expect(['stopping', 'stopped']).toContain(answer.state)
    expect(answer.note).toMatch(/replica/)
    const stopped = await finished(first.jobs, job)
    expect(stopped.state).toBe('stopped')
    expect(await left()).toBe(6000 - stopped.done)
    expect(await left()).toBeGreaterThan(0)
    expect(entries.find(({ deed }) => deed === 'job.stop')).toMatchObject({ admin: 'otto', outcome: 'done' })
  }, 15_000)

  it('whose server is gone is not called stopped, and what was asked of it does not stop who goes on with it', async () => {
    const [first, second] = [makeServer(), makeServer()]
    await write(1)
    await first.read()
    const job = await begin(first.jobs, { deed: 'revoke', filter: {} })
    await finished(first.jobs, job)
    await first.jobs.close()
    const text = (await redis.client().hget('rollcall:jobs', job)) ?? ''
    const running = { ...JSON.parse(text), state: 'running', endedAt: null, aliveAt: connection.now() }
    await redis.client().hset('rollcall:jobs', job, JSON.stringify(running))
    await expect(second.jobs.stop(actor(), job)).rejects.toMatchObject({ code: 'conflict' })
    expect(await redis.client().exists(`rollcall:job:${job}:ask`)).toBe(0)
    expect(entries.filter(({ deed }) => deed === 'job.stop').map(({ outcome }) => outcome)).toEqual(['failed'])
  }, 15_000)

  it('is undone from here, once, by the replica that ran it and in the name of who asked', async () => {
    const [first, second] = [makeServer(), makeServer()]
    await write(300)
    await first.read()
    const job = await begin(first.jobs, { deed: 'revoke', filter: {} })
    await finished(first.jobs, job)
    await until('the other sees its end', async () => (await second.jobs.list()).rows[0]?.undoUntil != null)
    await second.jobs.undo(actor('operator', 'otto'), job)
    await until('all are back', async () => (await left()) === 300, 30_000)
    await until('it is told', () => entries.some(({ deed, phase }) => deed === 'job.undo' && phase === 'outcome'))
    expect(entries.filter(({ deed }) => deed === 'job.undo')).toMatchObject([
      { phase: 'intent', admin: 'otto' },
      { phase: 'outcome', admin: 'otto', reason: '300 brought back.' },
    ])
    await until('it is seen', async () => (await second.jobs.answer(job)).undone === 300, 30_000)
    await expect(second.jobs.undo(actor(), job)).rejects.toMatchObject({ code: 'undo-over' })
  }, 15_000)

  it('are listed as not complete while the home does not answer, and whole again with a home that does', async () => {
    const away = await connectTo(addressOf(redis))
    await away.close()
    expect(await makeServer({}, away).jobs.list()).toMatchObject({ isComplete: false, rows: [] })
    expect(await makeServer().jobs.list()).toMatchObject({ isComplete: true, rows: [] })
  })

  it('are looked at again without asking Redis, until it says that one has changed', async () => {
    const reads = async () =>
      Number(/cmdstat_hgetall:calls=(\d+)/.exec(await redis.client().info('commandstats'))?.[1] ?? 0)
    const [first, second] = [makeServer(), makeServer()]
    await until('the feed is there', () => home.feed() === 'tracking')
    // What came while it was read may be newer, so it is read until nothing comes any more.
    await until('nothing is read', async () => {
      await second.jobs.list()
      const before = await reads()
      await second.jobs.list()
      return (await reads()) === before
    })
    const before = await reads()
    for (let look = 0; look < 20; look += 1) await second.jobs.list()
    expect(await reads()).toBe(before)
    await write(3)
    await first.read()
    const job = await begin(first.jobs, { deed: 'revoke', filter: {} })
    await finished(first.jobs, job)
    await until('the other hears of it', async () => (await second.jobs.list()).rows[0]?.state === 'done')
  }, 15_000)

  it('that died in the midst of a batch leaves its sessions unknown and not gone, and their formats told', async () => {
    const first = makeServer()
    await write(450)
    await first.read()
    const job = await begin(first.jobs, { deed: 'revoke', filter: {} })
    await finished(first.jobs, job)
    await first.jobs.close()
    for (const guard of guards.splice(0)) guard.close()
    await redis.client().unlink('rollcall:tombstones')
    // As a server leaves it that died with its second batch sent and not written down; two sessions of the third had ended by themselves.
    await write(450)
    const client = redis.client()
    const keys: string[] = []
    for await (const { item } of createLedger({ home, log: silent, handles: () => handles }).readItems(job)) {
      keys.push(item.key)
    }
    await client.unlink([...keys.slice(0, 300), ...keys.slice(448)])
    await client.ltrim(`rollcall:job:${job}:outcomes`, 0, 2)
    const text = (await client.hget('rollcall:jobs', job)) ?? ''
    const silentJob = { ...JSON.parse(text), state: 'running', endedAt: null, aliveAt: connection.now() - 11_000 }
    await client.hset('rollcall:jobs', job, JSON.stringify(silentJob))
    const { jobs } = makeServer()
    await jobs.resume(actor(), job)
    // 200 were written down. Of the 200 that were begun 100 are gone: by this job or not, nobody can tell. The last two were not begun.
    expect(await finished(jobs, job)).toMatchObject({ state: 'done', total: 450, done: 348, unknown: 100, gone: 2 })
    expect(await left()).toBe(0)
    const lines = []
    for await (const line of jobs.report(job)) lines.push(line)
    expect(new Set(lines.map(({ format }) => format))).toEqual(new Set(['plain']))
    expect(lines.find(({ outcome }) => outcome === 'unknown')?.reason).toMatch(/server that died/)
  }, 15_000)
})
