import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readAuthenticator } from '@/e2e/support/authenticator'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { caller, codeOf, dump, password, startReplica, stopReplicas } from '@/e2e/support/replica'

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

const times = { idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 }
const actor = { ...caller, admin: { username: 'admin', role: 'admin' as const, ...times } }

/** Sets up a second factor for `admin`; the code of that step is used up by it. */
async function enrol({ admins, home }: Replica) {
  const { secret, uri, enrolment } = await admins.own.offerFactor(actor, { password })
  expect(uri).toBe(`otpauth://totp/Rollcall:admin?secret=${secret}&issuer=Rollcall`)
  const read = (steps = 0) => readAuthenticator(secret, home.now(), steps)
  const used = read()
  const recoveryCodes = await admins.own.confirmFactor(actor, { enrolment, code: used })
  return { secret, recoveryCodes, read, used }
}

/** No throttle: what is tried here is the codes. */
const forgive = async () => {
  const keys = await server.client().keys('rollcall:throttle:*')
  if (keys.length > 0) await server.client().del(...keys)
}

test('with a second factor the right password alone is told that, a wrong one is not, and a code opens at every replica', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const { read } = await enrol(one)
  expect(await codeOf(one.signIn('admin', 'not the password'))).toBe('unauthenticated')
  expect(await codeOf(one.signIn('admin', 'not the password', read(1)))).toBe('unauthenticated')
  expect(await codeOf(two.signIn('admin', password))).toBe('second-factor-required')
  expect(two.entries.at(-1)).toMatchObject({ outcome: 'denied', reason: 'right password, no code yet' })
  expect(await codeOf(two.signIn('admin', password, '000000'))).toBe('second-factor-required')
  expect(two.entries.at(-1)).toMatchObject({ outcome: 'denied', reason: 'wrong code' })
  expect(await codeOf(two.signIn('admin', password, read(1)))).toBe('done')
})

test('a code opens once: not the one it was set up with, not again, and for one of twenty that give it at once at two replicas', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const { read, used } = await enrol(one)
  expect(await codeOf(one.signIn('admin', password, used))).toBe('second-factor-required')
  const code = read(1)
  const ends: string[] = []
  for (let round = 0; round < 5; round += 1) {
    await forgive()
    ends.push(
      ...(await Promise.all([one, two, one, two].map((replica) => codeOf(replica.signIn('admin', password, code))))),
    )
  }
  expect(ends.filter((end) => end === 'done')).toHaveLength(1)
  expect(ends.filter((end) => end === 'second-factor-required')).toHaveLength(19)
})

test('a code of two steps before or after opens nothing', async () => {
  const replica = await startReplica(server)
  const { read } = await enrol(replica)
  for (const steps of [-3, 3, 20]) {
    expect(await codeOf(replica.signIn('admin', password, read(steps)))).toBe('second-factor-required')
  }
  expect(await codeOf(replica.signIn('admin', password, read(1)))).toBe('done')
})

test('each of ten recovery codes opens once, however it is typed; others and those of an earlier enrolment never', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  const earlier = (await enrol(one)).recoveryCodes
  await one.admins.own.removeFactor(actor, { password, code: earlier[9] ?? '' })
  await forgive()
  const { recoveryCodes } = await enrol(two)
  expect(new Set(recoveryCodes).size).toBe(10)
  expect(recoveryCodes.every((code) => /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/.test(code))).toBe(true)
  const [first = '', second = ''] = recoveryCodes
  expect(await codeOf(one.signIn('admin', password, earlier[0]))).toBe('second-factor-required')
  const both = await Promise.all([one, two].map((replica) => codeOf(replica.signIn('admin', password, first))))
  expect(both.sort()).toEqual(['done', 'second-factor-required'])
  expect(await codeOf(one.signIn('admin', password, ` ${second.toUpperCase().replaceAll('-', ' ')}`))).toBe('done')
  expect((await one.admins.own.describe(actor.admin, null)).factor).toMatchObject({ recoveryCodesLeft: 8 })
})

test('guessed codes are slowed down like guessed passwords, also where a password alone is given between', async () => {
  const replica = await startReplica(server)
  await enrol(replica)
  const tries = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      codeOf(replica.signIn('admin', password, index % 2 === 0 ? String(100_000 + index) : undefined)),
    ),
  )
  expect(tries.filter((code) => code === 'second-factor-required').length).toBeLessThanOrEqual(6)
  expect(tries.filter((code) => code === 'too-many').length).toBeGreaterThanOrEqual(34)
})

