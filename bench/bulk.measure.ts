import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import { JobInput } from '@/lib/contract/job'
import { formats } from '@/lib/formats'
import { createJobs } from '@/lib/jobs/jobs'
import { createLedger } from '@/lib/jobs/ledger'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { createHandles } from '@/lib/session/handle'
import { fill, keyOf } from './support/data'
import { type Program, startProgram } from './support/program'
import { counted, quantile, type Row, tell } from './support/row'

const count = Math.min(inject('sessions'), 100_000)
/** What another client may wait longer, at the 99th of a hundred, while a job runs. */
const extraBoundMs = 2
/** Against the bare loop. A usual job begins slowly, so that a mistake can be stopped. */
const leastOfBare = 0.5
/** A pipeline of the bare loop. */
const bareBatch = 1000
const quietMs = 3000

let redis: RedisServer
let connection: Connection
let home: Connection
let probe: Program<number[]>

beforeAll(async () => {
  redis = await startRedis()
  connection = await connectTo(addressOf(redis))
  home = await connectTo(addressOf(redis))
  probe = await startProgram('probe', { port: redis.port })
})
afterAll(async () => {
  await probe?.stop()
  await connection?.close()
  await home?.close()
  await redis?.stop()
})

/** The latencies that the other client saw while `work` ran, and how long the work took. */
async function during(work: () => Promise<unknown>) {
  await probe.ask()
  const startedAt = performance.now()
  await work()
  const tookMs = performance.now() - startedAt
  return { perSecond: (count * 1000) / tookMs, p99: quantile(await probe.ask(), 0.99) }
}

type Seen = Awaited<ReturnType<typeof during>>

async function runJob(isSecurity: boolean): Promise<Seen> {
  const handles = createHandles(Buffer.from('a secret for the bench'))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const source = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const roster = createRoster()
  for await (const keys of source.scan(new AbortController().signal)) {
    for (const session of await source.read(keys)) if (session && session !== 'skipped') roster.put(session, 1)
  }
  const audit = { write: async () => {}, keep: async () => true as const, readFor: async () => [], count: () => 0 }
  const guard = makeGuard({ source, connection, roster, audit, home })
  const jobs = createJobs({
    actions: {
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
    },
    ledger: createLedger({ home, log: silent, handles: () => handles }),
    runner: 'bench',
    handles: () => handles,
    sources: () => [source],
  })
  const actor = {
    admin: {
      username: 'bench',
      role: 'operator',
      idleExpiresAt: 0,
      absoluteExpiresAt: 0,
      signedInAt: Date.now() - 1000,
    },
    requestId: 'bench',
    ip: null,
  } as const
  const order = { deed: 'revoke', filter: {}, isSecurity }
  const { digest } = await jobs.preview(actor, JobInput.parse({ ...order, dryRun: true }))
  const seen = await during(async () => {
    const { job } = await jobs.start(actor, JobInput.parse({ ...order, digest }))
    await until('the job ends', async () => (await jobs.answer(job)).endedAt !== null, 300_000)
    expect(await jobs.answer(job)).toMatchObject({ state: 'done', done: count })
  })
  await jobs.close()
  return seen
}

async function runBare() {
  const { client } = connection
  for (let at = 0; at < count; at += bareBatch) {
    const pipeline = client.pipeline()
    for (let index = at; index < Math.min(count, at + bareBatch); index += 1) pipeline.unlink(keyOf(index))
    await pipeline.exec()
  }
}

test('bulk revoke against a bare pipelined UNLINK loop', async (context) => {
  const refill = () => fill(redis.client(), 0, count)
  const quiet = await during(() => sleep(quietMs))
  await refill()
  const bare = await during(runBare)
  await refill()
  const incident = await runJob(true)
  // Others: what the guard has seen revoked it does not let come back.
  await fill(redis.client(), count, count * 2)
  const usual = await runJob(false)
  for (const [name, job] of Object.entries({ 'as an incident': incident, 'with undo': usual })) {
    const what = `revoke ${counted.format(count)} in one job, ${name}`
    const speed: Row = {
      ...{ what, value: job.perSecond, unit: '/s' },
      beside: { what: 'bare pipelined UNLINK', value: bare.perSecond },
    }
    const extra = { what: `extra p99 of another client meanwhile, ${name}`, value: Math.max(0, job.p99 - quiet.p99) }
    tell(context, name === 'as an incident' ? { ...speed, bound: { of: 'ratio', least: leastOfBare } } : speed, {
      ...extra,
      unit: 'ms',
      beside: { what: 'its p99 alone', value: quiet.p99 },
      bound: { of: 'value', most: extraBoundMs },
    })
  }
}, 600_000)
