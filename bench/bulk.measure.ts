import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { createUndoShelf } from '@/lib/actions/undo'
import { JobInput } from '@/lib/contract/job'
import { formats } from '@/lib/formats'
import { createJobs } from '@/lib/jobs/jobs'
import { createLedger } from '@/lib/jobs/ledger'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { createHandles } from '@/lib/session/handle'

/** `BENCH_SESSIONS=100000 npm run bench` for the full size. */
const count = Number(process.env.BENCH_SESSIONS ?? 20_000)
/** What another client may wait longer, at the 99th of a hundred, while a job runs. */
const extraBoundMs = 2
/** A pipeline of the bare loop. */
const bareBatch = 1000
const quietMs = 3000

let redis: RedisServer
let connection: Connection
let home: Connection
let probe: ChildProcess
let lines: AsyncIterator<string>

beforeAll(async () => {
  redis = await startRedis()
  connection = await connectTo(addressOf(redis))
  home = await connectTo(addressOf(redis))
  probe = spawn(process.execPath, ['bench/probe.mjs', String(redis.port)], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (probe.stdout === null) throw new Error('the probe has no output')
  lines = createInterface({ input: probe.stdout })[Symbol.asyncIterator]()
  await lines.next()
})
afterAll(async () => {
  probe?.stdin?.end()
  await connection?.close()
  await home?.close()
  await redis?.stop()
})

async function fill() {
  const client = redis.client()
  for (let at = 0; at < count; at += 10_000) {
    const pipeline = client.pipeline()
    for (let index = at; index < Math.min(count, at + 10_000); index += 1) {
      const value = { cookie: { originalMaxAge: 3_600_000 }, userId: `p${index % 20_000}`, cart: 'x'.repeat(220) }
      pipeline.set(`sess:s${index}`, JSON.stringify(value), 'PX', 3_600_000)
    }
    await pipeline.exec()
  }
}

/** The latencies that the other client saw while `work` ran, and how long the work took. */
async function during(work: () => Promise<unknown>) {
  await readProbe()
  const startedAt = performance.now()
  await work()
  const tookMs = performance.now() - startedAt
  const seen = (await readProbe()).sort((a, b) => a - b)
  const at = (share: number) => seen[Math.min(seen.length - 1, Math.floor(seen.length * share))] ?? 0
  return { tookMs, p50: at(0.5), p99: at(0.99), most: at(1), asked: seen.length }
}

async function readProbe(): Promise<number[]> {
  probe.stdin?.write('\n')
  return JSON.parse((await lines.next()).value)
}

async function runJob(isSecurity: boolean) {
  const handles = createHandles(Buffer.from('a secret for the bench'))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const source = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const roster = createRoster()
  for await (const keys of source.scan(new AbortController().signal)) {
    for (const session of await source.read(keys)) if (session && session !== 'skipped') roster.put(session, 1)
  }
  const jobs = createJobs({
    actions: {
      roster,
      audit: { write: async () => {}, keep: async () => true, readFor: async () => [], count: () => 0 },
      undo: createUndoShelf(),
      log: silent,
      isReadOnly: false,
      now: () => connection.now(),
      changed: () => {},
      refresh: async () => {},
    },
    ledger: createLedger({ home, log: silent }),
    runner: 'bench',
    handles: () => handles,
    sources: () => [source],
  })
  const actor = {
    admin: { username: 'bench', role: 'operator', idleExpiresAt: 0, absoluteExpiresAt: 0 },
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
    for (let index = at; index < Math.min(count, at + bareBatch); index += 1) pipeline.unlink(`sess:s${index}`)
    await pipeline.exec()
  }
}

test(`bulk revoke of ${count.toLocaleString('en')} sessions against a bare pipelined UNLINK loop`, async () => {
  const quiet = await during(() => sleep(quietMs))
  await fill()
  const bare = await during(runBare)
  await fill()
  const incident = await runJob(true)
  await fill()
  const usual = await runJob(false)
  const rows = Object.entries({ quiet, bare, 'job, as an incident': incident, 'job, with undo': usual })
  const round = (value: number) => Math.round(value * 100) / 100
  const table = rows.map(([name, row]) => ({
    name,
    seconds: round(row.tookMs / 1000),
    perSecond: name === 'quiet' ? null : Math.round((count * 1000) / row.tookMs),
    timesBare: name === 'quiet' ? null : round(row.tookMs / bare.tookMs),
    otherP50Ms: round(row.p50),
    otherP99Ms: round(row.p99),
    extraP99Ms: round(row.p99 - quiet.p99),
    otherMostMs: round(row.most),
  }))
  console.table(Object.fromEntries(table.map(({ name, ...row }) => [name, row])))
  console.log(JSON.stringify({ sessions: count, rows: table }))
  for (const { name, extraP99Ms } of table) {
    if (name.startsWith('job')) expect(extraP99Ms, name).toBeLessThan(extraBoundMs)
  }
}, 600_000)
