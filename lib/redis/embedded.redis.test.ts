import { createRedisServer, type RedisServerHandle } from 'js-redis-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { freePort, until } from '@/e2e/support/redis'
import { formats } from '@/lib/formats'
import { rawOf } from '@/lib/formats/conformance'
import type { Source } from '@/lib/session/source'
import type { Connection } from './connection'
import { createSource } from './source'

const key = Buffer.from('session:abc123')
const alice = '{"userId":42,"name":"Alice"}'

let server: RedisServerHandle
let connection: Connection
let source: Source

beforeEach(async () => {
  const port = await freePort()
  server = await createRedisServer({ port })
  connection = await connectTo(addressOf(null, { hosts: [{ host: '127.0.0.1', port }] }))
  const fixed = { id: 'session', name: 'session:', prefix: 'session:', origin: 'built-in' as const, pinnedFormat: null }
  source = createSource({ ...fixed, connection, siblings: () => [], formats, isReadOnly: false })
})

afterEach(async () => {
  await connection.close()
  await server.close()
})

test('the embedded store has no feed and says so', async () => {
  connection.watch(['session:'], () => {})
  await until('the feed is known', () => connection.feed() === 'rescan')
  expect(connection.missing()).toContain('CLIENT TRACKING')
  expect(connection.missing()).toContain('DUMP')
})

test('in the embedded store sessions are scanned, read, extended, ended and brought back', async () => {
  const endsAt = connection.now() + 60_000
  await connection.client.set(key, alice, 'PX', 60_000)
  const found: string[] = []
  for await (const batch of source.scan(new AbortController().signal)) found.push(...batch.map(String))
  expect(found).toEqual([key.toString()])
  const [session] = await source.read([key])
  if (!session || session === 'skipped') throw new Error('Not read')
  expect(session).toMatchObject({ principal: '42', sizeBytes: alice.length })
  expect(Math.abs((session.expiresAt ?? 0) - endsAt)).toBeLessThan(1000)
  expect(source.can).toEqual({ revoke: true, undo: true, extend: true, rewrite: true })
  expect(await source.expire(key, endsAt + 60_000)).toBe('done')
  const backup = await source.backUp(key)
  if (backup === null) throw new Error('No backup')
  expect(await source.remove(key)).toBe('done')
  expect(await source.restore(backup)).toBe('done')
  expect(await source.restore(backup)).toBe('conflict')
  expect(
    await source.replace(
      { ...rawOf(Buffer.from(alice)), key },
      { type: 'string', bytes: Buffer.from('{"userId":43}') },
    ),
  ).toBe('done')
  expect((await source.read([key]))[0]).toMatchObject({ principal: '43' })
})

test('in the embedded store a hash comes back with its end', async () => {
  await connection.client.hset(key, 'userId', '42')
  await connection.client.pexpire(key, 60_000)
  const backup = await source.backUp(key)
  if (backup === null) throw new Error('No backup')
  expect(await source.remove(key)).toBe('done')
  expect(await source.restore(backup)).toBe('done')
  const [session] = await source.read([key])
  expect(session).toMatchObject({ principal: '42', sizeBytes: 8 })
})
