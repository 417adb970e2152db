import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { countIssued, createPace } from './pace'

let server: RedisServer
const { signal } = new AbortController()

beforeEach(async () => {
  server = await startRedis()
})

afterEach(() => server.stop())

test('while others are busy the steps are small, and large again when they have gone', async () => {
  const client = server.client()
  const other = server.client()
  const pace = createPace(client, client)
  expect(pace.count()).toBe(1000)
  await until('the others are seen', async () => {
    await Promise.all(Array.from({ length: 50 }, () => other.ping()))
    await pace.rest(0, signal)
    return pace.count() === 200
  })
  await until('their leaving is seen', async () => {
    await pace.rest(0, signal)
    return pace.count() === 1000
  })
})

test('our own commands are not taken for those of others', async () => {
  const client = server.client()
  const pace = createPace(client, client)
  const endsAt = performance.now() + 500
  await until('half a second of our own work', async () => {
    await Promise.all(Array.from({ length: 50 }, () => client.ping()))
    countIssued(client, 50)
    await pace.rest(0, signal)
    expect(pace.count()).toBe(1000)
    return performance.now() > endsAt
  })
})
