import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, createCaller } from '@/bench/support/caller'
import { tell } from '@/bench/support/row'
import { beginServer, type MeasuredServer, waitForScan } from '@/bench/support/server'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { SessionDetail, SessionRow } from '@/lib/contract/session'
import { formatOf, formats } from '@/lib/formats'
import { rawOf } from '@/lib/formats/conformance'
import { hostileFiles } from '@/lib/formats/hostile'

const megabyte = 1024 * 1024
const usual = 950
const flipped = 200
const flipsPerSecond = 1000
const flipSeconds = 20
const hashFields = 5_000_000
const listItems = 10_000_000
const lasting = ['PX', 86_400_000] as const
const none = { unit: 'times', bound: { of: 'value', most: 0 } } as const

let redis: RedisServer
let client: Redis
let server: MeasuredServer
let call: Caller
/** How many of the hostile values are sessions, and how many of these cannot be read. */
const expected = { rows: 0, unreadable: 0 }

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  for (let at = 0; at < usual; at += 1)
    await client.set(`sess:usual-${at}`, JSON.stringify({ userId: `p${at}` }), ...lasting)
  for (const { name, bytes } of hostileFiles()) {
    const head = bytes.subarray(0, 64 * 1024)
    const raw = rawOf(head, { key: `sess:bad-${name}`, isTruncated: bytes.length > head.length })
    const decoded = formatOf(raw, formats).decode(raw)
    await client.set(raw.key, bytes, ...lasting)
    if (!('noSession' in decoded)) expected.rows += 1
    if ('unreadable' in decoded) expected.unreadable += 1
  }
  server = await beginServer(redis.url)
  await waitForScan(server)
  call = createCaller(server.rollcall.origin, server.admin.cookie)
})
afterAll(async () => {
  await server?.stop()
  await redis?.stop()
})

async function ask<T>(path: string): Promise<T> {
  const { status, text } = await call('GET', path)
  if (status !== 200) throw new Error(`${path} answers ${status}`)
  return JSON.parse(text)
}

async function readRows(filter = ''): Promise<SessionRow[]> {
  const rows: SessionRow[] = []
  for (let page = 1; ; page += 1) {
    const answer = await ask<{ total: number; rows: SessionRow[] }>(
      `/api/sessions?size=500&sort=sizeBytes&page=${page}${filter}`,
    )
    rows.push(...answer.rows)
    if (answer.rows.length === 0 || rows.length >= answer.total) return rows
  }
}

