import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { countIssued, createPace, type Pace } from './pace'

let server: RedisServer
let client: Redis
let pace: Pace
const { signal } = new AbortController()

beforeEach(async () => {
  server = await startRedis()
  client = server.client()
  pace = createPace(client, client)
})

afterEach(() => server.stop())

/** Whether it rests after a step: the shortest of three, for a look or a busy machine is no rest. */
async function isPolite(): Promise<boolean> {
  const rests: number[] = []
  for (let step = 0; step < 3; step += 1) {
    pace.begin()
    const startedAt = performance.now()
    await pace.rest(signal)
    rests.push(performance.now() - startedAt)
  }
  return Math.min(...rests) > 2
}

test('while others are busy it rests after each step, and no longer when they have gone', async () => {
  const other = server.client()
  expect(await isPolite()).toBe(false)
  await until('the others are seen', async () => {
    await Promise.all(Array.from({ length: 50 }, () => other.ping()))
    return isPolite()
  })
  await until('their leaving is seen', async () => !(await isPolite()))
})

test('our own commands are not taken for those of others', async () => {
  const endsAt = performance.now() + 500
  await until('half a second of our own work', async () => {
    await Promise.all(Array.from({ length: 50 }, () => client.ping()))
    countIssued(client, 50)
    expect(await isPolite()).toBe(false)
    return performance.now() > endsAt
  })
})

test('a step that holds Redis longer than a millisecond is made smaller, and larger again where it does not', async () => {
  await client.mset(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key:${index}`, ''])))
  const first = pace.count()
  await until('the steps are small', async () => {
    await client.scan(0, 'MATCH', 'other:*', 'COUNT', 50_000)
    await pace.rest(signal)
    return pace.count() < first / 4
  })
  await until('the steps are large', async () => {
    await client.scan(0, 'COUNT', 10)
    await pace.rest(signal)
    return pace.count() > first
  })
})

test('a slow walk rests so many times as long as each step took', async () => {
  const slow = createPace(client, client, 49)
  slow.begin()
  const startedAt = performance.now()
  await client.ping()
  const tookMs = performance.now() - startedAt
  await slow.rest(signal)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(tookMs * 49)
})
