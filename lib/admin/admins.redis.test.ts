import { hash } from '@node-rs/argon2'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { caller, codeOf, dump, password, startReplica, stopReplicas } from '@/e2e/support/replica'
import { createPasswords } from './password'

let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.client().flushall()
})
afterEach(stopReplicas)
afterAll(() => server?.stop())

const poll = { isPoll: true }
const act = { isPoll: false }

test('an admin signs in, is recognised, signs out and is a stranger again', async () => {
  const { admins, signIn, entries } = await startReplica(server)
  const id = await signIn()
  expect(id).toMatch(/^[\w-]{43}$/)
  expect(await admins.find(id, act)).toMatchObject({ username: 'admin', role: 'admin', isVerified: true })
  await admins.signOut(id, caller)
  expect(await admins.find(id, act)).toBeNull()
  expect(entries.map(({ deed, outcome, admin }) => [deed, outcome, admin])).toEqual([
    ['admin.sign-in', 'done', 'admin'],
    ['admin.sign-out', 'done', 'admin'],
  ])
})

test('a wrong password, an unknown name and an empty password are one refusal, each audited, unknown names unwritten', async () => {
  const { signIn, entries } = await startReplica(server)
  const refusals = await Promise.allSettled([signIn('admin', 'wrong'), signIn('nobody', password), signIn('admin', '')])
  const told = refusals.map((one) => one.status === 'rejected' && [one.reason.code, one.reason.detail])
  expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(told[0]).toEqual(['unauthenticated', 'The name or the password is wrong.'])
  expect(entries.map(({ admin, outcome }) => `${admin} ${outcome}`).sort()).toEqual([
    'admin denied',
    'admin denied',
    'null denied',
  ])
})

test('when somebody gave their password is known to every replica, and is new after signing in again', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const before = Date.now()
  const earlierId = await one.signIn()
  const first = (await two.admins.find(earlierId, act))?.signedInAt ?? 0
  expect(Math.abs(first - before)).toBeLessThan(5_000)
  expect((await one.admins.find(earlierId, act))?.signedInAt).toBe(first)
  await until('the clock goes on', () => Date.now() > before + 5)
  const id = await one.admins.signIn({ username: 'admin', password, earlierId, ...caller })
  expect((await two.admins.find(id, act))?.signedInAt).toBeGreaterThan(first)
})

test('what no console made is never adopted', async () => {
  const { admins } = await startReplica(server)
  for (const id of [null, '', 'x', 'a'.repeat(43), `${'a'.repeat(42)}*`, 'a'.repeat(5000)]) {
    expect(await admins.find(id, act)).toBeNull()
  }
})

test('a new sign-in ends the session of the earlier cookie', async () => {
  const { admins, signIn } = await startReplica(server)
  const earlierId = await signIn()
  const id = await admins.signIn({ username: 'admin', password, earlierId, ...caller })
  expect(id).not.toBe(earlierId)
  expect(await admins.find(earlierId, act)).toBeNull()
  expect(await admins.find(id, act)).not.toBeNull()
})

test('no session id, password or usable credential is anywhere in Redis', async () => {
  const { admins, signIn } = await startReplica(server)
  const ids = [await signIn(), await signIn()]
  for (const id of ids) await admins.find(id, act)
  const everything = await dump(server)
  expect(everything).toContain('rollcall:console:')
  for (const secret of [...ids, password]) expect(everything).not.toContain(secret)
})

test('polls cost Redis nothing and do not slide; the session ends at its idle end under them', async () => {
  const { admins, signIn } = await startReplica(server, { idleMs: 1500 })
  const id = await signIn()
  const first = await admins.find(id, poll)
  await until('its own write has been told', async () => (await costOf(() => admins.find(id, poll))) === 0)
  expect(await costOf(() => admins.find(id, poll), 100)).toBe(0)
  expect((await admins.find(id, poll))?.idleExpiresAt).toBe(first?.idleExpiresAt)
  await until('it ended', async () => (await admins.find(id, poll)) === null)
  expect(Date.now()).toBeGreaterThanOrEqual((first?.idleExpiresAt ?? 0) - 20)
  expect(Date.now()).toBeLessThan((first?.idleExpiresAt ?? 0) + 500)
})

test('acting slides the idle end at once, in Redis as well, and never past the absolute end', async () => {
  const { admins, signIn } = await startReplica(server, { idleMs: 1200, absoluteMs: 3000 })
  const startedAt = Date.now()
  const id = await signIn()
  await until('it was kept alive past its first idle end', async () => {
    expect(await admins.find(id, act)).not.toBeNull()
    return Date.now() > startedAt + 2000
  })
  await until('its absolute end came', async () => (await admins.find(id, act)) === null)
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2900)
  expect(Date.now() - startedAt).toBeLessThan(3500)
})

test('a hundred requests write the idle end once', async () => {
  const { admins, signIn } = await startReplica(server)
  const id = await signIn()
  await admins.find(id, act)
  await until('its own write has been told', async () => (await costOf(() => admins.find(id, poll))) === 0)
  expect(await costOf(() => admins.find(id, act), 100)).toBe(0)
})

