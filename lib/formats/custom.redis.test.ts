import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'
import { createCustomFormat } from './custom'

const key = Buffer.from('shop:sess:a1')
const own = withRedis()
let source: Source

beforeAll(async () => {
  const custom = createCustomFormat({
    id: 'shop',
    label: 'Shop',
    prefix: 'shop:sess:',
    suffix: '',
    companions: ['shop:sess:{id}:lock', 'shop:cart:{id}'],
    encoding: ['gzip', 'json'],
    paths: { principal: ['who'], expiresAt: ['until'] },
    secrets: [],
  })
  source = createSource({
    connection: own.connection,
    id: 'shop',
    name: 'shop',
    prefix: 'shop:sess:',
    origin: 'configured',
    siblings: () => [],
    pinnedFormat: 'shop',
    formats: [custom, ...formats],
    isReadOnly: false,
  })
})
beforeEach(async () => {
  const redis = own.server.client()
  await redis.flushall()
  const value = gzipSync(
    JSON.stringify({ who: 'u7', until: Math.floor(own.connection.now() / 1000) + 60, rest: [1, 2] }),
  )
  await redis.set(key, value, 'PX', 60_000)
  await redis.set('shop:sess:a1:lock', '1', 'PX', 60_000)
  await redis.set('shop:cart:a1', 'lamp', 'PX', 60_000)
  await redis.set('shop:cart:b2', 'book', 'PX', 60_000)
})

const keysNow = async () => (await own.server.client().keys('*')).sort()

test('companions are no sessions', async () => {
  const keys: string[] = []
  for await (const batch of source.scan(new AbortController().signal)) keys.push(...batch.map(String))
  expect(keys).toEqual(['shop:sess:a1'])
})

test('a revoke takes what belongs to the session and nothing else, and an undo brings it back', async () => {
  const before = await keysNow()
  const backup = await source.backUp(key)
  expect(await source.remove(key, backup)).toBe('done')
  expect(await keysNow()).toEqual(['shop:cart:b2'])
  if (backup === null) throw new Error('No backup')
  expect(await source.restore(backup)).toBe('done')
  expect(await keysNow()).toEqual(before)
})

test('an extension is written into the packed value, and what belongs to the session lasts as long', async () => {
  const untilAt = own.connection.now() + 3_600_000
  const stored = await source.readOne(key)
  if (stored === null) throw new Error('Not read')
  const { rewrite, companions = [] } = source.planExtension(stored, untilAt)
  if (rewrite === null) throw new Error('No rewrite')
  expect(await source.replace(stored.raw, rewrite)).toBe('done')
  expect(await source.expire(key, untilAt)).toBe('done')
  await source.writeCompanions(companions)
  const bytes = await own.server.client().getBuffer(key)
  const until = Math.ceil(untilAt / 1000)
  expect(JSON.parse(gunzipSync(bytes ?? Buffer.of()).toString())).toEqual({ who: 'u7', until, rest: [1, 2] })
  for (const name of ['shop:sess:a1', 'shop:sess:a1:lock', 'shop:cart:a1']) {
    expect(await own.server.client().pttl(name)).toBeGreaterThan(3_000_000)
  }
  expect(await own.server.client().pttl('shop:cart:b2')).toBeLessThanOrEqual(60_000)
})

test('with a suffix the id stands between: its companions are found by it, and keys that end otherwise are nobody’s', async () => {
  const redis = own.server.client()
  await redis.flushall()
  const custom = createCustomFormat({
    ...{ id: 'cart', label: 'Cart', prefix: 'c*[a]:', suffix: ':d*ta', companions: ['c*[a]:{id}:lock', 'index:{id}'] },
    ...{ encoding: ['json'], paths: { principal: ['who'] }, secrets: [] },
  })
  const carts = createSource({
    ...{
      connection: own.connection,
      id: 'cart',
      name: 'cart',
      prefix: 'c*[a]:',
      origin: 'configured',
      siblings: () => [],
    },
    ...{ pinnedFormat: 'cart', formats: [custom, ...formats], isReadOnly: false },
  })
  const id = 'the-id-0123456789'
  const session = `c*[a]:${id}:d*ta`
  const value = JSON.stringify({ who: `u7`, back: `/carts/${id}` })
  for (const other of ['c*[a]::d*ta', `c*[a]:${id}`, `c*[a]:${id}:data`, `cxa:${id}:d*ta`, `c*[a]:${id}:d*ta:more`]) {
    await redis.set(other, value, 'PX', 60_000)
  }
  for (const own of [session, `c*[a]:${id}:lock`, `index:${id}`]) await redis.set(own, value, 'PX', 60_000)

  const keys: string[] = []
  for await (const batch of carts.scan(new AbortController().signal)) keys.push(...batch.map(String))
  expect(keys).toEqual([session])
  const [read] = await carts.read([Buffer.from(session)])
  expect(read).toMatchObject({ format: 'cart', principal: 'u7' })
  expect(await carts.remove(Buffer.from(`c*[a]:${id}`))).toBe('gone')
  const before = (await keysNow()).length
  expect(await carts.remove(Buffer.from(session))).toBe('done')
  const left = await keysNow()
  expect(left).toHaveLength(before - 3)
  expect(left).toContain(`c*[a]:${id}`)
})
