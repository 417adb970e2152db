import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import type { Connection } from './connection'
import { readValues } from './read'

const limitBytes = 64 * 1024
const keys = ['string', 'empty', 'number', 'long', 'hash', 'list', 'gone', 'immortal', 'ünïcode'].map((name) =>
  Buffer.from(`sess:${name}`),
)
let redis: RedisServer
const opened: Connection[] = []

beforeAll(async () => {
  redis = await startRedis()
  const client = redis.client()
  const lasting = ['PX', 600_000] as const
  await client.set('sess:string', '{"userId":42}', ...lasting)
  await client.set('sess:empty', '', ...lasting)
  await client.set('sess:number', '42', ...lasting)
  await client.set('sess:long', 'x'.repeat(limitBytes + 10), ...lasting)
  await client.hset('sess:hash', { userId: '42', name: 'Alice' })
  await client.rpush('sess:list', 'a')
  await client.set('sess:immortal', '{}')
  await client.set('sess:ünïcode', '{}', ...lasting)
  const user = ['on', '>pw', '+@all', '&*'] as const
  await client.call('ACL', 'SETUSER', 'fast', ...user, '~*')
  await client.call('ACL', 'SETUSER', 'older', ...user, '~*', '-eval_ro')
  await client.call('ACL', 'SETUSER', 'plain', ...user, '~*', '-@scripting')
  await client.call('ACL', 'SETUSER', 'few', ...user, '~sess:[^l]*')
})
afterAll(async () => {
  for (const connection of opened) await connection.close()
  await redis.stop()
})

async function readAs(username: string) {
  const connection = await connectTo(addressOf(redis, { username, password: 'pw' }))
  opened.push(connection)
  await redis.client().call('CONFIG', 'RESETSTAT')
  const readings = await readValues(connection, keys, limitBytes)
  const stats = await redis.client().info('commandstats')
  const calls = (name: string) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0)
  return { connection, readings, calls }
}

test('with a script, with the older command for it and without any, the same is read', async () => {
  const fast = await readAs('fast')
  expect(fast.calls('eval_ro')).toBe(1)
  const older = await readAs('older')
  expect(older.calls('eval')).toBe(1)
  const plain = await readAs('plain')
  expect(plain.calls('eval') + plain.calls('eval_ro')).toBe(0)
  expect(plain.connection.capabilities().script).toBeNull()
  expect(fast.readings).toEqual(plain.readings)
  expect(older.readings).toEqual(plain.readings)
  const kinds = plain.readings.map((one) => (one === null || one === 'skipped' ? one : one.value.type))
  const [long, immortal] = [plain.readings[3], plain.readings[7]]
  expect(kinds).toEqual(['string', 'string', 'string', 'string', 'hash', 'skipped', null, 'string', 'string'])
  expect(long).toMatchObject({ sizeBytes: limitBytes + 10, value: { isTruncated: true } })
  expect(immortal).toMatchObject({ redisExpiresAt: null })
})

test('to run no script is nothing that is missing', async () => {
  expect((await readAs('plain')).connection.missing()).toEqual([])
})

test('one key that may not be read hides no other, with a script as without', async () => {
  const { readings, connection } = await readAs('few')
  expect(connection.capabilities().script).toBe('EVAL_RO')
  const plain = await readAs('plain')
  const open = keys.flatMap((key, at) => (key.toString().startsWith('sess:l') ? [] : [at]))
  expect(open.map((at) => readings[at])).toEqual(open.map((at) => plain.readings[at]))
})
