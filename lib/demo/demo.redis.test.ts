import type { Redis } from 'ioredis'
import { createRedisServer } from 'js-redis-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { createLog } from '@/lib/log'
import { createConnection } from '@/lib/redis/connect'
import type { Connection } from '@/lib/redis/connection'
import { createChance } from './random'
import { createTown } from './town'
import { bounds, createVisitors } from './visitors'

const log = createLog('silent')
let redis: RedisServer
let client: Redis
let connection: Connection

function connect(port: number): Connection {
  const hosts = [{ host: '127.0.0.1', port }]
  const access = { username: null, password: null, sentinelUsername: null, sentinelPassword: null, tls: false }
  const address = { topology: 'standalone' as const, hosts, path: null, masterName: null, databases: [0], ...access }
  return createConnection({ address, database: 0, log, isReadOnly: false })
}
const isUp = () => connection.health().state === 'up'

function createLife(of = connection) {
  const chance = createChance(7)
  return createVisitors({
    connection: of,
    town: createTown({ connection: of, chance, now: Date.now }),
    chance,
    log,
    now: Date.now,
  })
}
async function sessionKeys(): Promise<string[]> {
  return (await client.keys('*')).filter((key) => /^(sess|session|rollcall-demo):/.test(key))
}

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  await client.flushall()
  connection = connect(redis.port)
  await until('the connection is up', isUp)
})
afterEach(() => connection.close())

test('the first tick fills the store with every kind of session', async () => {
  await createLife().tick()
  const keys = await sessionKeys()
  expect(keys.length).toBeGreaterThanOrEqual(180)
  expect(keys.length).toBeLessThanOrEqual(300)
  const types = await Promise.all(
    keys.map(async (key) => `${key.slice(0, key.indexOf(':'))} ${await client.type(key)}`),
  )
  expect(new Set(types)).toEqual(new Set(['sess string', 'session string', 'session hash', 'rollcall-demo string']))
  expect(await client.get('session:abc123')).toBe('{"userId":42,"name":"Alice"}')
})

test('a store that was filled before is not filled again', async () => {
  await createLife().tick()
  await client.unlink('session:abc123')
  const before = (await sessionKeys()).length
  await createLife().tick()
  expect(await client.exists('session:abc123')).toBe(0)
  expect((await sessionKeys()).length).toBe(before)
})

test('ten minutes of pretend life keeps the number of sessions within its bounds', async () => {
  const life = createLife()
  await life.tick()
  const counts: number[] = []
  for (let step = 0; step < 400; step++) {
    await life.tick()
    if (step % 20 === 0) counts.push((await sessionKeys()).length)
  }
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(180)
  expect(Math.max(...counts)).toBeLessThanOrEqual(300)
})

test('sessions that an operator ended are replaced by new ones and do not come back', async () => {
  const life = createLife()
  await life.tick()
  const ended = (await sessionKeys()).slice(0, 120)
  await client.unlink(...ended)
  let ticks = 0
  while ((await sessionKeys()).length < bounds.low && ticks < 200) {
    await life.tick()
    ticks += 1
  }
  expect((await sessionKeys()).length).toBeGreaterThanOrEqual(bounds.low)
  expect(await client.exists(...ended)).toBe(0)
})

test('no visit ever shortens a session that an operator extended', async () => {
  const life = createLife()
  await life.tick()
  const keys = (await sessionKeys()).filter((key) => key.startsWith('sess'))
  const far = Date.now() + 90 * 24 * 60 * 60_000
  for (const key of keys) await client.pexpireat(key, far)
  for (let step = 0; step < 60; step++) await life.tick()
  const ends = await Promise.all(keys.map((key) => client.pexpiretime(key)))
  expect(ends.filter((end) => end !== -2 && end !== far)).toEqual([])
})

test('while Redis is away nothing is tried, and life goes on when it is back', async () => {
  const life = createLife()
  await life.tick()
  await redis.kill()
  await until('the connection is down', () => connection.health().state === 'down')
  await life.tick()
  await redis.restart()
  await until('the connection is up again', isUp, 10_000)
  for (let step = 0; step < 40; step++) await life.tick()
  expect((await sessionKeys()).length).toBeGreaterThan(20)
})

test('a tick after close writes nothing', async () => {
  const life = createLife()
  life.close()
  await life.tick()
  expect(await client.dbsize()).toBe(0)
})

test('started, it fills the store by itself', async () => {
  const life = createLife()
  life.start()
  await until('the samples are there', async () => (await sessionKeys()).length > 180)
  life.close()
})

test('the embedded store does all of this too', async () => {
  const embedded = await createRedisServer({ port: 0 })
  const other = connect(embedded.port)
  try {
    await until('the connection is up', () => other.health().state === 'up')
    const faults: unknown[] = []
    const chance = createChance(7)
    const loud = { ...log, debug: (_event: string, fields?: object) => void faults.push(fields) }
    const town = createTown({ connection: other, chance, now: Date.now })
    const life = createVisitors({ connection: other, town, chance, log: loud, now: Date.now })
    for (let step = 0; step < 40; step++) await life.tick()
    expect(faults).toEqual([])
    expect(await other.client.dbsize()).toBeGreaterThan(180)
  } finally {
    await other.close()
    await embedded.close()
  }
})
