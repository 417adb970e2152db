import type { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createStore, type StoreClient } from '.'
import { createPrincipalIndex } from './principal-index'
import { digest } from './session-id'

const minuteMs = 60_000
let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = server.client()
})
afterEach(() => redis.flushall())
afterAll(() => server.stop())

const keyOf = (id: string) => `session:${digest(id)}`
const indexOf = (principal: string) => `session-index:${digest(principal)}`

async function commandsOf(deed: () => Promise<unknown>): Promise<string[]> {
  await redis.config('RESETSTAT')
  await deed()
  const stats = await redis.info('commandstats')
  return [...stats.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g)]
    .flatMap(([, name, calls]) => Array.from({ length: Number(calls) }, () => name ?? ''))
    .filter((name) => name !== 'info' && !name.startsWith('config'))
    .sort()
}

test('a Redis and a Cluster of ioredis fit as clients, as the compiler sees it', () => {
  const open: ((client: Redis | Cluster) => unknown) & ((client: StoreClient) => unknown) = createStore
  expect(open).toBe(createStore)
})

test('a created session is found by its id, with 256 random bits of it, and the key holds only its hash', async () => {
  const store = createStore(redis)
  const session = await store.create({ name: 'Alice' }, { principal: '42' })
  expect(session.id).toMatch(/^[\w-]{43}$/)
  expect(await store.get(session.id)).toMatchObject({ id: session.id, principal: '42', data: { name: 'Alice' } })
  const keys = await redis.keys('*')
  expect(keys.sort()).toEqual([indexOf('42'), keyOf(session.id)].sort())
  for (const key of keys) expect(key).not.toContain(session.id)
  expect(await redis.get(keyOf(session.id))).not.toContain(session.id)
})

test('two sessions never share an id', async () => {
  const store = createStore(redis)
  const ids = await Promise.all(Array.from({ length: 200 }, async () => (await store.create({})).id))
  expect(new Set(ids).size).toBe(200)
})

test('every write gives the key an expiry: the idle timeout, or the absolute end where that is nearer', async () => {
  const store = createStore(redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs })
  const { id } = await store.create({}, { principal: '42' })
  const expectTtl = async (key: string, ms: number) => {
    const ttl = await redis.pttl(key)
    expect(ttl).toBeGreaterThan(ms - 5_000)
    expect(ttl).toBeLessThanOrEqual(ms)
  }
  await expectTtl(keyOf(id), 20 * minuteMs)
  await expectTtl(indexOf('42'), 30 * minuteMs)
  await store.save(id, { more: true })
  await expectTtl(keyOf(id), 20 * minuteMs)
  const next = await store.regenerate(id)
  await expectTtl(keyOf(next?.id ?? ''), 20 * minuteMs)
  const short = createStore(redis, { idleMs: 20 * minuteMs, absoluteMs: 5 * minuteMs })
  await expectTtl(keyOf((await short.create({})).id), 5 * minuteMs)
})

test('a get reads and slides in one command', async () => {
  const store = createStore(redis, { idleMs: 20 * minuteMs })
  const { id } = await store.create({}, { principal: '42' })
  await redis.pexpire(keyOf(id), 1_000)
  expect(await commandsOf(() => store.get(id))).toEqual(['getex'])
  expect(await redis.pttl(keyOf(id))).toBeGreaterThan(19 * minuteMs)
  await redis.pexpire(keyOf(id), 1_000)
  expect(await store.touch(id)).toBe(true)
  expect(await redis.pttl(keyOf(id))).toBeGreaterThan(19 * minuteMs)
})

test('a peek slides nothing and says when the session ends', async () => {
  const store = createStore(redis)
  const { id } = await store.create({ a: 1 })
  await redis.pexpire(keyOf(id), 60_000)
  const seen = await store.peek(id)
  expect(seen?.data).toEqual({ a: 1 })
  expect(Math.abs((seen?.expiresAt ?? 0) - Date.now() - 60_000)).toBeLessThan(1_000)
  expect(await redis.pttl(keyOf(id))).toBeLessThanOrEqual(60_000)
})

