import type { Redis } from 'ioredis'
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
  await client.call('ACL', 'SETUSER', 'plain', ...user, '~*', '-@scripting')
  await client.call('ACL', 'SETUSER', 'simple', ...user, '~*', '-getrange')
  await client.call('ACL', 'SETUSER', 'blind', ...user, '~*', '-getrange', '-get')
  await client.call('ACL', 'SETUSER', 'few', ...user, '~sess:[^l]*')
})
afterAll(async () => {
  for (const connection of opened) await connection.close()
  await redis.stop()
})

async function open(username: string) {
  const connection = await connectTo(addressOf(redis, { username, password: 'pw' }))
  opened.push(connection)
  // Behind its own look at what a transaction may hold.
  await connection.transact(async () => {})
  return connection
}

async function readAs(username: string, names = keys) {
  const connection = await open(username)
  await redis.client().call('CONFIG', 'RESETSTAT')
  const readings = await readValues(connection, names, limitBytes)
  const stats = await redis.client().info('commandstats')
  const calls = (name: string) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0)
  const commands = Object.fromEntries(
    [...stats.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)]
      .filter(([, name = '']) => !beside.has(name))
      .map(([, name, count]) => [name, Number(count)]),
  )
  return { readings, calls, commands }
}
/** What the connection and the test itself ask meanwhile. */
const beside = new Set(['ping', 'info', 'config|resetstat', 'time', 'unwatch'])

test('what is there is read as it is: strings short, empty and cut, hashes, and nothing that is no session', async () => {
  const { readings, calls } = await readAs('plain')
  const kinds = readings.map((one) => (one === null || one === 'skipped' ? one : one.value.type))
  const [long, immortal] = [readings[3], readings[7]]
  expect(kinds).toEqual(['string', 'string', 'string', 'string', 'hash', 'skipped', null, 'string', 'string'])
  expect(readings[1]).toMatchObject({ sizeBytes: 0 })
  expect(long).toMatchObject({ sizeBytes: limitBytes + 10, value: { isTruncated: true } })
  expect(immortal).toMatchObject({ redisExpiresAt: null })
  expect(calls('eval') + calls('eval_ro')).toBe(0)
})

test('a thousand short strings cost two commands each and nothing more', async () => {
  const names = Array.from({ length: 1000 }, (_, index) => Buffer.from(`many:${index}`))
  await redis.client().mset(Object.fromEntries(names.map((name) => [name.toString(), '{"userId":42}'])))
  const { readings, commands } = await readAs('plain', names)
  expect(readings.every((one) => one !== null && one !== 'skipped' && one.sizeBytes === 13)).toBe(true)
  expect(commands).toEqual({ getrange: 1000, pexpiretime: 1000 })
})

test('of large values only few are asked for in one go', async () => {
  const names = Array.from({ length: 300 }, (_, index) => Buffer.from(`large:${index}`))
  const pipeline = redis.client().pipeline()
  for (const name of names) pipeline.set(name, 'x'.repeat(limitBytes + 1))
  await pipeline.exec()
  const connection = await open('plain')
  const sent: number[] = []
  const { stream } = connection.client as Redis
  const write = stream.write.bind(stream)
  stream.write = ((text: string, ...rest: []) => {
    sent.push((String(text).match(/GETRANGE/g) ?? []).length)
    return write(text, ...rest)
  }) as typeof stream.write
  await readValues(connection, names.slice(0, 50), limitBytes)
  await readValues(connection, names.slice(50), limitBytes)
  expect(Math.max(...sent.slice(1))).toBe(16)
})

test('one key that may not be read hides no other', async () => {
  const { readings } = await readAs('few')
  const plain = await readAs('plain')
  const open = keys.flatMap((key, at) => (key.toString().startsWith('sess:l') ? [] : [at]))
  expect(open.map((at) => readings[at])).toEqual(open.map((at) => plain.readings[at]))
})

test('who may read no string is told so: nothing is said to be gone or no session', async () => {
  const connection = await open('blind')
  await expect(readValues(connection, keys, limitBytes)).rejects.toThrow(/^NOPERM/)
  expect(await readValues(connection, [Buffer.from('sess:hash')], limitBytes)).toMatchObject([
    { value: { type: 'hash' } },
  ])
})

test('who may not use GETRANGE is read by GET', async () => {
  const { readings } = await readAs('simple')
  const plain = await readAs('plain')
  expect(readings).toEqual(plain.readings)
})
