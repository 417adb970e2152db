import type { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { freePort, type RedisServer, type StartOptions, startRedis, until } from '@/e2e/support/redis'
import { startCluster, startSentinel } from '@/e2e/support/topology'
import { createConnection } from './connect'
import type { Connection } from './connection'
import { openClient } from './options'

const open: { close?(): Promise<void>; stop?(): Promise<void> }[] = []

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await (thing.close?.() ?? thing.stop?.())
})

function keep<T extends (typeof open)[number]>(thing: T): T {
  open.push(thing)
  return thing
}

async function serve(options: StartOptions = {}): Promise<RedisServer> {
  return keep(await startRedis(options))
}

test('a server that stands still is noticed within 3.5 seconds, and its return heals without a restart', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  server.pause()
  await until('it is seen to be down', () => connection.health().state === 'down', 3500)
  expect(connection.health().reason).toBe('no answer')
  server.resume()
  await until('it is up again', () => connection.health().state === 'up', 5000)
})

test('a restarted server is joined within 5 seconds', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  await server.kill()
  await until('it is seen to be down', () => connection.health().state === 'down', 1000)
  await server.restart()
  await until('it is up again', () => connection.health().state === 'up', 5000)
})

test('a server that comes up later is joined, and until then nothing throws', async () => {
  const port = await freePort()
  const address = addressOf(null, { hosts: [{ host: '127.0.0.1', port }] })
  const connection = keep(createConnection({ address, database: 0, log: silent, isReadOnly: false }))
  await until('it is down', () => connection.health().state === 'down')
  expect(connection.health().reason).toBe('refused')
  await serve({ port })
  await until('it is up', () => connection.health().state === 'up', 5000)
})

test('a command given while Redis is away is refused at once and never carried out later', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  await server.kill()
  await until('it is seen to be down', () => connection.health().state === 'down')
  await expect(connection.client.set('late', '1')).rejects.toThrow()
  await server.restart()
  await until('it is up again', () => connection.health().state === 'up')
  await connection.client.ping()
  expect(await server.client().exists('late')).toBe(0)
})

test('a command in flight when the socket closes is rejected then, and not sent again', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  const other = server.client()
  await other.set('count', '0')
  server.pause()
  const sent = connection.client.incr('count').catch((error: Error) => error)
  await server.kill()
  expect(await sent).toBeInstanceOf(Error)
  await server.restart()
  await until('it is up again', () => connection.health().state === 'up')
  await connection.client.ping()
  expect(await other.get('count')).toBeNull()
})

test.each([
  ['no password', {}, 'a password is needed'],
  ['a wrong password', { password: 'wrong' }, 'wrong password'],
])('%s is said as the reason', async (_name, told, reason) => {
  const server = await startRedisWithPassword()
  const address = addressOf(server, told)
  const connection = keep(createConnection({ address, database: 0, log: silent, isReadOnly: false }))
  await until('it is down', () => connection.health().state === 'down')
  expect(connection.health().reason).toBe(reason)
})

async function startRedisWithPassword(): Promise<RedisServer> {
  const server = await serve()
  await server.client().config('SET', 'requirepass', 'a password for tests')
  return server
}

test('a database that does not exist is no reason to work in another', async () => {
  const server = await serve()
  const address = addressOf(server, { databases: [99] })
  const connection = keep(createConnection({ address, database: 99, log: silent, isReadOnly: false }))
  await until('it is down', () => connection.health().state === 'down')
  expect(connection.health().reason).toBe('no such database')
})

test('a server that is no Redis is said to be down', async () => {
  const { createServer } = await import('node:http')
  const http = createServer().listen(0, '127.0.0.1')
  await until('it listens', () => http.listening)
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const told = addressOf(null, { hosts: [{ host: '127.0.0.1', port }] })
  const connection = keep(createConnection({ address: told, database: 0, log: silent, isReadOnly: false }))
  await until('it is down', () => connection.health().state === 'down', 5000)
  http.close()
  http.closeAllConnections()
})

test('a user with all rights misses nothing', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  expect(connection.missing()).toEqual([])
})

test('with read only no write is probed: they are off, and not called missing', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server), { isReadOnly: true }))
  expect(connection.capabilities()).toMatchObject({
    unlink: false,
    set: false,
    restore: false,
    expire: false,
    tracking: true,
  })
  expect(connection.missing()).toEqual([])
})