test('near its absolute end a get does not slide past it, and one PEXPIREAT is the cost', async () => {
  let at = Date.now()
  const store = createStore(redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs, now: () => at })
  const { id } = await store.create({})
  at += 25 * minuteMs
  const before = Date.now()
  expect(await commandsOf(() => store.get(id))).toEqual(['getex', 'pexpireat'])
  expect(await redis.pexpiretime(keyOf(id))).toBe(at + 5 * minuteMs)
  expect(await redis.pexpiretime(keyOf(id))).toBeGreaterThan(before)
})

test('a payload past its absolute end is null, also where its key still lives', async () => {
  let at = Date.now()
  const store = createStore(redis, { idleMs: 20 * minuteMs, absoluteMs: 30 * minuteMs, now: () => at })
  const { id } = await store.create({}, { principal: '42' })
  at += 30 * minuteMs
  expect(await store.peek(id)).toBeNull()
  expect(await store.save(id, {})).toBe('revoked')
  expect(await store.regenerate(id)).toBeNull()
  expect(await store.list('42')).toEqual([])
  expect(await redis.exists(keyOf(id))).toBe(1)
  expect(await store.get(id)).toBeNull()
})

test('an extension by an admin outlives the idle timeout and later requests, and ends at the absolute end', async () => {
  const store = createStore(redis, { idleMs: 20 * minuteMs })
  const { id, absoluteExpiresAt } = await store.create({})
  const until = Date.now() + 3 * 60 * minuteMs
  const extend = async (at: number) => {
    const text = (await redis.get(keyOf(id))) ?? ''
    await redis.set(keyOf(id), text.replace(/"extendedUntilAt":(null|\d+)/, `"extendedUntilAt":${at}`), 'KEEPTTL')
    await redis.pexpireat(keyOf(id), at, 'GT')
  }
  await extend(until)
  expect((await store.get(id))?.expiresAt).toBe(until)
  expect(await redis.pexpiretime(keyOf(id))).toBe(until)
  expect(await store.save(id, { after: true })).toBe('saved')
  expect(Math.abs((await redis.pexpiretime(keyOf(id))) - until)).toBeLessThan(1_000)
  await extend((absoluteExpiresAt ?? 0) + minuteMs)
  expect((await store.get(id))?.expiresAt).toBe(absoluteExpiresAt)
  expect(await redis.pexpiretime(keyOf(id))).toBe(absoluteExpiresAt)
})

test('an extension that arrives between the reading and the writing of a save is kept', async () => {
  const until = Date.now() + 3 * 60 * minuteMs
  let isExtended = false
  const extending: StoreClient = Object.assign(Object.create(redis), {
    get: async (key: string) => {
      const text = await redis.get(key)
      if (!isExtended && text !== null) {
        isExtended = true
        await redis.set(key, text.replace('"extendedUntilAt":null', `"extendedUntilAt":${until}`), 'KEEPTTL')
      }
      return text
    },
  })
  const { id } = await createStore(redis).create({})
  expect(await createStore(extending).save(id, { saved: true })).toBe('saved')
  expect(await createStore(redis).get(id)).toMatchObject({ data: { saved: true }, expiresAt: until })
})

test('a save keeps creation and absolute end and replaces the data', async () => {
  const store = createStore(redis)
  const created = await store.create({ a: 1 }, { principal: '42' })
  expect(await store.save(created.id, { b: 2 })).toBe('saved')
  const { createdAt, absoluteExpiresAt } = created
  expect(await store.peek(created.id)).toMatchObject({ createdAt, absoluteExpiresAt, principal: '42', data: { b: 2 } })
})

