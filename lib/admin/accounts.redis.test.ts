import { hash } from '@node-rs/argon2'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { caller, codeOf, dump, password, startReplica, stopReplicas } from '@/e2e/support/replica'
import type { Role } from '@/lib/contract/login'
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

type Replica = Awaited<ReturnType<typeof startReplica>>

const act = { isPoll: false }
const fresh = () => ({ idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 })
/** Somebody who gave their password just now, whatever they may. */
const as = (username: string, role: Role = 'admin') => ({ ...caller, admin: { username, role, ...fresh() } })

async function make({ admins }: Replica, name: string, role: Role = 'admin') {
  const { admin } = await admins.accounts.create(as('admin'), { name, role, password })
  return admin.admin
}
const rowsOf = async ({ admins }: Replica) => (await admins.accounts.list('admin')).rows
const last = ({ entries }: Replica) => entries.at(-1)

test('an admin is made, signs in at another replica, and what they may is what was given', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const { admin, password: told } = await one.admins.accounts.create(as('admin'), {
    name: 'olga',
    role: 'operator',
    password,
  })
  expect(admin).toMatchObject({ name: 'olga', role: 'operator', origin: 'here', isDisabled: false, createdBy: 'admin' })
  expect(told).toBeNull()
  const id = await two.signIn('olga')
  expect(await one.admins.find(id, act)).toMatchObject({ username: 'olga', role: 'operator', isVerified: true })
  expect(await codeOf(two.signIn('olga', 'not the password'))).toBe('unauthenticated')
  expect(one.entries.map(({ deed, phase, outcome, reason }) => [deed, phase, outcome, reason])).toEqual([
    ['admin.create', 'intent', null, 'olga, operator'],
    ['admin.create', 'outcome', 'done', 'olga, operator'],
  ])
})

test('without a password one is made, told once and kept as a hash', async () => {
  const replica = await startReplica(server)
  const { password: told } = await replica.admins.accounts.create(as('admin'), { name: 'olga', role: 'viewer' })
  expect(told).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
  expect(await codeOf(replica.signIn('olga', told ?? ''))).toBe('done')
  for (const secret of [told ?? '', password]) {
    expect(`${await dump(server)} ${JSON.stringify(replica.entries)}`).not.toContain(secret)
  }
})

test('a name is taken without case and in any spelling, by the settings too, and by one of two that ask at once', async () => {
  const known = await createPasswords().hash(password)
  const replica = await startReplica(server, { admins: [{ username: 'Vera', role: 'viewer', hash: known }] })
  await make(replica, 'Ölga')
  const codes = await Promise.all(
    ['ölga', 'ÖLGA', 'O\u0308lga', 'admin', 'Admin', 'ＡＤＭＩＮ', 'vera'].map((name) =>
      codeOf(replica.admins.accounts.create(as('admin'), { name, role: 'viewer', password })),
    ),
  )
  expect(new Set(codes)).toEqual(new Set(['conflict']))
  const both = await Promise.all([codeOf(make(replica, 'nina')), codeOf(make(replica, 'Nina'))])
  expect(both.sort()).toEqual(['conflict', 'done'])
  expect((await rowsOf(replica)).map(({ name, origin }) => `${name} ${origin}`)).toEqual([
    ...['admin settings', 'Vera settings'],
    expect.stringMatching(/^[Nn]ina here$/),
    'Ölga here',
  ])
})

test('another role, a new password and being disabled hold at the next request of every replica', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const handle = await make(one, 'olga', 'operator')
  const change = one.admins.accounts.change
  const changes = [
    () => change(as('admin'), handle, { role: 'viewer' }),
    () => change(as('admin'), handle, { password }),
    () => change(as('admin'), handle, { isDisabled: true }),
  ]
  for (const work of changes) {
    const id = await one.signIn('olga')
    expect(await one.admins.find(id, act)).not.toBeNull()
    expect(await two.admins.find(id, act)).not.toBeNull()
    await work()
    expect(await one.admins.find(id, act)).toBeNull()
    await until('the other replica knows', async () => (await two.admins.find(id, act)) === null, 1000)
  }
  expect(await codeOf(one.signIn('olga'))).toBe('unauthenticated')
  expect(await codeOf(two.signIn('olga'))).toBe('unauthenticated')
  expect(last(two)).toMatchObject({ deed: 'admin.sign-in', admin: 'olga', outcome: 'denied', reason: 'disabled' })
  await change(as('admin'), handle, { isDisabled: false })
  expect(await codeOf(one.signIn('olga'))).toBe('done')
})

