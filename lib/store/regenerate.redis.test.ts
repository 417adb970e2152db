import { expect, test } from 'vitest'
import { createStore, type StoreClient } from '.'
import { holdRedis, keyOf } from './test-support'

const held = holdRedis()

test('regenerate gives a new id to the same session and the old one is dead', async () => {
  const store = createStore(held.redis)
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
  const store = createStore(held.redis)
  const { id } = await store.create({}, { principal: '42' })
  await held.redis.unlink(keyOf(id))
  expect(await store.regenerate(id)).toBeNull()
  expect(await held.redis.keys('session:*')).toEqual([])
})

/** A client that does something else just before the old session of a regenerate is taken away. */
function beforeTaking(deed: () => Promise<unknown>): StoreClient {
  return Object.assign(Object.create(held.redis), {
    getdel: async (key: string) => {
      await deed()
      return held.redis.getdel(key)
    },
  })
}

test('a session revoked while it is regenerated leaves none behind', async () => {
  const { id } = await createStore(held.redis).create({}, { principal: '42' })
  const racing = createStore(beforeTaking(() => held.redis.unlink(keyOf(id))))
  expect(await racing.regenerate(id)).toBeNull()
  expect(await held.redis.keys('session:*')).toEqual([])
})

test('what is saved while a session is regenerated is carried over', async () => {
  const store = createStore<{ n: number }>(held.redis)
  const { id } = await store.create({ n: 1 }, { principal: '42' })
  const racing = createStore<{ n: number }>(beforeTaking(() => store.save(id, { n: 2 })))
  const next = await racing.regenerate(id)
  expect(next?.data).toEqual({ n: 2 })
  expect((await store.get(next?.id ?? ''))?.data).toEqual({ n: 2 })
})

test('destroyAll during a storm of regenerates leaves no session alive', async () => {
  const store = createStore(held.redis)
  for (let round = 0; round < 40; round++) {
    const sessions = await Promise.all(Array.from({ length: 4 }, () => store.create({}, { principal: '42' })))
    const storm = sessions.map((session) => store.regenerate(session.id))
    for (let turn = 0; turn < round % 8; turn++) await held.redis.ping()
    await store.destroyAll('42')
    await Promise.all(storm)
    expect(await held.redis.keys('session:*')).toEqual([])
  }
})

test('a session that is regenerated while destroyAll works ends with the others', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({}, { principal: '42' })
  let renewed: string | undefined
  const racing: StoreClient = Object.assign(Object.create(held.redis), {
    zrange: async (key: string) => {
      const members = await held.redis.zrange(key, 0, '-1')
      renewed ??= (await store.regenerate(id))?.id
      return members
    },
  })
  expect(await createStore(racing).destroyAll('42')).toBe(1)
  expect(renewed).toBeDefined()
  expect(await store.get(renewed ?? '')).toBeNull()
})