test('a save after a revoke answers revoked and creates nothing, in a storm of 8 writers over 200 sessions', async () => {
  const store = createStore(redis)
  for (let round = 0; round < 25; round++) {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => store.create({ round }, { principal: '42' })))
    await Promise.all(
      sessions.map(async ({ id }) => {
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          const answers: string[] = []
          for (let write = 0; write < 4; write++) answers.push(await store.save(id, { writer, write }))
          return answers
        })
        await redis.unlink(keyOf(id))
        expect(await store.save(id, { late: true })).toBe('revoked')
        const answers = (await Promise.all(writers)).flat()
        expect(answers.every((answer) => answer === 'saved' || answer === 'revoked')).toBe(true)
      }),
    )
  }
  expect(await redis.keys('session:*')).toEqual([])
})

test('destroy ends a session once and takes it out of the index', async () => {
  const store = createStore(redis)
  const { id } = await store.create({}, { principal: '42' })
  expect(await store.destroy(id)).toBe(true)
  expect(await store.destroy(id)).toBe(false)
  expect(await store.get(id)).toBeNull()
  expect(await redis.keys('*')).toEqual([])
})

test('regenerate gives a new id to the same session and the old one is dead', async () => {
  const store = createStore(redis)
  const old = await store.create({ cart: [1] })
  const next = await store.regenerate(old.id, { principal: '42' })
  expect(next?.id).not.toBe(old.id)
  const { createdAt, absoluteExpiresAt } = old
  const expected = { principal: '42', data: { cart: [1] }, createdAt, absoluteExpiresAt }
  expect(await store.get(next?.id ?? '')).toMatchObject(expected)
  expect(await store.get(old.id)).toBeNull()
  expect(await store.list('42')).toHaveLength(1)
})

test('regenerate after a revoke is null and creates nothing', async () => {
  const store = createStore(redis)
  const { id } = await store.create({}, { principal: '42' })
  await redis.unlink(keyOf(id))
  expect(await store.regenerate(id)).toBeNull()
  expect(await redis.keys('session:*')).toEqual([])
})

/** A client that does something else just before the old session of a regenerate is taken away. */
function beforeTaking(deed: () => Promise<unknown>): StoreClient {
  return Object.assign(Object.create(redis), {
    getdel: async (key: string) => {
      await deed()
      return redis.getdel(key)
    },
  })
}

test('a session revoked while it is regenerated leaves none behind', async () => {
  const { id } = await createStore(redis).create({}, { principal: '42' })
  const racing = createStore(beforeTaking(() => redis.unlink(keyOf(id))))
  expect(await racing.regenerate(id)).toBeNull()
  expect(await redis.keys('session:*')).toEqual([])
})

test('what is saved while a session is regenerated is carried over', async () => {
  const store = createStore<{ n: number }>(redis)
  const { id } = await store.create({ n: 1 }, { principal: '42' })
  const racing = createStore<{ n: number }>(beforeTaking(() => store.save(id, { n: 2 })))
  const next = await racing.regenerate(id)
  expect(next?.data).toEqual({ n: 2 })
  expect((await store.get(next?.id ?? ''))?.data).toEqual({ n: 2 })
})

test('destroyAll during a storm of regenerates leaves no session alive', async () => {
  const store = createStore(redis)
  for (let round = 0; round < 40; round++) {
    const sessions = await Promise.all(Array.from({ length: 4 }, () => store.create({}, { principal: '42' })))
    const storm = sessions.map((session) => store.regenerate(session.id))
    for (let turn = 0; turn < round % 8; turn++) await redis.ping()
    await store.destroyAll('42')
    await Promise.all(storm)
    expect(await redis.keys('session:*')).toEqual([])
  }
})

test('a session that is regenerated while destroyAll works ends with the others', async () => {
  const store = createStore(redis)
  const { id } = await store.create({}, { principal: '42' })
  let renewed: string | undefined
  const racing: StoreClient = Object.assign(Object.create(redis), {
    zrange: async (key: string) => {
      const members = await redis.zrange(key, 0, '-1')
      renewed ??= (await store.regenerate(id))?.id
      return members
    },
  })
  expect(await createStore(racing).destroyAll('42')).toBe(1)
  expect(renewed).toBeDefined()
  expect(await store.get(renewed ?? '')).toBeNull()
})

