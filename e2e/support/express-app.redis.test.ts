import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ExpressApp, startExpressApp } from './express-app'
import { type RedisServer, startRedis, until } from './redis'

let redis: RedisServer
let app: ExpressApp
let reader: ReturnType<RedisServer['client']>
beforeAll(async () => {
  redis = await startRedis()
  reader = redis.client()
  app = await startExpressApp(redis.url)
})
afterAll(async () => {
  await app?.stop()
  await redis?.stop()
})
beforeEach(async () => {
  await reader.flushall()
})

async function onlyKey(): Promise<string> {
  const keys = await reader.keys('*')
  expect(keys).toHaveLength(1)
  return keys[0] ?? ''
}

test('a sign-in writes one session as connect-redis does, with an expiry', async () => {
  await app.shopper().login('Ada', 60_000)
  const key = await onlyKey()
  expect(key).toMatch(/^sess:[\w-]{32}$/)
  expect(JSON.parse((await reader.get(key)) ?? '')).toMatchObject({
    cookie: { originalMaxAge: 60_000, httpOnly: true, path: '/' },
    user: { name: 'Ada' },
    views: 1,
  })
  const ttlMs = await reader.pttl(key)
  expect(ttlMs).toBeGreaterThan(55_000)
  expect(ttlMs).toBeLessThanOrEqual(60_000)
})

test('the next request is that of the same person, and touches the session', async () => {
  const shopper = app.shopper()
  await shopper.login('Ada', 60_000)
  const key = await onlyKey()
  await reader.pexpire(key, 5_000)
  expect((await shopper.me()).user?.name).toBe('Ada')
  await until('the touch', async () => (await reader.pttl(key)) > 50_000)
})

test('without its key in Redis the same cookie is nobody', async () => {
  const shopper = app.shopper()
  await shopper.login('Ada')
  await reader.del(await onlyKey())
  expect((await shopper.me()).user).toBeNull()
  expect(await reader.keys('*')).toEqual([])
})

test('a request that was under way writes a deleted session back', async () => {
  const shopper = app.shopper()
  await shopper.login('Ada')
  const key = await onlyKey()
  const request = await shopper.startChange()
  await reader.del(key)
  await request.finish()
  expect(await onlyKey()).toBe(key)
})

test('a sign-out removes the session', async () => {
  const shopper = app.shopper()
  await shopper.login('Ada')
  await shopper.logout()
  expect(await reader.keys('*')).toEqual([])
})
