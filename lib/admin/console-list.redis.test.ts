import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { caller, codeOf, dump, password, startReplica, stopReplicas } from '@/e2e/support/replica'
import { createPasswords } from './password'

const poll = { isPoll: true }
const act = { isPoll: false }
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.client().flushall()
})
afterEach(stopReplicas)
afterAll(() => server?.stop())

const withOlga = async () => ({
  admins: [{ username: 'olga', role: 'operator' as const, hash: await createPasswords().hash(password) }],
})
const boss = { admin: { username: 'admin', role: 'admin' as const, idleExpiresAt: 0, absoluteExpiresAt: 0 }, ...caller }

test('every replica lists who is signed in, since when, from where and with what, and which one is you', async () => {
  const given = await withOlga()
  const [one, two] = [await startReplica(server, given), await startReplica(server, given)]
  const mine = await one.signIn()
  const hers = { username: 'olga', password, earlierId: null, userAgent: phone, ip: '10.1.2.3', requestId: 'request' }
  await two.admins.signIn(hers)
  const { rows } = await one.admins.consoles.list(mine)
  expect(rows).toMatchObject([
    { username: 'admin', role: 'admin', isYou: true, ip: '127.0.0.1', device: null },
    { username: 'olga', role: 'operator', isYou: false, ip: '10.1.2.3', device: 'Safari on iPhone' },
  ])
  for (const row of rows) {
    expect(Math.abs(row.createdAt - one.home.now())).toBeLessThan(5000)
    expect(row.idleExpiresAt - row.lastSeenAt).toBe(30 * 60_000)
    expect(row.absoluteExpiresAt - row.createdAt).toBe(12 * 60 * 60_000)
  }
  expect((await two.admins.consoles.list(null)).rows.map(({ isYou }) => isYou)).toEqual([false, false])
})

test('a handle tells neither the id nor its digest, and no id is in Redis', async () => {
  const { admins, signIn } = await startReplica(server)
  const id = await signIn()
  const text = JSON.stringify(await admins.consoles.list(id))
  const [key] = await server.client().keys('rollcall:console:*')
  expect(key).toBeDefined()
  expect(text).not.toContain(id)
  expect(text).not.toContain(key?.slice('rollcall:console:'.length))
  expect(await dump(server)).not.toContain(id)
})

test('an admin ends another’s session at every replica at once, and the audit says whose', async () => {
  const given = await withOlga()
  const [one, two] = [await startReplica(server, given), await startReplica(server, given)]
  const [mine, hers] = [await one.signIn(), await two.signIn('olga')]
  expect(await two.admins.find(hers, act)).toMatchObject({ username: 'olga' })
  const row = (await one.admins.consoles.list(mine)).rows.find(({ username }) => username === 'olga')
  expect(await one.admins.consoles.end(boss, row?.handle ?? '', mine)).toEqual({ outcome: 'done', reason: null })
  expect(await one.admins.find(hers, poll)).toBeNull()
  await until('the other replica knows', async () => (await two.admins.find(hers, poll)) === null, 1000)
  expect(await one.admins.find(mine, poll)).toMatchObject({ username: 'admin' })
  expect((await one.admins.consoles.list(mine)).rows.map(({ username }) => username)).toEqual(['admin'])
  expect(one.entries.slice(-2)).toMatchObject([
    { deed: 'console.end', phase: 'intent', admin: 'admin', reason: 'Session of olga' },
    { deed: 'console.end', phase: 'outcome', outcome: 'done', reason: 'Session of olga' },
  ])
})

test('nobody ends their own session here, and the refusal is audited', async () => {
  const { admins, signIn, entries } = await startReplica(server)
  const mine = await signIn()
  const [row] = (await admins.consoles.list(mine)).rows
  expect(await admins.consoles.end(boss, row?.handle ?? '', mine)).toMatchObject({ outcome: 'refused' })
  expect(await admins.find(mine, poll)).toMatchObject({ username: 'admin' })
  expect(entries.at(-1)).toMatchObject({ deed: 'console.end', outcome: 'refused' })
  expect(await codeOf(admins.consoles.end(boss, 'no-such-handle', mine))).toBe('not-found')
})

test('who signed out, or was replaced by a new sign-in, or ran out of time is not in the list', async () => {
  const { admins, signIn } = await startReplica(server, { idleMs: 1200 })
  const first = await signIn()
  await admins.signIn({ username: 'admin', password, earlierId: first, ...caller })
  const second = (await admins.consoles.list(null)).rows
  expect(second).toHaveLength(1)
  await until('its idle end came', async () => (await admins.consoles.list(null)).rows.length === 0)
  const third = await signIn()
  expect((await admins.consoles.list(third)).rows).toHaveLength(1)
  expect(await server.client().hlen('rollcall:console-list')).toBe(1)
  await admins.signOut(third, caller)
  expect((await admins.consoles.list(null)).rows).toEqual([])
  expect(await server.client().hlen('rollcall:console-list')).toBe(0)
})

test('acting is seen at once here and soon elsewhere; a poll is neither seen nor paid for', async () => {
  const [one, two] = [await startReplica(server, { idleMs: 4000 }), await startReplica(server, { idleMs: 4000 })]
  const id = await one.signIn()
  const read = async ({ admins }: typeof one) => (await admins.consoles.list(id)).rows[0]
  const first = await read(one)
  await one.admins.find(id, poll)
  expect((await read(one))?.lastSeenAt).toBe(first?.lastSeenAt)
  await until('it is seen later', async () => {
    await one.admins.find(id, act)
    return ((await read(two))?.lastSeenAt ?? 0) > (first?.lastSeenAt ?? 0) + 1000
  })
  const { version } = await two.admins.consoles.list(id)
  expect((await two.admins.consoles.list(id)).version).toBe(version)
})

test('the session of somebody who is no admin any more is not in the list', async () => {
  const before = await startReplica(server, await withOlga())
  await before.signIn('olga')
  const after = await startReplica(server)
  expect((await after.admins.consoles.list(null)).rows).toEqual([])
})