const residentOf = () =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.rollcall.pid}/status`, 'utf8'))?.[1]) * 1024

/** In how many seconds since the start the loop was held longer than 50 ms. */
async function countHeld(): Promise<number> {
  const buckets = await server.readMetrics('rollcall_event_loop_delay_seconds_bucket')
  return (buckets.get('le="+Inf"') ?? Number.NaN) - (buckets.get('le="0.05"') ?? Number.NaN)
}

test('hostile values among usual ones: each is a row, has a page', { timeout: 600_000 }, async (context) => {
  const rows = await readRows()
  const unreadable = rows.filter(({ status }) => status === 'unreadable').length
  expect(expected.unreadable).toBeGreaterThan(50)
  let lacking = 0
  for (const { handle } of rows) {
    const { status } = await call('GET', `/api/sessions/${handle}`)
    if (status !== 200) lacking += 1
  }
  tell(
    context,
    {
      id: 'D-15',
      what: `rows that are missing, of ${usual} usual and ${expected.rows} hostile ones`,
      value: usual + expected.rows - rows.length,
      ...none,
    },
    {
      id: 'D-15',
      what: `of ${expected.unreadable} that cannot be read: not told to be so`,
      value: expected.unreadable - unreadable,
      ...none,
    },
    { id: 'D-15', what: 'pages of them that do not open', value: lacking, ...none },
  )
})

test('the largest values that Redis can hold', { timeout: 900_000 }, async (context) => {
  await server.readMemory()
  const before = residentOf()
  const heldBefore = await countHeld()
  await client.setrange('sess:huge-string', 512 * megabyte - 1, 'x')
  await client.pexpire('sess:huge-string', 86_400_000)
  const fill = 'for at = ARGV[1], ARGV[2] do redis.call(KEYS[2], KEYS[1], at, KEYS[2] == "RPUSH" and at or "v") end'
  for (let at = 0; at < hashFields; at += 100_000) await client.eval(fill, 2, 'sess:huge-hash', 'HSET', at, at + 99_999)
  for (let at = 0; at < listItems / 2; at += 100_000)
    await client.eval(fill, 2, 'sess:huge-list', 'RPUSH', at, at + 99_999)
  let huge: SessionRow[] = []
  const areRows = async () => {
    huge = await readRows('&minSizeBytes=10000000')
    return huge.length === 2
  }
  await until('both are rows', areRows, 60_000)
  const pages: { tookMs: number; truncated: boolean }[] = []
  for (const { handle } of huge) {
    const { text, tookMs } = await call('GET', `/api/sessions/${handle}`)
    const detail: SessionDetail = JSON.parse(text)
    pages.push({ tookMs, truncated: detail.truncated })
  }
  const slowest = Math.max(...pages.map(({ tookMs }) => tookMs))
  const grew = (await server.readMemory()) - before
  tell(
    context,
    {
      id: 'D-03',
      what: 'a string of 512 MB and a hash of 5,000,000 fields: rows that say they are cut',
      value: pages.filter(({ truncated }) => truncated).length,
      unit: 'times',
      bound: { of: 'value', least: 2 },
    },
    { id: 'D-03', what: 'the slower of their pages', value: slowest, unit: 'ms', bound: { of: 'value', most: 1000 } },
    {
      id: 'D-03',
      what: 'memory that the server took for them and a list of 10,000,000',
      value: Math.max(0, grew),
      unit: 'bytes',
      bound: { of: 'value', most: 64 * megabyte },
    },
    {
      id: 'D-03',
      what: 'seconds in which its loop was held over 50 ms',
      value: (await countHeld()) - heldBefore,
      ...none,
    },
  )
  await client.unlink('sess:huge-string', 'sess:huge-hash', 'sess:huge-list')
})

test('types that change and keys that go while they are listed and opened', { timeout: 600_000 }, async (context) => {
  const handles = new Map<string, string>()
  for (let at = 0; at < flipped; at += 1)
    await client.set(`sess:flip-${at}`, JSON.stringify({ userId: `flip-${at}` }), ...lasting)
  const areAll = async () => {
    for (const row of await readRows()) if (row.principal?.startsWith('flip-')) handles.set(row.principal, row.handle)
    return handles.size === flipped
  }
  await until('all are rows', areAll, 60_000)
  const heldBefore = await countHeld()
  const endsAt = Date.now() + flipSeconds * 1000
  const found = { flips: 0, answers: 0, faults: 0, blanked: 0 }
  const listing = createCaller(server.rollcall.origin, server.admin.cookie)
  await Promise.all([
    keepFlipping(endsAt, found),
    keepListing(listing, endsAt, found),
    keepOpening([...handles.values()], endsAt, found),
  ])
  tell(
    context,
    {
      id: 'D-16',
      what: `answers of 500 and above, of ${found.answers} while ${Math.round(found.flips / flipSeconds)} types changed or keys went each second`,
      value: found.faults,
      ...none,
    },
    {
      id: 'D-15',
      what: 'lists among them that lacked any of the sessions that stood still',
      value: found.blanked,
      ...none,
    },
    {
      id: 'D-16',
      what: 'seconds in which the loop was held over 50 ms',
      value: (await countHeld()) - heldBefore,
      ...none,
    },
  )
  expect(found.flips).toBeGreaterThan((flipSeconds * flipsPerSecond) / 2)
})

type Found = { flips: number; answers: number; faults: number; blanked: number }

async function keepFlipping(endsAt: number, found: Found): Promise<void> {
  const startedAt = Date.now()
  while (Date.now() < endsAt) {
    const due = ((Date.now() - startedAt) / 1000) * flipsPerSecond
    const pipeline = client.pipeline()
    for (; found.flips < due; found.flips += 1) {
      const key = `sess:flip-${found.flips % flipped}`
      pipeline.unlink(key)
      if (found.flips % 5 === 0) pipeline.set(key, `{"userId":"flip-${found.flips % flipped}"}`, ...lasting)
      else if (found.flips % 5 === 1) pipeline.hset(key, 'userId', 'x')
      else if (found.flips % 5 === 2) pipeline.rpush(key, 'x')
      else if (found.flips % 5 === 3) pipeline.zadd(key, 1, 'x')
    }
    await pipeline.exec()
    await sleep(5)
  }
}

async function keepListing(listing: Caller, endsAt: number, found: Found): Promise<void> {
  while (Date.now() < endsAt) {
    const { status, text } = await listing('GET', '/api/sessions?size=50')
    found.answers += 1
    if (status >= 500) found.faults += 1
    if (status === 200 && JSON.parse(text).total < usual + expected.rows) found.blanked += 1
    await sleep(20)
  }
}

async function keepOpening(handles: string[], endsAt: number, found: Found): Promise<void> {
  for (let at = 0; Date.now() < endsAt; at += 1) {
    const { status } = await call('GET', `/api/sessions/${handles[at % handles.length]}`)
    found.answers += 1
    if (status >= 500) found.faults += 1
  }
}

test('each of them can be revoked', { timeout: 600_000 }, async (context) => {
  await client.unlink(...Array.from({ length: flipped }, (_, at) => `sess:flip-${at}`))
  let done = 0
  for (const { handle } of await readRows()) {
    const { text } = await call('DELETE', `/api/sessions/${handle}`)
    if (JSON.parse(text).outcome === 'done') done += 1
  }
  tell(context, {
    ...{
      id: 'D-15',
      what: 'hostile and usual sessions that could not be revoked',
      value: usual + expected.rows - done,
      ...none,
    },
  })
})