test('list shows the live sessions of one principal, newest first, without ids', async () => {
  let at = Date.now()
  const store = createStore(redis, { now: () => at })
  const first = await store.create({ device: 'phone' }, { principal: '42' })
  at += 10
  await store.create({ device: 'laptop' }, { principal: '42' })
  await store.create({ device: 'other' }, { principal: '43' })
  const listed = await store.list('42')
  expect(listed.map(({ data }) => data.device)).toEqual(['laptop', 'phone'])
  expect(JSON.stringify(listed)).not.toContain(first.id)
  expect(await store.list('nobody')).toEqual([])
})

test('the index cleans itself: members of dead sessions go when it is read', async () => {
  const store = createStore(redis)
  const gone = await store.create({}, { principal: '42' })
  const stays = await store.create({}, { principal: '42' })
  await redis.unlink(keyOf(gone.id))
  expect(await redis.zcard(indexOf('42'))).toBe(2)
  expect(await store.list('42')).toHaveLength(1)
  expect(await redis.zrange(indexOf('42'), '0', '-1')).toEqual([digest(stays.id)])
})

test('the index drops what is past its absolute end at the next sign-in, and is never without an expiry', async () => {
  let at = Date.now()
  const index = createPrincipalIndex(redis, 'session:', () => at)
  await index.add('42', 'old', at + 60_000)
  expect(await redis.pexpiretime(indexOf('42'))).toBe(at + 60_000)
  at += 30_000
  await index.add('42', 'shorter', at + 10_000)
  expect(await redis.pexpiretime(indexOf('42'))).toBe(at + 30_000)
  at += 30_000
  await index.add('42', 'new', at + 60_000)
  expect(await redis.zrange(indexOf('42'), '0', '-1')).toEqual(['new'])
  expect(await redis.pexpiretime(indexOf('42'))).toBe(at + 60_000)
})

test('without an absolute timeout the index lives on with every get', async () => {
  const store = createStore(redis, { absoluteMs: null })
  const { id, absoluteExpiresAt } = await store.create({}, { principal: '42' })
  expect(absoluteExpiresAt).toBeNull()
  await redis.del(indexOf('42'))
  await store.get(id)
  expect(await redis.pttl(indexOf('42'))).toBeGreaterThan(30 * minuteMs)
  expect(await store.list('42')).toHaveLength(1)
})

test('destroyAll ends every session of one principal and nobody else’s', async () => {
  const store = createStore(redis)
  for (let n = 0; n < 250; n++) await store.create({ n }, { principal: '42' })
  const current = await store.create({}, { principal: '42' })
  const other = await store.create({}, { principal: '43' })
  expect(await store.destroyAll('42', { exceptId: current.id })).toBe(250)
  expect(await store.get(current.id)).not.toBeNull()
  expect(await store.destroyAll('42')).toBe(1)
  expect(await store.get(current.id)).toBeNull()
  expect(await store.get(other.id)).not.toBeNull()
  expect(await redis.exists(indexOf('42'))).toBe(0)
})

test('a principal given by a save is in the index, and a change of person moves it', async () => {
  const store = createStore(redis)
  const { id } = await store.create({})
  await store.save(id, {}, { principal: '42' })
  expect(await store.list('42')).toHaveLength(1)
  await store.save(id, {}, { principal: '43' })
  expect(await store.list('42')).toEqual([])
  expect(await store.list('43')).toHaveLength(1)
})

