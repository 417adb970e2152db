import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore, fromNodeRedis } from '.'
import { commandsOf, holdRedis, keyOf, minuteMs } from './test-support'

const held = holdRedis()
let client: ReturnType<typeof createClient>

beforeAll(async () => {
  client = createClient({ url: held.server.url })
  await client.connect()
})
afterAll(() => client?.destroy())

test('every deed works on a client of node-redis, and what one client wrote the other reads', async () => {
  const store = createStore(fromNodeRedis(client))
  const other = createStore(held.redis)
  const session = await store.create({ n: 1 }, { principal: '42' })
  expect(await other.get(session.id)).toMatchObject({ principal: '42', data: { n: 1 } })
  expect(await store.save(session, { n: 2 })).toBe('saved')
  expect(await store.save(session.id, { n: 3 })).toBe('saved')
  const next = await store.regenerate(session.id)
  expect(await store.get(session.id)).toBeNull()
  expect(await store.peek(next?.id ?? '')).toMatchObject({ data: { n: 3 } })
  expect(await other.list('42')).toHaveLength(1)
  await store.create({}, { principal: '42' })
  expect(await store.destroyAll('42')).toBe(2)
  expect(await store.touch(next?.id ?? '')).toBe(false)
  expect(await store.save(next ?? '', {})).toBe('revoked')
  const last = await store.create({})
  expect(await store.destroy(last.id)).toBe(true)
  expect(await store.destroy(last.id)).toBe(false)
  expect(await held.redis.keys('session:*')).toEqual([])
})

test('by node-redis, too, a get reads and slides in one command and every write has an expiry', async () => {
  const store = createStore(fromNodeRedis(client), { idleMs: 20 * minuteMs })
  const { id } = await store.create({})
  expect(await held.redis.pttl(keyOf(id))).toBeGreaterThan(19 * minuteMs)
  expect(await commandsOf(held.redis, () => store.get(id))).toEqual(['getex'])
})

test('by node-redis, too, a key of another type is no session and no fault', async () => {
  const store = createStore(fromNodeRedis(client))
  const { id } = await store.create({})
  await held.redis.del(keyOf(id))
  await held.redis.lpush(keyOf(id), 'a')
  expect(await store.get(id)).toBeNull()
  expect(await store.peek(id)).toBeNull()
})