test('a sign-out at one replica is effective at the other', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const id = await one.signIn()
  expect(await one.admins.find(id, act)).not.toBeNull()
  expect(await two.admins.find(id, act)).not.toBeNull()
  await one.admins.signOut(id, caller)
  expect(await one.admins.find(id, act)).toBeNull()
  await until('the other replica knows', async () => (await two.admins.find(id, poll)) === null, 1000)
})

test('a change of password or role ends the sessions of before, and nobody else’s', async () => {
  const known = await createPasswords().hash(password)
  const admins = (role: 'operator' | 'viewer') => [
    { username: 'olga', role, hash: known },
    { username: 'vera', role: 'viewer' as const, hash: known },
  ]
  const before = await startReplica(server, { admins: admins('operator') })
  const [boss, olga, vera] = [await before.signIn(), await before.signIn('olga'), await before.signIn('vera')]
  expect(await before.admins.find(olga, act)).toMatchObject({ username: 'olga', role: 'operator' })

  const after = await startReplica(server, { admins: admins('viewer'), adminPassword: `${password}, another` })
  expect(await after.admins.find(boss, act)).toBeNull()
  expect(await after.admins.find(olga, act)).toBeNull()
  expect(await after.admins.find(vera, act)).toMatchObject({ username: 'vera', role: 'viewer' })
})

test('two replicas that start at once agree on one generated password, said once and kept as a hash', async () => {
  const [one, two] = await Promise.all([
    startReplica(server, { adminPassword: null }),
    startReplica(server, { adminPassword: null }),
  ])
  await until('somebody said it', () => one.announced.length + two.announced.length > 0)
  const said = [...one.announced, ...two.announced]
  expect(said).toHaveLength(1)
  const generated = /Password\s+(\S+)/.exec(said[0] ?? '')?.[1] ?? ''
  expect(generated).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
  expect(await dump(server)).not.toContain(generated)
  for (const replica of [one, two]) {
    const id = await replica.signIn('admin', generated)
    expect(await one.admins.find(id, act)).toMatchObject({ role: 'admin' })
    expect(await two.admins.find(id, act)).toMatchObject({ role: 'admin' })
  }
  const later = await startReplica(server, { adminPassword: null })
  expect(await codeOf(later.signIn('admin', generated))).toBe('done')
  expect(later.announced).toEqual([])
})

test('a generated password’s hash of lesser cost is replaced at the next sign-in', async () => {
  const key = 'rollcall:admin'
  await server.client().set(key, await hash(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 }))
  const { admins, signIn, announced } = await startReplica(server, { adminPassword: null })
  const id = await signIn()
  expect(await server.client().get(key)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await admins.find(id, act)).toMatchObject({ username: 'admin' })
  expect(await codeOf(signIn())).toBe('done')
  expect(announced).toEqual([])
})

test('a password from the settings wins over the generated one', async () => {
  const first = await startReplica(server, { adminPassword: null })
  await until('it was said', () => first.announced.length > 0)
  const generated = /Password\s+(\S+)/.exec(first.announced[0] ?? '')?.[1] ?? ''
  const { signIn } = await startReplica(server)
  expect(await codeOf(signIn('admin', generated))).toBe('unauthenticated')
  expect(await codeOf(signIn())).toBe('done')
})

test('a signed-in admin is not locked out by guesses at their account', async () => {
  const { admins, signIn } = await startReplica(server)
  const id = await signIn()
  const guesses = await Promise.all(Array.from({ length: 200 }, () => codeOf(signIn('admin', 'a wrong guess here'))))
  expect(guesses.filter((code) => code === 'unauthenticated').length).toBeLessThanOrEqual(6)
  expect(guesses.filter((code) => code === 'too-many').length).toBeGreaterThanOrEqual(194)
  expect(await codeOf(signIn())).toBe('too-many')
  expect(await admins.find(id, act)).toMatchObject({ username: 'admin', isVerified: true })
})

test('while the home is away sign-in is closed, a session lately seen may read unverified, others cannot be told', async () => {
  const own = await startRedis()
  const { admins, home, signIn } = await startReplica(own)
  const id = await signIn()
  const unseen = await signIn()
  const signedOut = await signIn()
  await admins.find(id, act)
  await own.kill()
  await until('the loss is seen', () => home.health().state === 'down')
  expect(await codeOf(signIn())).toBe('source-unavailable')
  expect(await admins.find(id, act)).toMatchObject({ username: 'admin', isVerified: false })
  expect(await codeOf(admins.find(unseen, act))).toBe('source-unavailable')
  await admins.signOut(signedOut, caller)
  expect(await admins.find(signedOut, act)).toBeNull()
  await own.restart()
  await until('the home is back', () => home.health().state === 'up')
  await until('the flushed session is gone', async () => (await admins.find(id, poll)) === null)
  await own.stop()
})

/** How many commands `work`, done so often, sends to Redis beside the heartbeat. */
async function costOf(work: () => Promise<unknown>, times = 1): Promise<number> {
  const client = server.client()
  const read = async () => {
    const lines = (await client.info('commandstats')).split('\r\n')
    const calls = lines.filter((line) => /^cmdstat_(get|getex|pttl|set|getdel|pexpireat):/.test(line))
    return calls.reduce((sum, line) => sum + Number(/calls=(\d+)/.exec(line)?.[1]), 0)
  }
  const before = await read()
  for (let time = 0; time < times; time++) await work()
  return (await read()) - before
}
