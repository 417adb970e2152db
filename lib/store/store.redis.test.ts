import type { Cluster, Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { createStore, type StoreClient } from '.'
import { commandsOf, holdRedis, indexOf, keyOf, minuteMs } from './test-support'

const held = holdRedis()

test('a Redis and a Cluster of ioredis fit as clients, as the compiler sees it', () => {
  const open: ((client: Redis | Cluster) => unknown) & ((client: StoreClient) => unknown) = createStore
  expect(open).toBe(createStore)
})

test('a created session is found by its id, with 256 random bits of it, and the key holds only its hash', async () => {
  const store = createStore(held.redis)
  const session = await store.create({ name: 'Alice' }, { principal: '42' })
  expect(session.id).toMatch(/^[\w-]{43}$/)
  expect(await store.get(session.id)).toMatchObject({ id: session.id, principal: '42', data: { name: 'Alice' } })
  const keys = await held.redis.keys('*')
  expect(keys.sort()).toEqual([indexOf('42'), keyOf(session.id)].sort())
  for (const key of keys) expect(key).not.toContain(session.id)
  expect(await held.redis.get(keyOf(session.id))).not.toContain(session.id)
})

test('what is asked for in one turn goes out in one write, and each has its own answer', async () => {
  const client = held.server.client()
  await client.ping()
  const writes = [vi.spyOn(client.stream, '_write'), vi.spyOn(client.stream, '_writev')]
  const count = () => writes.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  const store = createStore(client)
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => store.create({ n })))
  expect(count()).toBe(1)
  await store.destroy(made[0]?.id ?? '')
  const found = await Promise.all(made.map(({ id }) => store.get(id)))
  expect(found.map((session) => session?.data.n)).toEqual([undefined, ...made.slice(1).map(({ data }) => data.n)])
  expect(count()).toBe(3)
})

test('two sessions never share an id', async () => {
  const store = createStore(held.redis)
  const ids = await Promise.all(Array.from({ length: 200 }, async () => (await store.create({})).id))
  expect(new Set(ids).size).toBe(200)
})

test('every write gives the key an expiry: the idle timeout, or the absolute end where that is nearer', async () => {
  const store = createStore(held.redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs })
  const { id } = await store.create({}, { principal: '42' })
  const expectTtl = async (key: string, ms: number) => {
    const ttl = await held.redis.pttl(key)
    expect(ttl).toBeGreaterThan(ms - 5_000)
    expect(ttl).toBeLessThanOrEqual(ms)
  }
  await expectTtl(keyOf(id), 20 * minuteMs)
  await expectTtl(indexOf('42'), 30 * minuteMs)
  await store.save(id, { more: true })
  await expectTtl(keyOf(id), 20 * minuteMs)
  const next = await store.regenerate(id)
  await expectTtl(keyOf(next?.id ?? ''), 20 * minuteMs)
  const short = createStore(held.redis, { idleMs: 20 * minuteMs, absoluteMs: 5 * minuteMs })
  await expectTtl(keyOf((await short.create({})).id), 5 * minuteMs)
})

test('a get reads and slides in one command', async () => {
  const store = createStore(held.redis, { idleMs: 20 * minuteMs })
  const { id } = await store.create({}, { principal: '42' })
  await held.redis.pexpire(keyOf(id), 1_000)
  expect(await commandsOf(held.redis, () => store.get(id))).toEqual(['getex'])
  expect(await held.redis.pttl(keyOf(id))).toBeGreaterThan(19 * minuteMs)
  await held.redis.pexpire(keyOf(id), 1_000)
  expect(await store.touch(id)).toBe(true)
  expect(await held.redis.pttl(keyOf(id))).toBeGreaterThan(19 * minuteMs)
})

test('a peek slides nothing and says when the session ends', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({ a: 1 })
  await held.redis.pexpire(keyOf(id), 60_000)
  const seen = await store.peek(id)
  expect(seen?.data).toEqual({ a: 1 })
  expect(Math.abs((seen?.expiresAt ?? 0) - Date.now() - 60_000)).toBeLessThan(1_000)
  expect(await held.redis.pttl(keyOf(id))).toBeLessThanOrEqual(60_000)
})

test('near its absolute end a get does not slide past it, and one PEXPIREAT is the cost', async () => {
  let at = Date.now()
  const store = createStore(held.redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs, now: () => at })
  const { id } = await store.create({})
  at += 25 * minuteMs
  const before = Date.now()
  expect(await commandsOf(held.redis, () => store.get(id))).toEqual(['getex', 'pexpireat'])
  expect(await held.redis.pexpiretime(keyOf(id))).toBe(at + 5 * minuteMs)
  expect(await held.redis.pexpiretime(keyOf(id))).toBeGreaterThan(before)
})

test('a payload past its absolute end is null, also where its key still lives', async () => {
  let at = Date.now()
  const store = createStore(held.redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs, now: () => at })
  const { id } = await store.create({}, { principal: '42' })
  at += 30 * minuteMs
  expect(await store.peek(id)).toBeNull()
  expect(await store.save(id, {})).toBe('revoked')
  expect(await store.regenerate(id)).toBeNull()
  expect(await store.list('42')).toEqual([])
  expect(await held.redis.exists(keyOf(id))).toBe(1)
  expect(await store.get(id)).toBeNull()
})

