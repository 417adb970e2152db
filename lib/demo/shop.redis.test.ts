import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createShop, type Shop } from './shop'

let redis: RedisServer
let client: Redis
let shop: Shop
beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  shop = createShop(client)
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  await client.flushall()
})

const ada = { id: null, name: 'Ada', ip: '192.0.2.7', userAgent: 'a browser' }
const sessionKeys = () => client.keys('rollcall-demo:*')

test('a sign-in makes one session that nobody can guess and that ends', async () => {
  const { id, shopper } = await shop.signIn(ada)
  const [key = '', ...others] = await sessionKeys()
  expect(others).toEqual([])
  expect(key).not.toContain(id)
  expect(await client.pttl(key)).toBeGreaterThan(14 * 60_000)
  expect(shopper).toMatchObject({ name: 'Ada', views: 1, basket: [], sizeBytes: await client.strlen(key) })
})

test('signing in again ends the session that this browser had', async () => {
  const { id } = await shop.signIn(ada)
  await shop.signIn({ ...ada, id, name: 'Grace' })
  expect(await sessionKeys()).toHaveLength(1)
  expect((await shop.look(id)).shopper).toBeNull()
})

test('a poll does not slide the session, a view does and is counted', async () => {
  const { id } = await shop.signIn(ada)
  const [key = ''] = await sessionKeys()
  await client.pexpire(key, 60_000)
  expect((await shop.look(id)).shopper?.views).toBe(1)
  expect(await client.pttl(key)).toBeLessThanOrEqual(60_000)
  expect((await shop.view(id)).shopper?.views).toBe(2)
  expect(await client.pttl(key)).toBeGreaterThan(14 * 60_000)
})

test('what is bought stays in the basket, which has an end', async () => {
  const { id } = await shop.signIn(ada)
  await shop.buy(id, 'tomatoes')
  expect((await shop.look(id)).shopper?.basket).toEqual(['tomatoes'])
  for (let i = 0; i < 40; i++) await shop.buy(id, 'oolong')
  expect((await shop.look(id)).shopper?.basket).toEqual(Array.from({ length: 24 }, () => 'oolong'))
})

test('after a revoke every request is nobody and writes nothing back', async () => {
  const { id } = await shop.signIn(ada)
  await client.unlink(...(await sessionKeys()))
  for (const ask of [shop.look, shop.view, (id: string) => shop.buy(id, 'oolong')]) {
    expect((await ask(id)).shopper).toBeNull()
  }
  expect(await sessionKeys()).toEqual([])
})

test('a sign-out leaves nothing behind', async () => {
  const { id } = await shop.signIn(ada)
  await shop.signOut(id)
  expect(await client.keys('*')).toEqual([])
})

test('no cookie, or one that is no id, is nobody', async () => {
  for (const id of [null, '', 'abc', '../../etc/passwd', 'a'.repeat(10_000)]) {
    expect((await shop.view(id)).shopper).toBeNull()
  }
})

test('the longest name and user agent fit into a session', async () => {
  const { id } = await shop.signIn({ ...ada, name: '🦊'.repeat(30), userAgent: '"'.repeat(5000) })
  for (let i = 0; i < 24; i++) await shop.buy(id, 'wildflower-honey')
  expect((await shop.look(id)).shopper?.basket).toHaveLength(24)
})

test('the calls are told as they were, without a key or a value in them', async () => {
  const { id, calls } = await shop.signIn(ada)
  expect(calls[0]).toBe('SET rollcall-demo:… {…} PX 900000 NX')
  expect((await shop.look(id)).calls).toEqual(['GET rollcall-demo:…', 'PTTL rollcall-demo:…'])
  expect((await shop.view(id)).calls[0]).toBe('GETEX rollcall-demo:… PX 900000')
  const [key = ''] = await sessionKeys()
  const all = [...(await shop.buy(id, 'oolong')).calls, ...(await shop.signOut(id)).calls].join('\n')
  expect(all).not.toContain(key.slice('rollcall-demo:'.length))
  expect(all).not.toContain('Ada')
})

test('a Redis that does not answer is one sentence, without a key', async () => {
  const away = redis.client({ port: 1, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  await expect(createShop(away).signIn(ada)).rejects.toMatchObject({ code: 'source-unavailable' })
})
