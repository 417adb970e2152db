import { beforeAll, beforeEach, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import type { SessionFormat } from '@/lib/formats/format'
import { plain } from '@/lib/formats/plain'
import type { CompanionWrite } from '@/lib/session/plan'
import { fieldOf } from '@/lib/session/raw'
import type { Source } from '@/lib/session/source'
import { writeCompanion } from './companions'
import { createSource } from './source'

const key = Buffer.from('app:sessions:1')
const minuteMs = 60_000
const own = withRedis()
let source: Source

/** A framework that empties the hash of a session, keeps a marker beside it, and its place in a list, a set and a sorted set. */
const keeper: SessionFormat = {
  ...plain,
  id: 'keeper',
  companionKeys: /:marker$/,
  recognises: ({ value }) => value.type === 'hash' && fieldOf(value, 'interval') !== null,
  decode: (raw) => {
    const decoded = plain.decode(raw)
    const isDead = String(fieldOf(raw.value, 'interval')) === '0'
    return 'facts' in decoded && isDead ? { ...decoded, facts: { ...decoded.facts, expiresAt: 1 } } : decoded
  },
  end: () => ({
    invalidation: { fields: [[Buffer.from('interval'), Buffer.from('0')]], forMs: 5 * minuteMs },
    companions: [
      { deed: 'leave', key: Buffer.from('index'), type: 'set', member: Buffer.from('1') },
      { deed: 'leave', key: Buffer.from('bucket'), type: 'zset', member: Buffer.from('1') },
      { deed: 'remove', key: Buffer.from('app:sessions:1:marker') },
      list,
    ],
  }),
}
const list: CompanionWrite = {
  deed: 'rewrite',
  key: Buffer.from('list'),
  change: (bytes) => {
    const rest = JSON.parse(String(bytes)).filter((item: string) => item !== '1')
    return rest.length === 0 ? null : Buffer.from(JSON.stringify(rest))
  },
  undo: (bytes) => Buffer.from(JSON.stringify([...(bytes === null ? [] : JSON.parse(String(bytes))), '1'])),
  untilAt: null,
}

beforeAll(async () => {
  const common = {
    name: 'app',
    siblings: () => [],
    pinnedFormat: null,
    isReadOnly: false,
    origin: 'configured' as const,
  }
  source = createSource({
    connection: own.connection,
    id: 'app',
    prefix: 'app:sessions:',
    formats: [keeper, plain],
    ...common,
  })
})
beforeEach(async () => {
  const redis = own.server.client()
  await redis.flushall()
  await redis.hset(key, { userId: '42', interval: '1800' })
  await redis.pexpire(key, 30 * minuteMs)
  await redis.set('app:sessions:1:marker', '', 'PX', 30 * minuteMs)
  await redis.sadd('index', '1')
  await redis.zadd('bucket', 77, '1')
  await redis.zadd('bucket', 78, '2')
  await redis.pexpire('bucket', 90 * minuteMs)
  await redis.set('list', '["0","1"]', 'PX', 90 * minuteMs)
})

async function everything() {
  const redis = own.server.client()
  return {
    interval: await redis.hget(key, 'interval'),
    marker: await redis.exists('app:sessions:1:marker'),
    index: await redis.smembers('index'),
    bucket: await redis.zrange('bucket', '0', '-1', 'WITHSCORES'),
    list: JSON.parse((await redis.get('list')) ?? 'null'),
  }
}

test('what belongs to a session is no session, and an invalidated hash is none that lives', async () => {
  const scanned: string[] = []
  for await (const keys of source.scan(new AbortController().signal)) scanned.push(...keys.map(String))
  expect(scanned).toEqual([String(key)])
  await source.remove(key)
  const [session] = await source.read([key])
  expect(session).toMatchObject({ expiresAt: 1 })
})

test('a session is ended in its framework’s own way, and nothing of it is left but the hash that keeps it dead', async () => {
  expect(await source.remove(key)).toBe('done')
  expect(await everything()).toEqual({ interval: '0', marker: 0, index: [], bucket: ['2', '78'], list: ['0'] })
  expect(await own.server.client().pttl(key)).toBeGreaterThan(4 * minuteMs)
  expect(await own.server.client().pttl(key)).toBeLessThanOrEqual(5 * minuteMs)
})

test('an undo brings the session back with all that went with it', async () => {
  const before = await everything()
  const end = await own.server.client().pexpiretime(key)
  const backup = await source.backUp(key)
  if (backup === null) throw new Error('No backup')
  await source.remove(key, backup)
  expect(await source.restore(backup)).toBe('done')
  expect(await everything()).toEqual(before)
  expect(await own.server.client().pexpiretime(key)).toBe(end)
  expect(await source.restore(backup)).toBe('conflict')
})

test('an undo brings back a hash that the framework removed meanwhile', async () => {
  const backup = await source.backUp(key)
  if (backup === null) throw new Error('No backup')
  await source.remove(key, backup)
  await own.server.client().del(key)
  expect(await source.restore(backup)).toBe('done')
  expect(await own.server.client().hgetall(key)).toEqual({ userId: '42', interval: '1800' })
})

test('with parts missing, or of another type, a session still ends', async () => {
  const redis = own.server.client()
  await redis.del('list', 'bucket', 'app:sessions:1:marker')
  await redis.set('bucket', 'text')
  await redis.rename('bucket', 'index')
  expect(await source.remove(key)).toBe('done')
  expect(await redis.hget(key, 'interval')).toBe('0')
  expect(await redis.get('index')).toBe('text')
})

test('many are ended as one is, each with its own result', async () => {
  const gone = Buffer.from('app:sessions:2')
  expect(await source.removeMany([key, gone], () => null)).toEqual(['done', 'gone'])
  expect(await everything()).toEqual({ interval: '0', marker: 0, index: [], bucket: ['2', '78'], list: ['0'] })
})

test('a session that ended between its reading and the deed is not made anew', async () => {
  const stored = await source.readOne(key)
  if (stored === null) throw new Error('Not read')
  await own.server.client().del(key)
  expect(
    await source.replace(stored.raw, { type: 'hash', fields: [[Buffer.from('interval'), Buffer.from('9')]] }),
  ).toBe('gone')
  expect(await own.server.client().exists(key)).toBe(0)
})

test('fields are replaced only while they are what they were; others may change', async () => {
  const stored = await source.readOne(key)
  if (stored === null) throw new Error('Not read')
  const redis = own.server.client()
  await redis.hset(key, 'seen', '1')
  expect(
    await source.replace(stored.raw, { type: 'hash', fields: [[Buffer.from('interval'), Buffer.from('9')]] }),
  ).toBe('done')
  expect(
    await source.replace(stored.raw, { type: 'hash', fields: [[Buffer.from('interval'), Buffer.from('8')]] }),
  ).toBe('conflict')
  expect(await redis.hgetall(key)).toEqual({ userId: '42', interval: '9', seen: '1' })
})

test('an expiry beside a session is pushed later, never shorter, and what is missing is made where that is asked', async () => {
  const redis = own.server.client()
  const marker = Buffer.from('app:sessions:1:marker')
  const push = (byMs: number, otherwise: Buffer | null) =>
    writeCompanion(
      own.connection,
      { deed: 'expire', key: marker, untilAt: own.connection.now() + byMs, otherwise },
      false,
    )
  await push(minuteMs, null)
  expect(await redis.pttl(marker)).toBeGreaterThan(29 * minuteMs)
  await push(60 * minuteMs, null)
  expect(await redis.pttl(marker)).toBeGreaterThan(59 * minuteMs)
  await redis.del(marker)
  await push(60 * minuteMs, null)
  expect(await redis.exists(marker)).toBe(0)
  await push(60 * minuteMs, Buffer.alloc(0))
  expect([await redis.strlen(marker), (await redis.pttl(marker)) > 59 * minuteMs]).toEqual([0, true])
})

test('a list that others change at the same time loses nothing', async () => {
  const redis = own.server.client()
  await redis.set('list', '["1"]')
  const add = (name: string): CompanionWrite => ({
    ...list,
    change: (bytes) => Buffer.from(JSON.stringify([...JSON.parse(String(bytes)), name])),
  })
  await Promise.all(['a', 'b', 'c'].map((name) => writeCompanion(own.connection, add(name), false)))
  expect(JSON.parse((await redis.get('list')) ?? '').sort()).toEqual(['1', 'a', 'b', 'c'])
})