test('whoever was out stays out: enabling brings no session of before back', async () => {
  const replica = await startReplica(server)
  const handle = await make(replica, 'olga', 'operator')
  const id = await replica.signIn('olga')
  // The session's own key is kept from the tidying, as if Redis had not answered then.
  const [key = ''] = await server.client().keys('rollcall:console:*')
  const kept = (await server.client().get(key)) ?? ''
  await replica.admins.accounts.change(as('admin'), handle, { isDisabled: true })
  await replica.admins.accounts.change(as('admin'), handle, { isDisabled: false })
  await server.client().set(key, kept, 'PX', 60_000)
  await until('it is read anew', async () => (await replica.admins.find(id, act)) === null, 1000)
})

test('a removed admin is out, and their tokens are nothing to the next one of that name', async () => {
  const replica = await startReplica(server)
  const { admins } = replica
  const handle = await make(replica, 'olga')
  const id = await replica.signIn('olga')
  const { secret } = await admins.tokens.create(as('olga'), { name: 'hers', role: 'viewer', expiresInMs: 86_400_000 })
  expect(await admins.findToken(secret, null)).not.toBeNull()
  expect(await admins.accounts.remove(as('admin'), handle)).toEqual({ outcome: 'done', reason: null })
  expect([await admins.find(id, act), await admins.findToken(secret, null)]).toEqual([null, null])
  expect(await codeOf(replica.signIn('olga'))).toBe('unauthenticated')
  expect(await codeOf(admins.accounts.remove(as('admin'), handle))).toBe('not-found')
  await make(replica, 'olga')
  expect([await admins.find(id, act), await admins.findToken(secret, null)]).toEqual([null, null])
  expect(await codeOf(replica.signIn('olga'))).toBe('done')
})

test('of two admins who take each other`s role, disable or remove each other at once, one is left: in 100 of 100 runs over two replicas', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const cheap = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 })
  const put = (name: string) =>
    server.client().hset(
      'rollcall:admins',
      name,
      JSON.stringify({
        name,
        role: 'admin',
        hash: cheap,
        isDisabled: false,
        stamp: name,
        createdAt: 1,
        createdBy: 'admin',
      }),
    )
  await put('olga')
  await put('nina')
  const handles = Object.fromEntries((await rowsOf(one)).map(({ name, admin }) => [name, admin]))
  const deeds = [
    ({ admins }: Replica, by: string, about: string) =>
      codeOf(admins.accounts.change(as(by), handles[about] ?? '', { role: 'viewer' })),
    ({ admins }: Replica, by: string, about: string) =>
      codeOf(admins.accounts.change(as(by), handles[about] ?? '', { isDisabled: true })),
    ({ admins }: Replica, by: string, about: string) => codeOf(admins.accounts.remove(as(by), handles[about] ?? '')),
  ]
  const ends: string[] = []
  for (let run = 0; run < 100; run += 1) {
    await put('olga')
    await put('nina')
    const deed = deeds[run % deeds.length] ?? deeds[0]
    ends.push(...((await Promise.all([deed?.(one, 'olga', 'nina'), deed?.(two, 'nina', 'olga')])) as string[]))
    const left = Object.values(await server.client().hgetall('rollcall:admins')).map((text) => JSON.parse(text))
    expect(left.filter(({ role, isDisabled }) => role === 'admin' && !isDisabled)).toHaveLength(1)
  }
  expect(ends.filter((end) => end === 'done')).toHaveLength(100)
  expect(new Set(ends)).toEqual(new Set(['done', 'forbidden']))
}, 60_000)

