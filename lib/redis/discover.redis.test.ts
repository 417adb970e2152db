import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { formats } from '@/lib/formats'
import { discoverFamilies } from './discover'

const minuteMs = 60_000
const never = new AbortController().signal
let redis: Redis
const own = withRedis()

beforeAll(async () => {
  redis = own.server.client()
})
beforeEach(() => redis.flushall())

const look = (known: string[] = ['session:', 'sess:']) =>
  discoverFamilies(own.connection, formats, known, new Map(), never)

/** Twenty kinds of keys that applications keep beside their sessions; each writes its n-th. */
const otherKinds: ((n: number) => [command: string, ...args: (string | Buffer | number)[]])[] = [
  (n) => ['HSET', `bull:emails:${n}`, 'name', 'send', 'data', `{"userId":${n}}`, 'timestamp', '1795521600000'],
  (n) => ['ZADD', `bull:emails:delayed:${hex(n)}`, n, 'a'],
  (n) => ['LPUSH', `queue:${hex(n)}`, `{"class":"Mailer","args":[${n}],"jid":"${hex(n)}"}`],
  (n) => ['HSET', `sidekiq:worker:${hex(n)}`, 'queue', 'default', 'run_at', '1795521600'],
  (n) => [
    'SET',
    `celery-task-meta-${uuid(n)}`,
    `{"status":"SUCCESS","result":null,"task_id":"${uuid(n)}"}`,
    'PX',
    86_400_000,
  ],
  (n) => ['SADD', `_kombu.binding.${hex(n)}`, 'celery'],
  (n) => ['SET', `cache:page:${hex(n)}`, '<html><body>page</body></html>', 'PX', 60_000_000],
  (n) => ['SET', `cache:user:${hex(n)}`, `{"id":${n},"name":"Ann","email":"ann${n}@example.com"}`, 'PX', 60_000_000],
  (n) => ['SET', `cache:product:${n}`, `{"id":${n},"price":12.5}`],
  (n) => ['SET', `:1:views.decorators.cache.cache_page.${hex(n)}`, Buffer.from('80049503000000000000004b2a2e', 'hex')],
  (n) => ['SET', `rate:limit:${hex(n)}`, n, 'PX', 60_000_000],
  (n) => ['SET', `counter:${n}`, n],
  (n) => ['XADD', `events:${hex(n)}`, '*', 'type', 'login'],
  (n) => ['SET', `lock:order:${uuid(n)}`, randomBytes(20).toString('hex'), 'PX', 60_000_000],
  (n) => ['HSET', `cart:${uuid(n)}`, 'book', 1, 'lamp', 2],
  (n) => ['SET', `otp:${hex(n)}`, '123456', 'PX', 60_000_000],
  (n) => ['ZADD', `leaderboard:${n}`, n, 'ann'],
  (n) => ['SET', `feature:flag:${n}`, 'on'],
  (n) => ['SET', `blob:${hex(n)}`, randomBytes(60)],
  (n) => ['SET', `laravel_database_laravel_cache:${sha1(n)}`, 'i:5;', 'PX', 60_000_000],
]
const hex = (n: number) => createHash('md5').update(`${n}`).digest('hex')
const sha1 = (n: number) => createHash('sha1').update(`${n}`).digest('hex')
const uuid = (n: number) => hex(n).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

async function fill(count: number) {
  for (let at = 0; at < count; at += 2_000) {
    const writing = redis.pipeline()
    for (let n = at; n < at + 2_000; n += 1) {
      const [command, ...args] = otherKinds[n % otherKinds.length]?.(n) ?? ['PING']
      writing.call(command, ...args)
    }
    await writing.exec()
  }
}

const express = (n: number) =>
  JSON.stringify({ cookie: { originalMaxAge: 3_600_000, expires: null }, user: { id: n, name: 'Ann' } })

test('among 100,000 keys of twenty other kinds every family of sessions is found, and nothing else is taken for one', async () => {
  await fill(100_000)
  const writing = redis.pipeline()
  for (let n = 0; n < 40; n += 1) {
    writing.set(`shop:sess:${randomBytes(24).toString('base64url')}`, express(n), 'PX', 60 * minuteMs)
    writing.set(`portal:session:${randomUUID()}`, `{"userId":${n},"name":"Bo"}`, 'PX', 60 * minuteMs)
    writing.set(`web-${randomUUID()}`, express(n), 'PX', 60 * minuteMs)
  }
  await writing.exec()
  const found = await look()
  const told = found.map(({ prefix, verdict }) => [prefix, verdict])
  expect(told.sort()).toEqual([
    ['portal:session:', 'sure'],
    ['shop:sess:', 'sure'],
    ['web-', 'maybe'],
  ])
}, 60_000)

test('what is found says why, and neither a key nor a value is in it', async () => {
  // Without a dash of its own, behind which nobody can tell where the id begins.
  const id = randomBytes(24).toString('hex')
  for (let n = 0; n < 5; n += 1) await redis.set(`shop:sess:${n}${id}`, express(7_777_777), 'PX', minuteMs)
  const [family] = await look()
  expect(family).toMatchObject({ prefix: 'shop:sess:', format: 'connect-redis', verdict: 'sure', keys: 5 })
  expect(family?.evidence).toBe(
    'The prefix says session; 5 of 5 values are express-session; 5 name a person; 5 have an end.',
  )
})

test('what is known, what is Rollcall’s own and what belongs to a session is left out', async () => {
  for (const prefix of ['session:', 'rollcall:console:']) {
    for (let n = 0; n < 5; n += 1) await redis.set(`${prefix}${hex(n)}`, express(n), 'PX', minuteMs)
  }
  expect(await look(['session:'])).toEqual([])
})

test('a prefix within another that is sure is no family of its own', async () => {
  for (let n = 0; n < 5; n += 1) {
    await redis.set(`app:sess:${hex(n)}`, express(n), 'PX', minuteMs)
    await redis.set(`app:sess:web:${hex(n)}`, express(n), 'PX', minuteMs)
  }
  expect((await look()).map(({ prefix }) => prefix)).toEqual(['app:sess:'])
})

test('however many prefixes somebody makes up, a look around stays bounded', async () => {
  const writing = redis.pipeline()
  for (let n = 0; n < 6_000; n += 1) writing.set(`p${n % 3_000}:sess:${hex(n)}`, express(n), 'PX', minuteMs)
  await writing.exec()
  expect((await look()).length).toBeLessThanOrEqual(60)
})

test('keys that say session and hold a few bytes of something else ask nobody', async () => {
  for (let n = 0; n < 30; n += 1) await redis.set(`stats:session:${hex(n)}`, `${n}`)
  expect(await look()).toEqual([])
})
