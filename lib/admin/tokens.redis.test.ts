import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { codeOf, dump, password, startReplica, stopReplicas } from '@/e2e/support/replica'
import type { Role } from '@/lib/contract/login'
import { createPasswords } from './password'

const ip = '10.1.2.3'
const dayMs = 24 * 60 * 60_000
const olga = async (role: Role = 'admin') => [{ username: 'olga', role, hash: await createPasswords().hash(password) }]
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.client().flushall()
})
afterEach(stopReplicas)
afterAll(() => server?.stop())

const admin = (username = 'admin', role: Role = 'admin') => ({
  admin: { username, role, idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 },
  ip,
  requestId: 'request',
})
const order = (name = 'nightly', role: Role = 'operator', expiresInMs = dayMs) => ({ name, role, expiresInMs })

test('a token is told once, opens with its role until its end, and is known by its own name', async () => {
  const { admins, home } = await startReplica(server)
  const { token, secret } = await admins.tokens.create(admin(), order())
  expect(secret).toMatch(/^rollcall_[\w-]{43}$/)
  expect(token).toMatchObject({ name: 'nightly', role: 'operator', createdBy: 'admin', state: 'active' })
  expect(Math.abs(token.expiresAt - home.now() - dayMs)).toBeLessThan(1000)
  expect(await admins.findToken(secret, ip)).toMatchObject({
    username: 'token:nightly by admin',
    role: 'operator',
    absoluteExpiresAt: token.expiresAt,
    isVerified: true,
  })
  expect(JSON.stringify(await admins.tokens.list())).not.toContain(secret)
})

test('no secret is anywhere in Redis or in the audit', async () => {
  const { admins, entries } = await startReplica(server)
  const { secret } = await admins.tokens.create(admin(), order())
  await admins.findToken(secret, ip)
  await until('its use is written', async () => (await server.client().exists('rollcall:tokens:used')) === 1)
  const everything = `${await dump(server)} ${JSON.stringify(entries)}`
  expect(everything).toContain('nightly')
  for (const part of [secret, secret.slice('rollcall_'.length)]) expect(everything).not.toContain(part)
})

test('creating, refusing and revoking are audited with who and what', async () => {
  const { admins, entries } = await startReplica(server)
  await admins.tokens.create(admin(), order())
  expect(await codeOf(admins.tokens.create(admin(), order()))).toBe('conflict')
  expect(await admins.tokens.revoke(admin(), 'nightly')).toEqual({ outcome: 'done', reason: null })
  expect(await codeOf(admins.tokens.revoke(admin(), 'nightly'))).toBe('not-found')
  expect(entries.map(({ deed, phase, outcome, admin }) => [deed, phase, outcome, admin])).toEqual([
    ['token.create', 'intent', null, 'admin'],
    ['token.create', 'outcome', 'done', 'admin'],
    ['token.create', 'intent', null, 'admin'],
    ['token.create', 'outcome', 'refused', 'admin'],
    ['token.revoke', 'intent', null, 'admin'],
    ['token.revoke', 'outcome', 'done', 'admin'],
  ])
  expect(entries[1]).toMatchObject({ reason: 'nightly, operator, for 1 d', ip })
})

test('nobody makes a token that may do more than they, and a token makes none', async () => {
  const { admins, entries } = await startReplica(server)
  expect(await codeOf(admins.tokens.create(admin('olga', 'operator'), order('high', 'admin')))).toBe('forbidden')
  expect(await codeOf(admins.tokens.create(admin('token:nightly by admin'), order('child')))).toBe('forbidden')
  expect((await admins.tokens.list()).rows).toEqual([])
  expect(entries.filter(({ outcome }) => outcome === 'denied')).toHaveLength(2)
})

test('who gave their password more than ten minutes ago makes no token, and the refusal is audited', async () => {
  const { admins, entries } = await startReplica(server)
  const stale = admin()
  for (const signedInAt of [Date.now() - 10 * 60_000, Date.now() + 60_000]) {
    const actor = { ...stale, admin: { ...stale.admin, signedInAt } }
    await expect(admins.tokens.create(actor, order())).rejects.toMatchObject({ code: 'reauth-required' })
  }
  const { signedInAt: _never, ...unknown } = stale.admin
  await expect(admins.tokens.create({ ...stale, admin: unknown }, order())).rejects.toMatchObject({
    code: 'reauth-required',
  })
  expect(entries.filter(({ outcome }) => outcome === 'denied')).toHaveLength(3)
  expect((await admins.tokens.list()).rows).toEqual([])
})

test('a revoked token opens nothing at any replica, at once', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const { secret } = await one.admins.tokens.create(admin(), order())
  await until('the other replica knows it', async () => (await two.admins.findToken(secret, ip)) !== null)
  await one.admins.tokens.revoke(admin(), 'nightly')
  expect(await one.admins.findToken(secret, ip)).toBeNull()
  await until(
    'the other replica refuses it',
    async () => (await two.admins.findToken(secret, '10.9.9.9')) === null,
    1000,
  )
})

test('a late note of its use does not bring a revoked token back', async () => {
  const { admins, home } = await startReplica(server)
  const { secret } = await admins.tokens.create(admin(), order())
  await admins.findToken(secret, ip)
  await admins.tokens.revoke(admin(), 'nightly')
  await server.client().hset('rollcall:tokens:used', 'nightly', JSON.stringify({ at: home.now(), ip }))
  expect(await admins.findToken(secret, null)).toBeNull()
  expect((await admins.tokens.list()).rows).toEqual([])
})