test('nobody changes or removes themselves, those of the settings are not changed here, and a token changes nobody', async () => {
  const replica = await startReplica(server)
  const handle = await make(replica, 'olga')
  const { accounts } = replica.admins
  const [admin] = await rowsOf(replica)
  const codes = [
    await codeOf(accounts.change(as('olga'), handle, { role: 'viewer' })),
    await codeOf(accounts.change(as('olga'), handle, { isDisabled: true })),
    await codeOf(accounts.remove(as('olga'), handle)),
    await codeOf(accounts.change(as('token:nightly by olga'), handle, { role: 'viewer' })),
    await codeOf(accounts.create(as('token:nightly by olga'), { name: 'nina', role: 'admin', password })),
    await codeOf(accounts.resetFactor(as('token:nightly by olga'), admin?.admin ?? '')),
    await codeOf(accounts.change(as('olga'), admin?.admin ?? '', { role: 'viewer' })),
    await codeOf(accounts.remove(as('olga'), admin?.admin ?? '')),
    await codeOf(accounts.change(as('admin'), 'nobody', { role: 'viewer' })),
    // Somebody whose rights went while they asked.
    await codeOf(accounts.remove(as('removed'), handle)),
  ]
  expect(codes).toEqual([
    ...['forbidden', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'forbidden'],
    ...['unsupported', 'unsupported', 'not-found', 'forbidden'],
  ])
  expect((await rowsOf(replica)).map(({ name, role, isDisabled }) => [name, role, isDisabled])).toEqual([
    ['admin', 'admin', false],
    ['olga', 'admin', false],
  ])
})

test('admins are changed with a password of the last ten minutes only', async () => {
  const replica = await startReplica(server)
  const handle = await make(replica, 'olga')
  const stale = as('admin')
  stale.admin.signedInAt -= 11 * 60_000
  const { accounts } = replica.admins
  expect([
    await codeOf(accounts.create(stale, { name: 'nina', role: 'viewer', password })),
    await codeOf(accounts.change(stale, handle, { role: 'viewer' })),
    await codeOf(accounts.remove(stale, handle)),
    await codeOf(accounts.resetFactor(stale, handle)),
  ]).toEqual(['reauth-required', 'reauth-required', 'reauth-required', 'reauth-required'])
  expect(replica.entries.filter(({ outcome }) => outcome === 'denied')).toHaveLength(4)
  expect(await rowsOf(replica)).toHaveLength(2)
})

test('what the audit does not take is not done', async () => {
  const replica = await startReplica(server)
  const handle = await make(replica, 'olga')
  const before = await dump(server)
  replica.audit.isKept = false
  const { accounts, own } = replica.admins
  expect([
    await codeOf(accounts.create(as('admin'), { name: 'nina', role: 'viewer', password })),
    await codeOf(accounts.change(as('admin'), handle, { role: 'viewer' })),
    await codeOf(accounts.change(as('admin'), handle, { password: null })),
    await codeOf(accounts.remove(as('admin'), handle)),
    await codeOf(accounts.resetFactor(as('admin'), handle)),
    await codeOf(own.changePassword(as('olga'), { password, newPassword: 'maple tuba ladder fog' })),
    await codeOf(own.offerFactor(as('olga'), { password })),
  ]).toEqual(Array.from({ length: 7 }, () => 'source-unavailable'))
  expect(await dump(server)).toBe(before)
  replica.audit.isKept = true
  expect(await codeOf(accounts.change(as('admin'), handle, { role: 'viewer' }))).toBe('done')
})

test('a weak password is refused with its reason, wherever it is set', async () => {
  const replica = await startReplica(server, { publicUrl: 'https://sessions.example.com' })
  const handle = await make(replica, 'olga')
  const { accounts, own } = replica.admins
  for (const weak of ['short', 'passwordpassword', 'olga sessions example', '123456789012345']) {
    expect(await codeOf(accounts.create(as('admin'), { name: 'nina', role: 'viewer', password: weak }))).toBe('invalid')
    expect(await codeOf(accounts.change(as('admin'), handle, { password: weak }))).toBe('invalid')
  }
  const refused = await own.changePassword(as('olga'), { password, newPassword: 'short' }).catch((error) => error)
  expect(refused.faults).toEqual([{ pointer: '/newPassword', detail: 'must have at least 15 characters' }])
  expect(await codeOf(replica.signIn('olga'))).toBe('done')
})