test('probing changes nothing', async () => {
  const server = await serve()
  keep(await connectTo(addressOf(server)))
  expect(await server.client().dbsize()).toBe(0)
})

test('a read-only replica stays up and its writes count as refused', async () => {
  const primary = await serve()
  const replica = await serve({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
  const connection = keep(await connectTo(addressOf(replica)))
  expect(connection.capabilities()).toMatchObject({ unlink: false, set: false })
  expect(connection.missing()).toContain('SET')
})

test('the clock is that of Redis, also when the local one is wrong', async () => {
  const server = await serve()
  const connection = keep(await connectTo(addressOf(server)))
  const [seconds] = await server.client().time()
  expect(Math.abs(connection.now() - Number(seconds) * 1000)).toBeLessThan(1500)
})

test('a unix socket works', async () => {
  const server = await serve({ unixSocket: true })
  const connection = keep(await connectTo(addressOf(null, { topology: 'unix', path: server.socketPath })))
  expect(await connection.client.ping()).toBe('PONG')
})

test('TLS works with a trusted certificate, and is refused with any other', async () => {
  const server = await serve({ tls: true })
  const address = addressOf(server, { tls: true })
  const connection = keep(await connectTo(address, { ca: server.ca ?? '' }))
  expect(await connection.client.ping()).toBe('PONG')
  const strict: Connection = keep(createConnection({ address, database: 0, log: silent, isReadOnly: false }))
  await until('it is down', () => strict.health().state === 'down')
  expect(strict.health().reason).toBe('its certificate is not trusted')
})

test('a cluster is up, tells of changes on every primary, and a primary that stands still is noticed', async () => {
  const cluster = keep(await startCluster())
  const connection = keep(await connectTo(addressOf(null, { topology: 'cluster', hosts: cluster.hosts })))
  const told = new Set<string>()
  connection.watch(['session:'], (change) => {
    if (change !== 'everything') for (const key of change.keys) told.add(key.toString())
  })
  await until('the feed is armed', () => connection.feed() === 'tracking')
  const keys = Array.from({ length: 30 }, (_, index) => `session:${index}`)
  for (const key of keys) await connection.client.set(key, '{}')
  await until('every change was told', () => keys.every((key) => told.has(key)))
  cluster.nodes[1]?.pause()
  await until('it is down', () => connection.health().state === 'down', 3500)
  cluster.nodes[1]?.resume()
  await until('it is up', () => connection.health().state === 'up', 5000)
})

test('the news of a failover that comes while the primary is looked for ends nothing', async () => {
  const hosts = [{ host: '127.0.0.1', port: await freePort() }]
  const address = { ...addressOf(null), topology: 'sentinel' as const, hosts, masterName: 'main' }
  const client = openClient(address, 0, () => false) as Redis
  client.on('error', () => {})
  const ended = new Promise((resolve) => client.once('end', resolve))
  client.connect().catch(() => {})
  await until('it looks for the primary', () => client.status === 'connecting')
  // What ioredis does itself at that news.
  ;(client as unknown as { connector: { disconnect(): void } }).connector.disconnect()
  await ended
  await until('it looks again', () => client.status === 'connecting')
  client.disconnect()
})

test('behind a Sentinel the new primary is followed, with its feed', async () => {
  const sentinel = keep(await startSentinel())
  const told = { topology: 'sentinel' as const, hosts: sentinel.hosts, masterName: sentinel.masterName }
  const connection = keep(await connectTo(addressOf(null, told)))
  let resyncs = 0
  connection.watch(['session:'], (change) => {
    if (change === 'everything') resyncs += 1
  })
  await until('the feed is armed', () => connection.feed() === 'tracking')
  const before = resyncs
  await sentinel.failOver()
  await until(
    'it is up at the new primary',
    async () => {
      if (connection.health().state !== 'up') return false
      const info = await connection.client.info().catch(() => '')
      return info.includes(`tcp_port:${sentinel.replica.port}\r`)
    },
    20_000,
  )
  await until('the feed is armed there', () => resyncs > before && connection.feed() === 'tracking')
  await connection.client.set('session:after', '{}')
  expect(await sentinel.replica.client().get('session:after')).toBe('{}')
}, 60_000)
