import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { startCluster } from '@/e2e/support/topology'
import { formats } from '@/lib/formats'
import { rawOf } from '@/lib/formats/conformance'
import { isUnanswered, type Source } from '@/lib/session/source'
import type { Connection } from './connection'
import { createSource } from './source'

const minuteMs = 60_000
const key = Buffer.from('session:abc123')
const alice = '{"userId":42,"name":"Alice"}'

let server: RedisServer
let connection: Connection
let source: Source
let client: Redis

beforeEach(async () => {
  server = await startRedis()
  client = server.client()
  connection = await connectTo(addressOf(server))
  source = sourceOn(connection)
})

afterEach(async () => {
  await connection.close()
  await server.stop()
})

function sourceOn(
  over: Connection,
  more: { siblings?: () => string[]; isReadOnly?: boolean; prefix?: string } = {},
): Source {
  const fixed = { id: 'session', name: 'session:', prefix: 'session:', origin: 'built-in' as const, pinnedFormat: null }
  return createSource({ ...fixed, connection: over, siblings: () => [], formats, isReadOnly: false, ...more })
}

async function scanAll(scanned: Source): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const batch of scanned.scan(new AbortController().signal)) {
    for (const found of batch) keys.add(found.toString('latin1'))
  }
  return keys
}

describe('reading', () => {
  test('a session is decoded with its person, its size and its end', async () => {
    await client.set(key, alice, 'PX', minuteMs)
    const [session] = await source.read([key])
    if (!session || session === 'skipped') throw new Error('Not read')
    expect(session).toMatchObject({ principal: '42', label: 'Alice', sizeBytes: alice.length, isReadable: true })
    expect(session.expiresAt).toBe(await client.pexpiretime(key))
  })

  test('what has no end, is binary, is gone, is a list and is not ours comes as it is, in order', async () => {
    await client.mset('session:persistent', alice, 'session:empty', '', 'other:x', alice)
    await client.set('session:binary', Buffer.from([0, 255, 1]))
    await client.rpush('session:list', 'x')
    const names = ['session:persistent', 'session:binary', 'session:none', 'session:list', 'other:x', 'session:empty']
    const found = await source.read(names.map((name) => Buffer.from(name)))
    expect(found[0]).toMatchObject({ expiresAt: null, principal: '42' })
    expect(found[1]).toMatchObject({ isReadable: false, sizeBytes: 3 })
    expect(found.slice(2, 5)).toEqual([null, 'skipped', null])
    expect(found[5]).toMatchObject({ sizeBytes: 0 })
  })

  test('an end that no date can hold is the last one that a date can, and the session comes back from a removal', async () => {
    await client.set(key, alice)
    await client.call('PEXPIREAT', key, '9223372036854775806')
    const stored = await source.readOne(key)
    expect(stored?.session.expiresAt).toBe(8.64e15)
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    await source.remove(key)
    expect(await source.restore(backup)).toBe('done')
    expect(await client.pexpiretime(key)).toBe(8.64e15)
  })

  test('a credential, or the session’s own id, is nobody’s name', async () => {
    const id = 'canary-0123456789abcdef'
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'
    await client.mset(`session:${id}`, JSON.stringify({ userId: id, name: `Alice ${id}` }))
    await client.set('session:jwt', JSON.stringify({ v: 1, user: jwt, name: 'Bearer abcdefgh1234', username: 'alice' }))
    const found = await source.read([Buffer.from(`session:${id}`), Buffer.from('session:jwt')])
    expect(found[0]).toMatchObject({ principal: null, label: null, isReadable: true })
    expect(found[1]).toMatchObject({ principal: 'alice', label: 'alice' })
  })

  test('of a large value 64 KiB are read and the size is the whole', async () => {
    const large = JSON.stringify({ userId: 42, name: 'Alice', data: 'x'.repeat(200_000) })
    await client.set(key, large)
    const [session] = await source.read([key])
    expect(session).toMatchObject({ sizeBytes: large.length, isTruncated: true })
    const stored = await source.readOne(key)
    expect(stored?.raw.value).toMatchObject({ isTruncated: false })
  })

  test('a hash is read with its fields, and its size is names and values', async () => {
    await client.hset(key, 'userId', '42', 'name', 'Alice')
    const stored = await source.readOne(key)
    expect(stored?.sizeBytes).toBe('userId42nameAlice'.length)
    expect(stored?.session.principal).toBe('42')
  })

  test('a hash with a large field and one with many fields are bounded', async () => {
    await client.hset('session:large', 'userId', '42', 'big', 'x'.repeat(100_000))
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`field${index}`, 'x']))
    await client.hset('session:many', many)
    const [large, wide] = await source.read([Buffer.from('session:large'), Buffer.from('session:many')])
    expect(large).toMatchObject({ sizeBytes: 100_011, isTruncated: true })
    expect(wide).toMatchObject({ isTruncated: true })
  })

  test('reading many fields and values that are slow to decode keeps nobody waiting', async () => {
    const fields = Object.fromEntries(Array.from({ length: 999 }, (_, field) => [`field${field}`, 'x']))
    const slow = JSON.stringify({ userId: 1, list: Array(20_000).fill(1) })
    const keys = Array.from({ length: 400 }, (_, index) => Buffer.from(`session:${index}`))
    const writing = client.pipeline()
    for (const [index, name] of keys.entries()) {
      if (index % 2 === 0) writing.hset(name, fields)
      else writing.set(name, slow)
    }
    await writing.exec()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const sessions = await source.read(keys)
    delay.disable()
    expect(sessions.every((session) => session !== null && session !== 'skipped' && session.isReadable)).toBe(true)
    // At once they hold the process for two seconds.
    expect(delay.max / 1e6).toBeLessThan(700)
  })

  test('a large field of a hash hides none of the small ones, wherever it stands', async () => {
    const small = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field${index}`, 'x']))
    await client.hset(key, { ...small, big: 'x'.repeat(2_000_000) })
    const stored = await source.readOne(key)
    const names = stored?.raw.value.type === 'hash' ? stored.raw.value.fields.map(([name]) => String(name)) : []
    expect(names.sort()).toEqual(Object.keys(small).sort())
  })

  test('more keys than one batch are read in order', async () => {
    const names = Array.from({ length: 1200 }, (_, index) => `session:${index}`)
    await client.mset(Object.fromEntries(names.map((name, index) => [name, JSON.stringify({ userId: index })])))
    const found = await source.read(names.map((name) => Buffer.from(name)))
    expect(found.map((session) => (session && session !== 'skipped' ? session.principal : null))).toEqual(
      names.map((_, index) => String(index)),
    )
  })

  test('a change in another database is read back from ours', async () => {
    await client.set(key, alice)
    const other = server.client({ db: 1 })
    const changed: string[] = []
    connection.watch(['session:'], (change) => {
      if (change !== 'everything') changed.push(...change.keys.map(String))
    })
    await until('the feed is armed', () => connection.feed() === 'tracking')
    await other.set(key, '{"userId":7}')
    await until('it is told', () => changed.includes(key.toString()))
    expect((await source.read([key]))[0]).toMatchObject({ principal: '42' })
  })

  test('a source leaves the keys of a longer prefix to its sibling', () => {
    const longer = ['session:app:']
    const shared = sourceOn(connection, { siblings: () => longer })
    expect(shared.owns(Buffer.from('session:a'))).toBe(true)
    expect(shared.owns(Buffer.from('session:app:a'))).toBe(false)
  })

  test.each(['', 'rollcall'])(
    'Rollcall’s own keys are nobody’s sessions, even under the prefix "%s"',
    async (prefix) => {
      const own = ['rollcall:secret', 'rollcall:admin', 'rollcall:console:x'].map((name) => Buffer.from(name))
      for (const name of own) await client.set(name, alice, 'PX', minuteMs)
      await client.set('rollcall-demo:x', alice, 'PX', minuteMs)
      const wide = sourceOn(connection, { prefix })
      expect([...(await scanAll(wide))]).toEqual(['rollcall-demo:x'])
      expect(await wide.read(own)).toEqual([null, null, null])
      for (const name of own) {
        expect(wide.owns(name)).toBe(false)
        expect(await wide.readOne(name)).toBeNull()
        expect(await wide.remove(name)).toBe('gone')
        expect(await wide.expire(name, Date.now() + 2 * minuteMs)).toBe('gone')
      }
      expect(await client.exists(...own)).toBe(own.length)
    },
  )

  test('a user without access to some keys reads the others', async () => {
    await client.mset('session:mine', alice, 'session:theirs', alice)
    await client.call('ACL', 'SETUSER', 'few', 'on', '>secret', '~session:mine', '+@all')
    const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
    const found = await sourceOn(few).read([Buffer.from('session:mine'), Buffer.from('session:theirs')])
    expect(found[0]).toMatchObject({ principal: '42' })
    expect(found[1]).toBe('skipped')
    await few.close()
  })
})

describe('scanning', () => {
  test('every key that was there all along is found while others come and go', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `session:stable:${index}`)
    await client.mset(Object.fromEntries(names.map((name) => [name, '1'])))
    let isDone = false
    const writer = (async () => {
      for (let turn = 0; !isDone; turn += 1) {
        await client.mset(
          Object.fromEntries(names.slice(0, 200).map((_, index) => [`session:new:${turn}:${index}`, '1'])),
        )
        await client.unlink(...names.slice(0, 200).map((_, index) => `session:new:${turn - 1}:${index}`))
      }
    })()
    const found = await scanAll(source)
    isDone = true
    await writer
    expect(names.filter((name) => !found.has(name))).toEqual([])
  })

  test('characters that mean something in a pattern mean themselves in a prefix', async () => {
    await client.mset('se*s?[a]:1', 'x', 'sexsxa:2', 'x')
    expect([...(await scanAll(sourceOn(connection, { prefix: 'se*s?[a]:' })))]).toEqual(['se*s?[a]:1'])
  })

  test('a scan that Redis was restarted under throws', async () => {
    await client.mset(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`session:${index}`, '1'])))
    const walk = source.scan(new AbortController().signal)[Symbol.asyncIterator]()
    await walk.next()
    await server.restart()
    await until('it is up again', () => connection.health().state === 'up')
    const rest = async () => {
      while (!(await walk.next()).done);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'source-unavailable' })
  })

  test('a scan ends when it is told to', async () => {
    await client.mset(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`session:${index}`, '1'])))
    const abort = new AbortController()
    const walk = source.scan(abort.signal)[Symbol.asyncIterator]()
    await walk.next()
    abort.abort()
    await expect(walk.next()).rejects.toThrow()
  })

  test('twelve sources are scanned at once over one connection without a warning of Node, and each sees it lost', async () => {
    const warnings: string[] = []
    const note = (warning: Error) => void warnings.push(warning.name)
    process.on('warning', note)
    const sources = Array.from({ length: 12 }, (_, at) => sourceOn(connection, { prefix: `shop${at}:` }))
    for (const { prefix } of sources) await client.set(`${prefix}a`, alice)
    const scans = sources.map((one) => one.scan(new AbortController().signal)[Symbol.asyncIterator]())
    // Each stands in the midst of its walk.
    await Promise.all(scans.map((scan) => scan.next()))
    // The same server: only the lost socket tells.
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await until('the connection is up again', async () => (await connection.client.ping().catch(() => '')) === 'PONG')
    const ends = await Promise.allSettled(scans.map(async (scan) => scan.next()))
    // What Node warns of is told in the next turn.
    await new Promise(setImmediate)
    process.off('warning', note)
    expect(warnings).toEqual([])
    expect(ends.map(({ status }) => status)).toEqual(sources.map(() => 'rejected'))
  })

  test('the estimate is the number of keys', async () => {
    await client.mset('session:a', '1', 'b', '2')
    expect(await source.readEstimate()).toBe(2)
  })
})

describe('removing and bringing back', () => {
  test.each([
    ['a string with an end', () => client.set(key, alice, 'PX', minuteMs)],
    ['a string without an end', () => client.set(key, alice)],
    ['a string of bytes', () => client.set(key, Buffer.from([0, 255, 10]), 'PX', minuteMs)],
    [
      'a hash with an end',
      async () => {
        await client.hset(key, 'userId', '42', 'name', 'Alice')
        await client.pexpire(key, minuteMs)
      },
    ],
  ])('%s comes back byte for byte with its end', async (_name, make) => {
    await make()
    const before = [await client.dumpBuffer(key), await client.pexpiretime(key)]
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    expect(await source.remove(key)).toBe('done')
    expect(await client.exists(key)).toBe(0)
    expect(await source.restore(backup)).toBe('done')
    expect([await client.dumpBuffer(key), await client.pexpiretime(key)]).toEqual(before)
  })

  test.each([
    ['a string', () => client.set(key, alice, 'PX', minuteMs)],
    [
      'a hash',
      async () => {
        await client.hset(key, 'userId', '42', 'name', 'Alice')
        await client.pexpire(key, minuteMs)
      },
    ],
  ])('%s comes back with its end also where DUMP and RESTORE are refused', async (_name, make) => {
    await client.call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '&*', '+@all', '-dump', '-restore')
    const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
    const limited = sourceOn(few)
    await make()
    const before = [await client.dumpBuffer(key), await client.pexpiretime(key)]
    const backup = await limited.backUp(key)
    if (backup === null) throw new Error('No backup')
    await client.unlink(key)
    expect(limited.can.undo).toBe(true)
    expect(await limited.restore(backup)).toBe('done')
    expect([await client.dumpBuffer(key), await client.pexpiretime(key)]).toEqual(before)
    expect(await limited.restore(backup)).toBe('conflict')
    await few.close()
  })

  test('a key that exists is not overwritten, and one whose end has passed stays gone', async () => {
    await client.set(key, alice, 'PX', minuteMs)
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    await client.set(key, 'newer')
    expect(await source.restore(backup)).toBe('conflict')
    expect(await client.get(key)).toBe('newer')
    expect(await source.restore({ ...backup, redisExpiresAt: connection.now() - 1 })).toBe('gone')
  })

  test('what is not there is gone, for a removal and for a backup', async () => {
    expect(await source.remove(key)).toBe('gone')
    expect(await source.backUp(key)).toBeNull()
  })

  test('a key of another source or of another type is not removed', async () => {
    await client.set('other:a', 'x')
    await client.rpush('session:list', 'x')
    expect(await source.remove(Buffer.from('other:a'))).toBe('gone')
    expect(await source.remove(Buffer.from('session:list'))).toBe('gone')
    expect(await client.dbsize()).toBe(2)
  })

  test('a key larger than the limit is not copied', async () => {
    await client.set(key, Buffer.alloc(9 * 1024 * 1024))
    expect(await source.backUp(key)).toBeNull()
  })

  test('a removal falls back to DEL, and says which command was refused when there is none', async () => {
    await client.call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '&*', '+@all', '-unlink')
    const few = await connectTo(addressOf(server, { username: 'few', password: 'secret' }))
    await client.set(key, alice)
    expect(await sourceOn(few).remove(key)).toBe('done')
    await client.call('ACL', 'SETUSER', 'few', '-del')
    await client.set(key, alice)
    expect(await sourceOn(few).remove(key)).toEqual({ denied: 'This Redis user may not run DEL here.' })
    await few.close()
  })

  test('at full memory a removal works and a restoration says why it does not', async () => {
    await client.set(key, alice)
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    await client.config('SET', 'maxmemory', '1')
    expect(await source.remove(key)).toBe('done')
    expect(await source.restore(backup)).toEqual({ denied: 'Redis is out of memory and refused RESTORE.' })
  })

  test('set to read only nothing is written', async () => {
    await client.set(key, alice)
    const frozen = sourceOn(connection, { isReadOnly: true })
    expect(frozen.can).toEqual({ revoke: false, undo: false, extend: false, rewrite: false })
    expect(await frozen.remove(key)).toMatchObject({ denied: expect.any(String) })
    expect(await client.exists(key)).toBe(1)
  })
})

describe('extending', () => {
  test('a later end is set; a shorter, a past, a missing and a persistent one are no change', async () => {
    const now = connection.now()
    await client.set(key, alice, 'PXAT', now + 10 * minuteMs)
    expect(await source.expire(key, now + 20 * minuteMs)).toBe('done')
    expect(await source.expire(key, now + 5 * minuteMs)).toBe('conflict')
    expect(await source.expire(key, now - minuteMs)).toBe('conflict')
    expect(await client.pexpiretime(key)).toBe(now + 20 * minuteMs)
    expect(await source.expire(Buffer.from('session:none'), now + minuteMs)).toBe('gone')
    await client.persist(key)
    expect(await source.expire(key, now + 20 * minuteMs)).toBe('conflict')
    expect(await client.pexpiretime(key)).toBe(-1)
  })

  test('a value is replaced only while it is what it was, and keeps its end', async () => {
    await client.set(key, alice, 'PX', minuteMs)
    const end = await client.pexpiretime(key)
    expect(await replace(source, key, alice, '{"userId":43}')).toBe('done')
    expect([await client.get(key), await client.pexpiretime(key)]).toEqual(['{"userId":43}', end])
    expect(await replace(source, key, alice, 'x')).toBe('conflict')
    expect(await replace(source, Buffer.from('session:none'), '', 'x')).toBe('gone')
    expect(await client.get(key)).toBe('{"userId":43}')
  })

  test('of many replacements at once exactly one wins', async () => {
    await client.set(key, 'start')
    const writers = Array.from({ length: 10 }, (_, index) => replace(source, key, 'start', `${index}`))
    const outcomes = await Promise.all(writers)
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
  })
})

function replace(where: Source, name: Buffer, from: string, to: string) {
  return where.replace({ ...rawOf(Buffer.from(from)), key: name }, { type: 'string', bytes: Buffer.from(to) })
}

describe('while Redis is away', () => {
  test('a deed is refused at once, is not unanswered, and is never carried out', async () => {
    await server.kill()
    await until('it is seen to be down', () => connection.health().state === 'down')
    const error = await source.remove(key).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'source-unavailable' })
    expect(isUnanswered(error)).toBe(false)
    await server.restart()
    await client.set(key, alice)
    await until('it is up again', () => connection.health().state === 'up')
    expect(await source.read([key])).toHaveLength(1)
    expect(await client.exists(key)).toBe(1)
  })

  test('a deed that was sent and not answered says so, and its error holds no key', async () => {
    const now = connection.now()
    await client.set(key, alice, 'PX', minuteMs)
    server.pause()
    const error = await source.expire(key, now + 2 * minuteMs).catch((caught: unknown) => caught)
    server.resume()
    expect(isUnanswered(error)).toBe(true)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('abc123')
  })

  test('a removal that never got past its reading is not unanswered', async () => {
    await client.set(key, alice)
    server.pause()
    const error = await source.remove(key).catch((caught: unknown) => caught)
    server.resume()
    expect(error).toMatchObject({ code: 'source-unavailable' })
    expect(isUnanswered(error)).toBe(false)
  })
})

test('in a cluster every key is scanned, read, removed, brought back and replaced', async () => {
  const cluster = await startCluster()
  const over = await connectTo(addressOf(null, { topology: 'cluster', hosts: cluster.hosts }))
  const spread = sourceOn(over)
  const names = Array.from({ length: 300 }, (_, index) => `session:${index}`)
  for (const name of names) await over.client.set(name, alice, 'PX', minuteMs)
  expect((await scanAll(spread)).size).toBe(300)
  expect(await spread.readEstimate()).toBe(300)
  const found = await spread.read(names.map((name) => Buffer.from(name)))
  expect(found.every((session) => session !== null && session !== 'skipped' && session.principal === '42')).toBe(true)
  for (const name of names.slice(0, 5)) {
    const one = Buffer.from(name)
    const backup = await spread.backUp(one)
    if (backup === null) throw new Error('No backup')
    expect(await spread.remove(one)).toBe('done')
    expect(await spread.restore(backup)).toBe('done')
    expect(await replace(spread, one, alice, '{}')).toBe('done')
  }
  await over.close()
  await cluster.stop()
})