test('a payload above the limit is refused with its size and the limit, and nothing is written or changed', async () => {
  const store = createStore(redis)
  const large = { text: 'é'.repeat(2_000) }
  const refusal = expect.objectContaining({ name: 'SessionTooLargeError', limitBytes: 4096 })
  expect(await commandsOf(() => expect(store.create(large, { principal: '42' })).rejects.toEqual(refusal))).toEqual([])
  const { id } = await store.create({ small: true })
  await expect(store.save(id, large)).rejects.toEqual(refusal)
  expect((await store.get(id))?.data).toEqual({ small: true })
  const roomy = createStore(redis, { maxBytes: 10_000 })
  const session = await roomy.create(large)
  const sizeBytes = await redis.strlen(keyOf(session.id))
  const tight = createStore(redis, { maxBytes: sizeBytes - 1 })
  await expect(tight.create(large)).rejects.toEqual(
    expect.objectContaining({ sizeBytes: expect.closeTo(sizeBytes, -1), limitBytes: sizeBytes - 1 }),
  )
})

const badTimes = ['1e300', '1.5', '"x"', '-1'].map(
  (time) =>
    `{"v":1,"principal":null,"createdAt":1,"idleMs":1,"absoluteExpiresAt":${time},"extendedUntilAt":${time},"data":{}}`,
)

test('malformed values and keys of other types are null, never an error', async () => {
  const store = createStore(redis)
  const { id } = await store.create({})
  for (const text of ['', '{', '42', 'null', '[]', '{"v":1}', '{"v":2,"data":{}}', ...badTimes, '\u0000\u00ff']) {
    await redis.set(keyOf(id), text, 'EX', 60)
    expect(await store.peek(id)).toBeNull()
    expect(await store.get(id)).toBeNull()
    expect(await store.save(id, {})).toBe('revoked')
    expect(await store.regenerate(id)).toBeNull()
  }
  await redis.del(keyOf(id))
  await redis.hset(keyOf(id), 'a', '1')
  expect(await store.get(id)).toBeNull()
  expect(await store.save(id, {})).toBe('revoked')
  expect(await store.destroy(id)).toBe(false)
})

test('a text that is no id never reaches Redis', async () => {
  const store = createStore(redis)
  const plain = createStore(redis, { plain: true })
  const hostile = [
    '',
    '*',
    'a'.repeat(42),
    'a'.repeat(44),
    `${'a'.repeat(42)}\n`,
    '../x',
    'ü'.repeat(43),
    'a b',
    ':',
    'x'.repeat(1e6),
  ]
  const commands = await commandsOf(async () => {
    for (const id of hostile) {
      expect([await store.get(id), await store.peek(id), await store.regenerate(id)]).toEqual([null, null, null])
      expect([await store.touch(id), await store.destroy(id)]).toEqual([false, false])
      expect(await store.save(id, {})).toBe('revoked')
    }
    for (const id of ['', '*', 'a b', 'x:y', 'x\n', 'a'.repeat(201)]) expect(await plain.get(id)).toBeNull()
    // What a query parser makes of `?id[]=…` is no text at all.
    expect(await store.get(['a'.repeat(43)] as unknown as string)).toBeNull()
  })
  expect(commands).toEqual([])
})

test('a Redis that fails throws', async () => {
  const down = server.client({ lazyConnect: true, port: 1, retryStrategy: () => null, enableOfflineQueue: false })
  const store = createStore(down)
  await expect(store.get('a'.repeat(43))).rejects.toThrow()
  await expect(store.create({})).rejects.toThrow()
})

test('options that could leave a session without an end are refused', () => {
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e300]) {
    expect(() => createStore(redis, { idleMs: bad })).toThrow(RangeError)
    expect(() => createStore(redis, { absoluteMs: bad })).toThrow(RangeError)
    expect(() => createStore(redis, { maxBytes: bad })).toThrow(RangeError)
  }
  for (const prefix of ['', ':', 'session']) expect(() => createStore(redis, { prefix })).toThrow(RangeError)
})

test('data that JSON cannot hold is refused before anything is written', async () => {
  const store = createStore<object>(redis)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  for (const data of [circular, { n: 1n }, () => 1, [1], new Date(0)])
    await expect(store.create(data)).rejects.toThrow(TypeError)
  expect(await redis.dbsize()).toBe(0)
})
