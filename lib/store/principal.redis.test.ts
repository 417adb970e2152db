import { expect, test } from 'vitest'
import { createStore } from '.'
import { createPrincipalIndex } from './principal-index'
import { digest } from './session-id'
import { holdRedis, indexOf, keyOf, minuteMs } from './test-support'

const held = holdRedis()

test('destroy ends a session once and takes it out of the index', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({}, { principal: '42' })
  expect(await store.destroy(id)).toBe(true)
  expect(await store.destroy(id)).toBe(false)
  expect(await store.get(id)).toBeNull()
  expect(await held.redis.keys('*')).toEqual([])
})

test('list shows the live sessions of one principal, newest first, without ids', async () => {
  let at = Date.now()
  const store = createStore(held.redis, { now: () => at })
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
  const store = createStore(held.redis)
  const gone = await store.create({}, { principal: '42' })
  const stays = await store.create({}, { principal: '42' })
  await held.redis.unlink(keyOf(gone.id))
  expect(await held.redis.zcard(indexOf('42'))).toBe(2)
  expect(await store.list('42')).toHaveLength(1)
  expect(await held.redis.zrange(indexOf('42'), '0', '-1')).toEqual([digest(stays.id)])
})

test('the index drops what is past its absolute end at the next sign-in, and is never without an expiry', async () => {
  let at = Date.now()
  const index = createPrincipalIndex(held.redis, 'session:', () => at)
  await index.add('42', 'old', at + 60_000)
  expect(await held.redis.pexpiretime(indexOf('42'))).toBe(at + 60_000)
  at += 30_000
  await index.add('42', 'shorter', at + 10_000)
  expect(await held.redis.pexpiretime(indexOf('42'))).toBe(at + 30_000)
  at += 30_000
  await index.add('42', 'new', at + 60_000)
  expect(await held.redis.zrange(indexOf('42'), '0', '-1')).toEqual(['new'])
  expect(await held.redis.pexpiretime(indexOf('42'))).toBe(at + 60_000)
})

test('without an absolute timeout the index lives on with every get', async () => {
  const store = createStore(held.redis, { absoluteMs: null })
  const { id, absoluteExpiresAt } = await store.create({}, { principal: '42' })
  expect(absoluteExpiresAt).toBeNull()
  await held.redis.del(indexOf('42'))
  await store.get(id)
  expect(await held.redis.pttl(indexOf('42'))).toBeGreaterThan(30 * minuteMs)
  expect(await store.list('42')).toHaveLength(1)
})

test('destroyAll ends every session of one principal and nobody else’s', async () => {
  const store = createStore(held.redis)
  for (let n = 0; n < 250; n++) await store.create({ n }, { principal: '42' })
  const current = await store.create({}, { principal: '42' })
  const other = await store.create({}, { principal: '43' })
  expect(await store.destroyAll('42', { exceptId: current.id })).toBe(250)
  expect(await store.get(current.id)).not.toBeNull()
  expect(await store.destroyAll('42')).toBe(1)
  expect(await store.get(current.id)).toBeNull()
  expect(await store.get(other.id)).not.toBeNull()
  expect(await held.redis.exists(indexOf('42'))).toBe(0)
})

test('a principal given by a save is in the index, and a change of person moves it', async () => {
  const store = createStore(held.redis)
  const { id } = await store.create({})
  await store.save(id, {}, { principal: '42' })
  expect(await store.list('42')).toHaveLength(1)
  await store.save(id, {}, { principal: '43' })
  expect(await store.list('42')).toEqual([])
  expect(await store.list('43')).toHaveLength(1)
})