test('one`s own password is changed with the old one; every session of before is over, and wrong guesses count like sign-ins', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  await make(one, 'olga', 'viewer')
  const ids = [await one.signIn('olga'), await two.signIn('olga')]
  const next = 'maple tuba ladder fog'
  const olga = as('olga', 'viewer')
  expect(await codeOf(one.admins.own.changePassword(olga, { password: 'a wrong guess', newPassword: next }))).toBe(
    'forbidden',
  )
  expect(last(one)).toMatchObject({ deed: 'account.password', outcome: 'denied' })
  await one.admins.own.changePassword(olga, { password, newPassword: next })
  for (const id of ids) {
    expect(await one.admins.find(id, act)).toBeNull()
    await until('the other replica knows', async () => (await two.admins.find(id, act)) === null, 1000)
  }
  expect([await codeOf(one.signIn('olga')), await codeOf(two.signIn('olga', next))]).toEqual([
    'unauthenticated',
    'done',
  ])
  const change = () => one.admins.own.changePassword(olga, { password: 'a wrong guess', newPassword: password })
  const guesses = await Promise.all(Array.from({ length: 20 }, () => codeOf(change())))
  expect(guesses.filter((code) => code === 'forbidden').length).toBeLessThanOrEqual(6)
  expect(guesses.filter((code) => code === 'too-many').length).toBeGreaterThanOrEqual(14)
})

test('the password of admin can be changed where it was generated, and not where the settings have it', async () => {
  const generated = await startReplica(server, { adminPassword: null })
  await until('it was said', () => generated.announced.length > 0)
  const said = /Password\s+(\S+)/.exec(generated.announced[0] ?? '')?.[1] ?? ''
  const id = await generated.signIn('admin', said)
  await generated.admins.own.changePassword(as('admin'), { password: said, newPassword: 'maple tuba ladder fog' })
  expect(await generated.admins.find(id, act)).toBeNull()
  expect(await codeOf(generated.signIn('admin', 'maple tuba ladder fog'))).toBe('done')
  const given = await startReplica(server)
  const change = { password, newPassword: 'maple tuba ladder fog' }
  expect(await codeOf(given.admins.own.changePassword(as('admin'), change))).toBe('unsupported')
  expect(await given.admins.own.describe(as('admin').admin, null)).toMatchObject({
    hasPassword: true,
    canChangePassword: false,
  })
})

test('one ends all of one`s own other sessions, and nobody else`s', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  await make(one, 'olga', 'viewer')
  const [kept, other, third] = [await one.signIn('olga'), await two.signIn('olga'), await one.signIn('olga')]
  const boss = await one.signIn()
  const olga = as('olga', 'viewer')
  expect((await one.admins.own.describe(olga.admin, kept)).sessions.map(({ isYou }) => isYou).sort()).toEqual([
    false,
    false,
    true,
  ])
  expect(await one.admins.own.endOthers(olga, kept)).toEqual({ ended: 2 })
  for (const id of [other, third]) {
    for (const { admins } of [one, two]) {
      await until('it is over everywhere', async () => (await admins.find(id, act)) === null, 1000)
    }
  }
  expect(await one.admins.find(kept, act)).not.toBeNull()
  expect(await one.admins.find(boss, act)).not.toBeNull()
  expect((await one.admins.own.describe(olga.admin, kept)).sessions).toHaveLength(1)
})

test('a hash of lesser cost is replaced at the next sign-in, and nobody is signed out by that', async () => {
  const replica = await startReplica(server)
  await make(replica, 'olga', 'viewer')
  const id = await replica.signIn('olga')
  const text = (await server.client().hget('rollcall:admins', 'olga')) ?? ''
  const weak = await hash(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  await server.client().hset('rollcall:admins', 'olga', JSON.stringify({ ...JSON.parse(text), hash: weak }))
  await until('it is known', async () => (await codeOf(replica.signIn('olga'))) === 'done')
  expect(await server.client().hget('rollcall:admins', 'olga')).toContain('m=19456,t=2,p=1')
  expect(await replica.admins.find(id, act)).not.toBeNull()
})
