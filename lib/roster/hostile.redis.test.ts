import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { openReplica, type Replica } from '@/e2e/support/rollcall-replica'
import { formatOf, formats } from '@/lib/formats'
import { rawOf } from '@/lib/formats/conformance'
import { hostileFiles } from '@/lib/formats/hostile'

const usual = 950
const rowBytes = 64 * 1024
const lasting = ['PX', 600_000] as const
let redis: RedisServer
let client: ReturnType<RedisServer['client']>
let replica: Replica

beforeEach(async () => {
  redis = await startRedis()
  client = redis.client()
  const pipeline = client.pipeline()
  for (let at = 0; at < usual; at += 1) pipeline.set(`sess:usual-${at}`, `{"userId":"p${at}"}`, ...lasting)
  await pipeline.exec()
})
afterEach(async () => {
  await replica?.close()
  await redis.stop()
})

test('every hostile value is a row among the usual ones, told to be unreadable where it is, and can be revoked', async () => {
  const expected = { rows: usual, unreadable: 0 }
  for (const { name, bytes } of hostileFiles()) {
    const raw = rawOf(bytes.subarray(0, rowBytes), { key: `sess:bad-${name}`, isTruncated: bytes.length > rowBytes })
    const decoded = formatOf(raw, formats).decode(raw)
    await client.set(raw.key, bytes, ...lasting)
    if (!('noSession' in decoded)) expected.rows += 1
    if ('unreadable' in decoded) expected.unreadable += 1
  }
  expect(expected.unreadable).toBeGreaterThan(50)
  replica = await openReplica(redis)
  const { roster } = replica
  await until('all are rows', () => roster.count() === expected.rows, 20_000)
  const slots = Array.from({ length: roster.columns.end }, (_, slot) => roster.at(slot))
  expect(slots.filter(({ isReadable }) => !isReadable)).toHaveLength(expected.unreadable)
  const job = await replica.revokeAll()
  await until('the job is over', async () => (await replica.jobs.answer(job)).endedAt !== null, 30_000)
  expect(await replica.jobs.answer(job)).toMatchObject({ total: expected.rows, done: expected.rows })
}, 60_000)

test('while a thousand types change or keys go each second, no session that stands still leaves the list, and what is huge is a row that is cut', async () => {
  const hashFields = 200_000
  await client.setrange('sess:huge-string', 64 * 1024 * 1024 - 1, 'x')
  await client.eval('for at = 1, ARGV[1] do redis.call("HSET", KEYS[1], at, "v") end', 1, 'sess:huge-hash', hashFields)
  replica = await openReplica(redis)
  const { roster } = replica
  await until('all are rows', () => roster.count() === usual + 2)
  let [flips, least] = [0, Number.POSITIVE_INFINITY]
  for (const startedAt = performance.now(); flips < 2000; flips += 1) {
    const key = `sess:flip-${flips % 100}`
    const pipeline = client.pipeline().unlink(key)
    if (flips % 4 === 0) pipeline.set(key, '{"userId":"flip"}', ...lasting)
    else if (flips % 4 === 1) pipeline.hset(key, 'userId', 'x')
    else if (flips % 4 === 2) pipeline.rpush(key, 'x')
    void pipeline.exec()
    least = Math.min(least, roster.count())
    if (flips > performance.now() - startedAt) await sleep(1)
    if (flips % 50 === 0) expect(await replica.isOpenable(Buffer.from(key))).toBe(true)
  }
  expect(least).toBeGreaterThanOrEqual(usual + 2)
  for (const name of ['string', 'hash']) {
    expect(roster.find('sess', Buffer.from(`sess:huge-${name}`))).toMatchObject({ isTruncated: true })
  }
}, 60_000)
