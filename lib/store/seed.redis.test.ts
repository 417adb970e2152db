import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { createStore } from '.'

/** The document that asked for this library, command by command and statement by statement. */
const idleMs = 1_800_000
const alice = { userId: 42, name: 'Alice' }
let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = server.client()
})
afterEach(() => redis.flushall())
afterAll(() => server.stop())

test('a plain store writes what SETEX session:<id> 1800 {"userId":42,"name":"Alice"} writes', async () => {
  const { id } = await createStore(redis, { plain: true, idleMs }).create(alice)
  expect(await redis.keys('*')).toEqual([`session:${id}`])
  expect(await redis.get(`session:${id}`)).toBe('{"userId":42,"name":"Alice"}')
  expect(await redis.ttl(`session:${id}`)).toBeGreaterThan(1_795)
  expect(await redis.ttl(`session:${id}`)).toBeLessThanOrEqual(1_800)
})

test('GET: what SETEX wrote by hand is retrieved, and the idle timeout begins anew', async () => {
  await redis.setex('session:abc123', 60, '{"userId":42,"name":"Alice"}')
  const session = await createStore(redis, { plain: true, idleMs }).get('abc123')
  expect(session).toMatchObject({ id: 'abc123', data: alice })
  expect(await redis.ttl('session:abc123')).toBeGreaterThan(1_795)
})

test('DEL: a destroyed session is gone from Redis', async () => {
  await redis.setex('session:abc123', 1_800, '{"userId":42,"name":"Alice"}')
  expect(await createStore(redis, { plain: true }).destroy('abc123')).toBe(true)
  expect(await redis.exists('session:abc123')).toBe(0)
})

test('EXPIRE: touch sets a new expiry', async () => {
  await redis.setex('session:abc123', 5, '{"userId":42}')
  expect(await createStore(redis, { plain: true, idleMs }).touch('abc123')).toBe(true)
  expect(await redis.ttl('session:abc123')).toBeGreaterThan(1_795)
})

test('TTL: peek tells the remaining time and leaves it alone', async () => {
  await redis.setex('session:abc123', 100, '{"userId":42}')
  const session = await createStore(redis, { plain: true }).peek('abc123')
  expect(Math.round(((session?.expiresAt ?? 0) - Date.now()) / 1_000)).toBe(100)
  expect(await redis.ttl('session:abc123')).toBeLessThanOrEqual(100)
})

test('a session expires by itself', async () => {
  const store = createStore(redis, { idleMs: 30 })
  const { id } = await store.create(alice)
  await until('the session is over', async () => (await store.peek(id)) === null)
  expect(await store.get(id)).toBeNull()
  expect(await redis.keys('session:*')).toEqual([])
})

test('pitfall 1, no expiration: every key of every deed has one, in both kinds of store', async () => {
  for (const plain of [false, true]) {
    const store = createStore(redis, { plain })
    const principal = plain ? {} : { principal: '42' }
    const { id } = await store.create(alice, principal)
    await store.get(id)
    await store.touch(id)
    await store.save(id, { ...alice, seen: 1 })
    await store.regenerate(id, principal)
    await store.create(alice)
    for (const key of await redis.keys('*')) expect(await redis.pttl(key)).toBeGreaterThan(0)
    expect(await redis.dbsize()).toBe(plain ? 2 : 3)
    await redis.flushall()
  }
})

test('pitfall 1: a session that somebody stored without an expiration gets one at the next get', async () => {
  await redis.set('session:abc123', '{"userId":42}')
  const store = createStore(redis, { plain: true, idleMs })
  expect((await store.peek('abc123'))?.expiresAt).toBe(Number.POSITIVE_INFINITY)
  await store.get('abc123')
  expect(await redis.ttl('session:abc123')).toBeGreaterThan(1_795)
})

test('pitfall 2, non-unique keys: creation never overwrites, and sessions of one data differ', async () => {
  const store = createStore(redis, { plain: true })
  const ids = await Promise.all(Array.from({ length: 100 }, async () => (await store.create(alice)).id))
  expect(new Set(ids).size).toBe(100)
  expect(await redis.dbsize()).toBe(100)
})

test('pitfall 3, large data: it is refused by name, size and limit, and can be allowed', async () => {
  const large = { text: 'x'.repeat(5_000) }
  await expect(createStore(redis, { plain: true }).create(large)).rejects.toMatchObject({
    name: 'SessionTooLargeError',
    sizeBytes: 5_011,
    limitBytes: 4_096,
  })
  expect(await redis.dbsize()).toBe(0)
  await createStore(redis, { plain: true, maxBytes: 6_000 }).create(large)
  expect(await redis.dbsize()).toBe(1)
})

test('text that is no JSON object, as "user_data_here", is null and left alone', async () => {
  await redis.setex('session:12345', 3_600, 'user_data_here')
  expect(await createStore(redis, { plain: true }).peek('12345')).toBeNull()
  expect(await redis.get('session:12345')).toBe('user_data_here')
})

test('a plain store refuses what it has no place for', async () => {
  const store = createStore(redis, { plain: true })
  await expect(store.create(alice, { principal: '42' })).rejects.toThrow(TypeError)
  await expect(store.list('42')).rejects.toThrow(TypeError)
  await expect(store.destroyAll('42')).rejects.toThrow(TypeError)
  expect(() => createStore(redis, { plain: true, absoluteMs: 1_000 })).toThrow(RangeError)
})
