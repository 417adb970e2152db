import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accountOf, makeAccount, readDenials } from '@/e2e/support/accounts'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { putSpringSession } from '@/e2e/support/spring-sessions'
import { formats } from '@/lib/formats'
import type { Source } from '@/lib/session/source'
import type { Connection } from './connection'
import { createSource } from './source'

const full = accountOf('rollcall-full')
const prefix = 'session:'
const key = Buffer.from('session:abc123')
let server: RedisServer
let changes = 0
const open: Connection[] = []

beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  for (const connection of open.splice(0)) await connection.close()
  await server.client().flushall()
})
afterAll(async () => {
  for (const connection of open) await connection.close()
  await server.stop()
})

/** The documented account without one thing, watching its sessions. */
async function without(gone: string, keys = full.keys): Promise<Connection> {
  const rest = (rules: string[]) => rules.filter((rule) => rule !== gone)
  await makeAccount(server.client(), { ...full, keys, commands: rest(full.commands), channels: rest(full.channels) })
  const connection = await connectTo(addressOf(server, { username: full.name, password: full.password }))
  open.push(connection)
  changes = 0
  connection.watch([prefix], () => {
    changes += 1
  })
  await until('the feed is known', () => connection.feed() !== 'none')
  return connection
}

function sourceOf(connection: Connection, own = prefix): Source {
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  return createSource({ connection, id: 'session', name: own, prefix: own, ...common })
}

const named = (command: string) => command.replace('|', ' ').toUpperCase()

// SELECT is for other databases: without it such a one is unavailable, and says so.
test.each(full.commands.filter((command) => command !== 'select'))(
  '%s taken away is missed by name',
  async (command) => {
    const connection = await without(command)
    await until(`${command} is missed`, () => connection.missing().includes(named(command)))
    expect(connection.missing()).toEqual([named(command)])
    expect(connection.health().state).toBe('up')
  },
)

test('of the whole line nothing is missed, and nothing that was asked is denied', async () => {
  const connection = await without('')
  await connection.transact(async () => {})
  expect(connection.missing()).toEqual([])
  await server.client().call('ACL', 'LOG', 'RESET')
  const again = await connectTo(addressOf(server, { username: full.name, password: full.password }))
  again.watch([prefix], () => {})
  open.push(again)
  await again.transact(async () => {})
  // Its first look came before it knew what is watched.
  expect((await readDenials(server.client(), full.name)).what).toEqual(['key rollcall:absent'])
})

test('without the channel of the feed that is named, and all is looked through instead', async () => {
  const connection = await without('__redis__:invalidate')
  expect(connection.feed()).toBe('rescan')
  expect(connection.missing()).toEqual(['SUBSCRIBE'])
})

test('without PING the feed stands, and a transaction has its connection', async () => {
  const connection = await without('ping')
  await until('it has begun', () => connection.feed() === 'tracking' && changes > 0)
  const begun = changes
  await server.client().set(key, '{"userId":42}', 'PX', 60_000)
  const start = connection.now()
  const id = await connection.transact((client) => client.call('CLIENT', 'ID'))
  // Longer than the watchdog waits for the answer to a PING.
  await until('three seconds have gone', () => connection.now() > start + 3000, 5000)
  expect(await connection.transact((client) => client.call('CLIENT', 'ID'))).toBe(id)
  expect(connection.feed()).toBe('tracking')
  expect(changes).toBe(begun + 1)
  expect(await sourceOf(connection).remove(key)).toBe('done')
})

test('without MULTI nothing is written that could not be taken back: times in payloads are left alone, by name', async () => {
  const connection = await without('multi')
  await until('it is missed', () => connection.missing().includes('MULTI'))
  const source = sourceOf(connection)
  expect(source.can).toEqual({ revoke: true, undo: true, extend: true, rewrite: false })
  await server
    .client()
    .set(key, '{"cookie":{"originalMaxAge":60000,"expires":"2030-01-01T00:00:00.000Z"}}', 'PX', 60_000)
  const stored = await source.readOne(key)
  if (stored === null) throw new Error('Not read')
  expect(source.planExtension(stored, connection.now() + 120_000)).toMatchObject({
    rewrite: null,
    notReached: expect.arrayContaining(['app-timeout']),
  })
  expect(await source.removeContested([key], () => null)).toEqual(['done'])
  expect(await server.client().exists(key)).toBe(0)
})