test('an extension by an admin outlives the idle timeout and later requests, and ends at the absolute end', async () => {
  const store = createStore(held.redis, { idleMs: 20 * minuteMs })
  const { id, absoluteExpiresAt } = await store.create({})
  const until = Date.now() + 3 * 60 * minuteMs
  const extend = async (at: number) => {
    const text = (await held.redis.get(keyOf(id))) ?? ''
    await held.redis.set(keyOf(id), text.replace(/"extendedUntilAt":(null|\d+)/, `"extendedUntilAt":${at}`), 'KEEPTTL')
    await held.redis.pexpireat(keyOf(id), at, 'GT')
  }
  await extend(until)
  expect((await store.get(id))?.expiresAt).toBe(until)
  expect(await held.redis.pexpiretime(keyOf(id))).toBe(until)
  expect(await store.save(id, { after: true })).toBe('saved')
  expect(Math.abs((await held.redis.pexpiretime(keyOf(id))) - until)).toBeLessThan(1_000)
  await extend((absoluteExpiresAt ?? 0) + minuteMs)
  expect((await store.get(id))?.expiresAt).toBe(absoluteExpiresAt)
  expect(await held.redis.pexpiretime(keyOf(id))).toBe(absoluteExpiresAt)
})

test('an extension that arrives between the reading and the writing of a save is kept', async () => {
  const until = Date.now() + 3 * 60 * minuteMs
  let isExtended = false
  const extending: StoreClient = Object.assign(Object.create(held.redis), {
    get: async (key: string) => {
      const text = await held.redis.get(key)
      if (!isExtended && text !== null) {
        isExtended = true
        await held.redis.set(key, text.replace('"extendedUntilAt":null', `"extendedUntilAt":${until}`), 'KEEPTTL')
      }
      return text
    },
  })
  const { id } = await createStore(held.redis).create({})
  expect(await createStore(extending).save(id, { saved: true })).toBe('saved')
  expect(await createStore(held.redis).get(id)).toMatchObject({ data: { saved: true }, expiresAt: until })
})

test('a save keeps creation and absolute end and replaces the data', async () => {
  const store = createStore(held.redis)
  const created = await store.create({ a: 1 }, { principal: '42' })
  expect(await store.save(created.id, { b: 2 })).toBe('saved')
  const { createdAt, absoluteExpiresAt } = created
  expect(await store.peek(created.id)).toMatchObject({ createdAt, absoluteExpiresAt, principal: '42', data: { b: 2 } })
})

test('a save of a session that was read costs one command, and creates nothing where that has ended', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({ n: 1 })
  const session = await store.get(id)
  if (session === null) throw new Error('it lives')
  expect(await commandsOf(held.redis, () => store.save(session, { n: 2 }))).toEqual(['set'])
  expect((await store.peek(id))?.data).toEqual({ n: 2 })
  await held.redis.unlink(keyOf(id))
  expect(await store.save(session, { n: 3 })).toBe('revoked')
  expect(await held.redis.exists(keyOf(id))).toBe(0)
})

test('a save of a session that was read long ago takes nothing back: neither an extension nor whose it is', async () => {
  const store = createStore(held.redis)
  const old = await store.create({ n: 1 }, { principal: '42' })
  const until = Date.now() + 3 * 60 * minuteMs
  await store.save(old.id, { n: 2 }, { principal: '43' })
  const text = (await held.redis.get(keyOf(old.id))) ?? ''
  await held.redis.set(keyOf(old.id), text.replace('"extendedUntilAt":null', `"extendedUntilAt":${until}`), 'KEEPTTL')
  expect(await store.save(old, { n: 3 })).toBe('saved')
  const now = await store.get(old.id)
  expect(now).toMatchObject({ principal: '43', extendedUntilAt: until, expiresAt: until, data: { n: 3 } })
  expect(await store.list('42')).toEqual([])
  expect(await store.list('43')).toHaveLength(1)
  // With the extension known one command is enough.
  if (now === null) throw new Error('it lives')
  expect(await commandsOf(held.redis, () => store.save(now, { n: 4 }))).toEqual(['set'])
  expect(Math.abs((await held.redis.pexpiretime(keyOf(old.id))) - until)).toBeLessThan(1_000)
})

test('a save after a revoke answers revoked and creates nothing, in a storm of 8 writers over 200 sessions', async () => {
  const store = createStore(held.redis)
  for (let round = 0; round < 25; round++) {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => store.create({ round }, { principal: '42' })))
    await Promise.all(
      sessions.map(async ({ id }) => {
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          const answers: string[] = []
          for (let write = 0; write < 4; write++) answers.push(await store.save(id, { writer, write }))
          return answers
        })
        await held.redis.unlink(keyOf(id))
        expect(await store.save(id, { late: true })).toBe('revoked')
        const answers = (await Promise.all(writers)).flat()
        expect(answers.every((answer) => answer === 'saved' || answer === 'revoked')).toBe(true)
      }),
    )
  }
  expect(await held.redis.keys('session:*')).toEqual([])
})