test('an expired token opens nothing and says so in the list', async () => {
  const { admins, home } = await startReplica(server)
  const { secret } = await admins.tokens.create(admin(), order())
  const kept = JSON.parse((await server.client().hget('rollcall:tokens', 'nightly')) ?? '{}')
  await server.client().hset('rollcall:tokens', 'nightly', JSON.stringify({ ...kept, expiresAt: home.now() - 1 }))
  await until('it is over', async () => (await admins.findToken(secret, null)) === null)
  expect((await admins.tokens.list()).rows).toMatchObject([{ name: 'nightly', state: 'expired' }])
})

test('a token stops when its creator is gone, and sinks with their role', async () => {
  const before = await startReplica(server, { admins: await olga() })
  const { secret } = await before.admins.tokens.create(admin('olga'), order('hers', 'admin'))
  expect(await before.admins.findToken(secret, ip)).toMatchObject({ role: 'admin' })
  const demoted = await startReplica(server, { admins: await olga('viewer') })
  expect(await demoted.admins.findToken(secret, ip)).toMatchObject({ role: 'viewer' })
  expect((await demoted.admins.tokens.list()).rows).toMatchObject([{ role: 'viewer', state: 'active' }])
  const gone = await startReplica(server)
  expect(await gone.admins.findToken(secret, ip)).toBeNull()
  expect((await gone.admins.tokens.list()).rows).toMatchObject([{ createdBy: 'olga', state: 'stopped' }])
})

test('a thousand uses cost Redis one write, and the list tells when and from where', async () => {
  const { admins, home } = await startReplica(server)
  const { secret } = await admins.tokens.create(admin(), order())
  await admins.findToken(secret, ip)
  await until('its use has come back', async () => (await admins.tokens.list()).rows[0]?.lastUsedIp === ip)
  const settled = async () => (await costOf(async () => void (await admins.tokens.list()))) === 0
  await until('nothing is to be read any more', settled)
  expect(
    await costOf(async () => {
      for (let use = 0; use < 1000; use += 1) await admins.findToken(secret, ip)
      await admins.tokens.list()
    }),
  ).toBe(0)
  const other = await startReplica(server)
  const [row] = (await other.admins.tokens.list()).rows
  expect(row).toMatchObject({ lastUsedIp: ip })
  expect(home.now() - (row?.lastUsedAt ?? 0)).toBeLessThan(30_000)
})

test('what opens nothing is refused alike, and after twenty in a minute with a wait; a right token goes on', async () => {
  const { admins } = await startReplica(server)
  const { secret } = await admins.tokens.create(admin(), order())
  const wrong = [
    `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
    'rollcall_',
    '',
    secret.slice(9),
    'x'.repeat(9000),
  ]
  for (let guess = 0; guess < 20; guess += 1) {
    expect(await admins.findToken(wrong[guess % wrong.length] ?? '', ip)).toBeNull()
  }
  expect(await codeOf(admins.findToken(wrong[0] ?? '', ip))).toBe('too-many')
  expect(
    await costOf(async () => {
      for (let guess = 0; guess < 50; guess += 1)
        expect(await codeOf(admins.findToken('rollcall_x', ip))).toBe('too-many')
    }),
  ).toBe(0)
  expect(await admins.findToken(secret, ip)).toMatchObject({ role: 'operator' })
  expect(await admins.findToken('rollcall_x', '10.7.7.7')).toBeNull()
})

test('wrong tokens do not close the door to people', async () => {
  const { admins, signIn } = await startReplica(server)
  const codes = await Promise.all(
    Array.from({ length: 100 }, (_, index) => codeOf(admins.findToken('rollcall_x', `10.0.0.${index}`))),
  )
  expect(codes.filter((code) => code === 'done')).toHaveLength(60)
  expect(await codeOf(admins.findToken('rollcall_x', '10.0.1.1'))).toBe('too-many')
  expect(await codeOf(signIn())).toBe('done')
})

test('while the home is away a token lately seen may read unverified, an unknown one cannot be told', async () => {
  const own = await startRedis()
  const { admins, home } = await startReplica(own)
  const { secret } = await admins.tokens.create(admin(), order())
  await admins.findToken(secret, ip)
  await own.kill()
  await until('the loss is seen', () => home.health().state === 'down')
  expect(await admins.findToken(secret, ip)).toMatchObject({ role: 'operator', isVerified: false })
  expect(await codeOf(admins.findToken('rollcall_x', ip))).toBe('source-unavailable')
  expect(await codeOf(admins.tokens.list())).toBe('source-unavailable')
  expect(await codeOf(admins.consoles.list(null))).toBe('source-unavailable')
  await own.restart()
  await until('the flushed token is gone', async () => {
    return home.health().state === 'up' && (await admins.findToken(secret, ip).catch(() => secret)) === null
  })
  await own.stop()
})

test('what does not look like ours in the home opens nothing', async () => {
  const { admins } = await startReplica(server)
  const client = server.client()
  await client.hset('rollcall:tokens', { a: 'not json', b: '{"digest":"x"}', c: '[]' })
  expect(await admins.findToken('rollcall_x', ip)).toBeNull()
  expect((await admins.tokens.list()).rows).toEqual([])
})

/** How many commands of the tokens and of the throttle `work` sends. */
async function costOf(work: () => Promise<void>): Promise<number> {
  const client = server.client()
  const read = async () => {
    const lines = (await client.info('commandstats')).split('\r\n')
    const calls = lines.filter((line) => /^cmdstat_(get|set|hgetall|hset|hsetnx|hdel|incr|decr|pexpire):/.test(line))
    return calls.reduce((sum, line) => sum + Number(/calls=(\d+)/.exec(line)?.[1]), 0)
  }
  const before = await read()
  await work()
  return (await read()) - before
}