test('without HSET a hash is ended by its removal and extended by its time alone, and strings are rewritten as ever', async () => {
  const connection = await without('hset', ['spring:session:*', ...full.keys])
  await until('it is missed', () => connection.missing().includes('HSET'))
  const spring = await putSpringSession(server.client(), 'spring-indexed', 'signed-in', connection.now())
  const source = sourceOf(connection, 'spring:session:sessions:')
  const stored = await source.readOne(spring)
  if (stored === null) throw new Error('Not read')
  const untilAt = connection.now() + 3_600_000
  expect(source.planExtension(stored, untilAt)).toMatchObject({ rewrite: null, expiresAt: untilAt })
  expect(await source.remove(spring)).toBe('done')
  expect(await server.client().keys('*')).toEqual([])
  await server.client().set(key, '{"userId":42}', 'PX', 60_000)
  const string = await sourceOf(connection).readOne(key)
  if (string === null) throw new Error('Not read')
  const rewrite = { type: 'string', bytes: Buffer.from('{"userId":43}') } as const
  expect(await sourceOf(connection).replace(string.raw, rewrite)).toBe('done')
})

test('without HSET and DUMP there is no copy of a hash, so no undo of it is offered', async () => {
  await makeAccount(server.client(), {
    ...full,
    commands: full.commands.filter((command) => !['hset', 'dump'].includes(command)),
  })
  const connection = await connectTo(addressOf(server, { username: full.name, password: full.password }))
  open.push(connection)
  await until('both are missed', () => String(connection.missing()) === 'DUMP,HSET')
  await server.client().hset(key, { user_id: '42' })
  const source = sourceOf(connection)
  expect(await source.backUp(key, await source.readOne(key))).toBeNull()
  expect(await source.backUp(key)).toBeNull()
  await server.client().del(key)
  await server.client().set(key, '{"userId":42}')
  expect(await source.backUp(key)).not.toBeNull()
})

test('the command that was refused in a transaction is the one that is named', async () => {
  const connection = await without('exists')
  await server.client().hset(key, { user_id: '42' })
  const stored = await sourceOf(connection).readOne(key)
  if (stored === null) throw new Error('Not read')
  const fields: [Buffer, Buffer][] = [[Buffer.from('user_id'), Buffer.from('43')]]
  expect(await sourceOf(connection).replace(stored.raw, { type: 'hash', fields })).toEqual({
    denied: 'This Redis user may not run EXISTS here.',
  })
})

test('the hash that an end has emptied is not ended again', async () => {
  const connection = await without('', ['spring:session:*', ...full.keys])
  const source = sourceOf(connection, 'spring:session:sessions:')
  const spring = await putSpringSession(server.client(), 'spring-indexed', 'signed-in', connection.now())
  expect(await source.remove(spring)).toBe('done')
  await server.client().set('spring:session:sessions:expires:f532853d-2c40-4fd4-ab1d-ca6624738dc9', '')
  expect(await source.remove(spring)).toBe('gone')
  expect(await source.removeContested([spring], () => null)).toEqual(['gone'])
  expect(await server.client().exists('spring:session:sessions:expires:f532853d-2c40-4fd4-ab1d-ca6624738dc9')).toBe(1)
})

test('without STRLEN a long string is listed by its beginning, and said to be cut', async () => {
  const connection = await without('strlen')
  await server.client().set(key, JSON.stringify({ userId: 42, notes: 'A'.repeat(100_000) }), 'PX', 60_000)
  const [session] = await sourceOf(connection).read([key])
  expect(session).toMatchObject({ principal: '42', isTruncated: true })
})
