import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { startRedis, until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import { isKnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { createThrottle, type Throttle } from './throttle'

const own = withRedis()
let other: Connection
let throttles: [Throttle, Throttle]

beforeAll(async () => {
  other = await connectTo(addressOf(own.server))
  throttles = [createThrottle(own.connection), createThrottle(other)]
})
afterAll(async () => {
  await other?.close()
})

/** How long this attempt was told to wait; 0 when it may be evaluated. */
async function waitOf(username: string, ip: string | null, throttle = throttles[0]): Promise<number> {
  try {
    await throttle.begin(username, ip)
    return 0
  } catch (error) {
    if (!isKnownError(error) || error.code !== 'too-many') throw error
    return error.retryAfterMs ?? 0
  }
}

test('of 200 truly parallel guesses at one account, from 200 addresses over two replicas, at most six are evaluated', async () => {
  const waits = await Promise.all(
    Array.from({ length: 200 }, (_, index) => waitOf('admin', `10.0.0.${index}`, throttles[index % 2 ? 1 : 0])),
  )
  const evaluated = waits.filter((wait) => wait === 0).length
  expect(evaluated).toBeGreaterThan(0)
  expect(evaluated).toBeLessThanOrEqual(6)
})

test('after five free guesses each further one waits twice as long as the one before', async () => {
  for (let guess = 0; guess < 6; guess++) expect(await waitOf('admin', null)).toBe(0)
  const client = own.server.client()
  const [turn] = await client.keys('rollcall:throttle:turn:*')
  const waits: number[] = []
  for (let guess = 0; guess < 4; guess++) {
    const wait = await waitOf('admin', null)
    expect(wait).toBeGreaterThan(0)
    waits.push(await client.pttl(String(turn)))
    await client.del(String(turn))
    expect(await waitOf('admin', null)).toBe(0)
  }
  expect(waits.map((wait) => Math.round(wait / 1000))).toEqual([1, 2, 4, 8])
})

test('a refused attempt neither prolongs the wait nor weighs on others', async () => {
  for (let guess = 0; guess < 6; guess++) await waitOf('admin', '10.0.0.1')
  const before = await allCounts()
  for (let guess = 0; guess < 30; guess++) expect(await waitOf('admin', '10.0.0.1')).toBeLessThanOrEqual(1000)
  expect(await allCounts()).toEqual(before)
  expect(await waitOf('olga', '10.0.0.1')).toBe(0)
})

test('case and compatibility forms of a name are one account', async () => {
  const forms = ['admin', 'ADMIN', 'Admin', 'ａｄｍｉｎ', ' admin ', 'aDmIn', 'ⓐdmin']
  const waits: number[] = []
  for (const form of forms) waits.push(await waitOf(form, null))
  expect(waits.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0])
  expect(waits.at(-1)).toBeGreaterThan(0)
})

test('one client gets 20 failures a minute over all names, a network of IPv6 addresses as well', async () => {
  const waits = await Promise.all(
    Array.from({ length: 50 }, (_, index) => waitOf(`name-${index}`, `2001:db8::${index.toString(16)}`)),
  )
  expect(waits.filter((wait) => wait === 0)).toHaveLength(20)
  expect(await waitOf('admin', '2001:db8:1::1')).toBe(0)
})

test('all clients together get 60 failures a minute', async () => {
  const waits = await Promise.all(Array.from({ length: 100 }, (_, index) => waitOf(`name-${index}`, `10.1.0.${index}`)))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(60)
})

test('a success forgets the account’s failures and does not count', async () => {
  for (let round = 0; round < 30; round++) {
    const attempt = await throttles[0].begin('admin', '10.0.0.1')
    await attempt.succeeded()
  }
  expect((await allCounts()).filter(([, count]) => count !== '0')).toEqual([])
})

test('an account with 100 failures takes no guess, right or wrong, and the refusals do not prolong that', async () => {
  await waitOf('admin', null)
  const client = own.server.client()
  const [counter] = await client.keys('rollcall:throttle:account:*')
  await client.set(String(counter), 100, 'PX', 60_000)
  const wait = await waitOf('admin', null)
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(60_000)
  expect(await client.pttl(String(counter))).toBeLessThanOrEqual(60_000)
})

test('every counter ends by itself', async () => {
  for (let guess = 0; guess < 8; guess++) await waitOf('admin', '10.0.0.1')
  const client = own.server.client()
  const keys = await client.keys('*')
  expect(keys.length).toBeGreaterThan(3)
  for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0)
})

test('no name and no address stands in Redis', async () => {
  await waitOf('a-name-to-look-for', '10.9.8.7')
  const text = JSON.stringify(await allCounts())
  expect(text).not.toContain('a-name-to-look-for')
  expect(text).not.toContain('10.9.8.7')
})

test('while the home is away no attempt is let through', async () => {
  const own = await startRedis()
  const lost = await connectTo(addressOf(own))
  await own.kill()
  await until('the loss is seen', () => lost.health().state === 'down')
  await expect(createThrottle(lost).begin('admin', null)).rejects.toThrow()
  await lost.close()
  await own.stop()
})

async function allCounts(): Promise<[string, string | null][]> {
  const client = own.server.client()
  const keys = (await client.keys('*')).filter((key) => !key.includes(':turn:')).sort()
  return Promise.all(keys.map(async (key): Promise<[string, string | null]> => [key, await client.get(key)]))
}
