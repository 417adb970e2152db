import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { Connection } from './connection'
import { shortest } from './tracking'

let server: RedisServer
let connection: Connection
let told: string[]
let resyncs: number

beforeEach(async () => {
  server = await startRedis()
  connection = await connectTo(addressOf(server))
  told = []
  resyncs = 0
})

afterEach(async () => {
  await connection.close()
  await server.stop()
})

async function watch(...prefixes: string[]) {
  const stop = connection.watch(prefixes, (change) => {
    if (change === 'everything') resyncs += 1
    else told.push(...change.keys.map((key) => key.toString('latin1')))
  })
  await until('the feed is armed', () => connection.feed() === 'tracking')
  return stop
}

async function expectTold(key: string) {
  await until(`${key} is told`, () => told.includes(key), 2000)
}

test('SET, EXPIRE and UNLINK are told, and again after the tracking socket was killed', async () => {
  await watch('session:')
  const client = server.client()
  await client.set('session:a', '{}')
  await expectTold('session:a')
  for (const change of [() => client.pexpire('session:a', 60_000), () => client.unlink('session:a')]) {
    told = []
    await change()
    await expectTold('session:a')
  }
  const before = resyncs
  await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await until('the loss and the new arming are told', () => resyncs >= before + 2 && connection.feed() === 'tracking')
  await client.set('session:b', '{}')
  await expectTold('session:b')
})

test('a flush is told as everything', async () => {
  await watch('session:')
  await server.client().set('session:a', '{}')
  const before = resyncs
  await server.client().flushall()
  await until('everything is told', () => resyncs > before)
})

test('keys with commas and bytes that are no text arrive intact', async () => {
  await watch('session:')
  const key = Buffer.from('session:a,b\xff\x00', 'latin1')
  await server.client().set(key, '{}')
  await expectTold(key.toString('latin1'))
})

test('prefixes that overlap are watched by the shortest, and each watcher hears only of its own', async () => {
  const long: string[] = []
  connection.watch(['session:app:'], (change) => {
    if (change !== 'everything') long.push(...change.keys.map(String))
  })
  await watch('session:')
  await server.client().mset('session:a', '1', 'session:app:b', '2')
  await expectTold('session:app:b')
  await expectTold('session:a')
  expect(long).toEqual(['session:app:b'])
})

test('a prefix that is watched later is heard too', async () => {
  await watch('session:')
  await watch('koa:sess:')
  await until('the feed is armed anew', async () => {
    told = []
    await server.client().set('koa:sess:a', '{}')
    return told.includes('koa:sess:a')
  })
})

test('keys outside the prefixes are not told', async () => {
  await watch('session:')
  await server.client().mset('other:a', '1', 'session:z', '1')
  await expectTold('session:z')
  expect(told).not.toContain('other:a')
})

test('after the server stood still changes are told again', async () => {
  await watch('session:')
  server.pause()
  await until('it is seen to be down', () => connection.health().state === 'down', 4000)
  server.resume()
  await until('the feed is armed', () => connection.feed() === 'tracking' && connection.health().state === 'up')
  await server.client().set('session:a', '{}')
  await expectTold('session:a')
})

test('where tracking is refused the feed is said to be re-scans', async () => {
  await server.client().call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '+@all', '-client|tracking')
  const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
  few.watch(['session:'], () => {})
  await until('the feed is known', () => few.feed() === 'rescan')
  expect(few.missing()).toEqual(['CLIENT TRACKING'])
  await few.close()
})

test.each([
  ['K$ghx', 'events'],
  ['Kx', 'rescan'],
  ['', 'rescan'],
])('where tracking is refused and the server sends keyspace events %j, the feed is %s', async (notify, feed) => {
  await server.client().config('SET', 'notify-keyspace-events', notify)
  await server.client().call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '&*', '+@all', '-client|tracking')
  const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
  const told = new Set<string>()
  few.watch(['session:'], (change) => {
    if (change !== 'everything') for (const key of change.keys) told.add(key.toString())
  })
  await until('it listens', async () => Number(await server.client().call('PUBSUB', 'NUMPAT')) > 0)
  expect(few.feed()).toBe('rescan')
  await server.client().set('session:a[1]', '{}', 'EX', 60)
  await server.client().set('other:b', '{}', 'EX', 60)
  await server.client().set('session:gone', '{}', 'PX', 1)
  await server.client().hset('session:hash', 'a', '1')
  await server.client().del('session:hash')
  if (feed === 'events') {
    await until('all were told', () => ['session:a[1]', 'session:hash'].every((key) => told.has(key)))
  }
  await until('the feed is known', () => few.feed() === feed)
  expect(told.has('other:b')).toBe(false)
  await few.close()
  await server.client().config('SET', 'notify-keyspace-events', '')
})

test('where the channel is refused the feed is said to be re-scans', async () => {
  await server.client().call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '+@all', 'resetchannels')
  const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
  few.watch(['session:'], () => {})
  await until('the feed is known', () => few.feed() === 'rescan')
  expect(few.capabilities().tracking).toBe(false)
  await few.close()
})

test('the shortest of overlapping prefixes are kept', () => {
  expect(shortest(['sess:', 'session:', 'session:app:', 'sess:'])).toEqual(['sess:', 'session:'])
  expect(shortest(['', 'session:'])).toEqual([''])
})
