import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createStore } from '@/lib/store'
import { formatOf, formats } from '.'
import { rawOf } from './conformance'
import { native } from './native'

const minuteMs = 60_000
let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = server.client()
})
afterAll(() => server.stop())

async function readKey(pattern: string) {
  const key = (await redis.keys(pattern))[0] ?? ''
  const bytes = (await redis.getBuffer(key)) ?? Buffer.alloc(0)
  return rawOf(bytes, { key, now: Date.now(), redisExpiresAt: await redis.pexpiretime(key) })
}

test('what the store writes is read back as it was meant', async () => {
  const store = createStore(redis, { prefix: 'read:' })
  const created = await store.create({ name: 'Alice' }, { principal: '42' })
  const raw = await readKey('read:*')
  expect(formatOf(raw, formats).id).toBe('native')
  const decoded = native.decode(raw)
  const { createdAt, absoluteExpiresAt } = created
  expect(decoded).toMatchObject({ facts: { principal: '42', label: 'Alice', createdAt, expiresAt: absoluteExpiresAt } })
  expect('facts' in decoded && Math.abs((decoded.facts.lastSeenAt ?? 0) - Date.now())).toBeLessThan(2_000)
})

test('what a plain store writes is read as plain', async () => {
  await createStore(redis, { prefix: 'plain:', plain: true }).create({ userId: 42, name: 'Alice' })
  const raw = await readKey('plain:*')
  expect(formatOf(raw, formats).id).toBe('plain')
})

test('the store obeys an extension after its next request, never past the absolute end', async () => {
  const store = createStore(redis, { prefix: 'extend:', idleMs: 10 * minuteMs, absoluteMs: 120 * minuteMs })
  const { id, absoluteExpiresAt } = await store.create({})
  for (const [byMs, notReached] of [
    [60 * minuteMs, []],
    [600 * minuteMs, ['absolute-timeout']],
  ] as const) {
    const raw = await readKey('extend:*')
    const { key } = raw
    const extension = native.extend?.(raw, raw.now + byMs)
    expect(extension?.notReached).toEqual(notReached)
    if (extension?.rewrite?.type !== 'string') throw new Error('No rewrite')
    await redis.set(key, extension.rewrite.bytes, 'KEEPTTL')
    await redis.pexpireat(key, extension?.expiresAt ?? 0, 'GT')
    expect((await store.get(id))?.expiresAt).toBe(extension?.expiresAt)
    expect(await redis.pexpiretime(key)).toBe(extension?.expiresAt)
  }
  expect((await store.peek(id))?.absoluteExpiresAt).toBe(absoluteExpiresAt)
  expect((await readKey('extend:*')).redisExpiresAt).toBe(absoluteExpiresAt)
})
