import { expect, test } from 'vitest'
import { createStore } from '.'
import { commandsOf, holdRedis, keyOf } from './test-support'

const held = holdRedis()

test('a payload above the limit is refused with its size and the limit, and nothing is written or changed', async () => {
  const store = createStore(held.redis)
  const large = { text: 'é'.repeat(2_000) }
  const refusal = expect.objectContaining({ name: 'SessionTooLargeError', limitBytes: 4096 })
  expect(
    await commandsOf(held.redis, () => expect(store.create(large, { principal: '42' })).rejects.toEqual(refusal)),
  ).toEqual([])
  const { id } = await store.create({ small: true })
  await expect(store.save(id, large)).rejects.toEqual(refusal)
  expect((await store.get(id))?.data).toEqual({ small: true })
  const roomy = createStore(held.redis, { maxBytes: 10_000 })
  const session = await roomy.create(large)
  const sizeBytes = await held.redis.strlen(keyOf(session.id))
  const tight = createStore(held.redis, { maxBytes: sizeBytes - 1 })
  await expect(tight.create(large)).rejects.toEqual(
    expect.objectContaining({ sizeBytes: expect.closeTo(sizeBytes, -1), limitBytes: sizeBytes - 1 }),
  )
})

const badTimes = ['1e300', '1.5', '"x"', '-1'].map(
  (time) =>
    `{"v":1,"principal":null,"createdAt":1,"idleMs":1,"absoluteExpiresAt":${time},"extendedUntilAt":${time},"data":{}}`,
)

test('malformed values and keys of other types are null, never an error', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({})
  for (const text of ['', '{', '42', 'null', '[]', '{"v":1}', '{"v":2,"data":{}}', ...badTimes, '\u0000\u00ff']) {
    await held.redis.set(keyOf(id), text, 'EX', 60)
    expect(await store.peek(id)).toBeNull()
    expect(await store.get(id)).toBeNull()
    expect(await store.save(id, {})).toBe('revoked')
    expect(await store.regenerate(id)).toBeNull()
  }
  await held.redis.del(keyOf(id))
  await held.redis.hset(keyOf(id), 'a', '1')
  expect(await store.get(id)).toBeNull()
  expect(await store.save(id, {})).toBe('revoked')
  expect(await store.destroy(id)).toBe(false)
})

test('a text that is no id never reaches Redis', async () => {
  const store = createStore(held.redis)
  const plain = createStore(held.redis, { plain: true })
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
  const commands = await commandsOf(held.redis, async () => {
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
  const down = held.server.client({ lazyConnect: true, port: 1, retryStrategy: () => null, enableOfflineQueue: false })
  const store = createStore(down)
  await expect(store.get('a'.repeat(43))).rejects.toThrow()
  await expect(store.create({})).rejects.toThrow()
})

test('options that could leave a session without an end are refused', () => {
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e300]) {
    expect(() => createStore(held.redis, { idleMs: bad })).toThrow(RangeError)
    expect(() => createStore(held.redis, { absoluteMs: bad })).toThrow(RangeError)
    expect(() => createStore(held.redis, { maxBytes: bad })).toThrow(RangeError)
  }
  for (const prefix of ['', ':', 'session']) expect(() => createStore(held.redis, { prefix })).toThrow(RangeError)
})

test('data that JSON cannot hold is refused before anything is written', async () => {
  const store = createStore<object>(held.redis)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  for (const data of [circular, { n: 1n }, () => 1, [1], new Date(0)])
    await expect(store.create(data)).rejects.toThrow(TypeError)
  expect(await held.redis.dbsize()).toBe(0)
})