test('neither the secret nor a recovery code nor a code is anywhere in Redis or the audit', async () => {
  const replica = await startReplica(server)
  const { secret, recoveryCodes, read } = await enrol(replica)
  const code = read(1)
  await replica.signIn('admin', password, code)
  const everything = `${await dump(server)} ${JSON.stringify(replica.entries)}`
  expect(everything).toContain('rollcall:factors')
  const [first = ''] = recoveryCodes
  for (const hidden of [secret, first, first.replaceAll('-', ''), `"${code}"`]) expect(everything).not.toContain(hidden)
})

test('with another secret of the deployment no authenticator`s code opens, and a recovery code does', async () => {
  const before = await startReplica(server)
  const { recoveryCodes, read } = await enrol(before)
  const after = await startReplica(server, {}, 'another secret of the deployment')
  expect(await codeOf(after.signIn('admin', password, read(1)))).toBe('second-factor-required')
  expect(await codeOf(after.signIn('admin', password, recoveryCodes[0]))).toBe('done')
})

test('it is switched on by a code of its own secret, in ten minutes, once, and by whom it was offered to', async () => {
  const replica = await startReplica(server)
  const { own, accounts } = replica.admins
  await accounts.create(actor, { name: 'olga', role: 'viewer', password })
  const offer = await own.offerFactor(actor, { password })
  const code = () => readAuthenticator(offer.secret, replica.home.now())
  const olga = { ...actor, admin: { ...actor.admin, username: 'olga' } }
  const confirm = (who: typeof actor, enrolment: string, typed: string) =>
    codeOf(own.confirmFactor(who, { enrolment, code: typed }))
  expect(await codeOf(own.offerFactor(actor, { password: 'not the password' }))).toBe('forbidden')
  expect(await confirm(actor, offer.enrolment, '000000')).toBe('invalid')
  expect(await confirm(olga, offer.enrolment, code())).toBe('conflict')
  expect(await confirm(actor, `${offer.enrolment.slice(0, -2)}AA`, code())).toBe('conflict')
  const both = await Promise.all([confirm(actor, offer.enrolment, code()), confirm(actor, offer.enrolment, code())])
  expect(both.sort()).toEqual(['conflict', 'done'])
  expect(await codeOf(replica.signIn('olga', password))).toBe('done')
})

test('it is switched off by password and code, or reset by another admin; then the password opens alone', async () => {
  const replica = await startReplica(server)
  const { own, accounts } = replica.admins
  const first = await enrol(replica)
  expect(await codeOf(own.removeFactor(actor, { password: 'not the password', code: first.read(1) }))).toBe('forbidden')
  expect(await codeOf(own.removeFactor(actor, { password, code: '000000' }))).toBe('invalid')
  expect(await codeOf(own.removeFactor(actor, { password, code: first.read(1) }))).toBe('done')
  expect(await codeOf(replica.signIn())).toBe('done')

  await enrol(replica)
  const { admin } = await accounts.create(actor, { name: 'olga', role: 'admin', password })
  const olga = { ...actor, admin: { ...actor.admin, username: 'olga' } }
  const [boss] = (await accounts.list('olga')).rows
  expect(boss).toMatchObject({ name: 'admin', hasFactor: true })
  expect(await codeOf(accounts.resetFactor(actor, boss?.admin ?? ''))).toBe('forbidden')
  expect(await accounts.resetFactor(olga, boss?.admin ?? '')).toMatchObject({ outcome: 'done' })
  expect(await accounts.resetFactor(actor, admin.admin)).toMatchObject({ outcome: 'already-gone' })
  expect(await codeOf(replica.signIn())).toBe('done')
  expect(await dump(server)).not.toContain('rollcall:factors')
})

test('the documented way out of a lost factor of admin works at every replica', async () => {
  const [one, two] = [await startReplica(server), await startReplica(server)]
  await enrol(one)
  expect(await codeOf(two.signIn())).toBe('second-factor-required')
  await server.client().hdel('rollcall:factors', 'admin')
  await forgive()
  expect([await codeOf(one.signIn()), await codeOf(two.signIn())]).toEqual(['done', 'done'])
})
