import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Jar, keepCookies, sentCookies } from '@/e2e/support/apps/jar'
import { type Identity, startIdentity } from '@/e2e/support/identity'
import { type Lies, startLiar } from '@/e2e/support/liar'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { caller, codeOf, dump, startReplica, stopReplicas } from '@/e2e/support/replica'
import { parseSettings } from '@/lib/settings.mjs'
import type { Admins } from './admins'
import { isOpenIdRefused } from './openid-refused'

const publicUrl = 'http://localhost:3000'
const poll = { isPoll: true }

let server: RedisServer
let identity: Identity
let silent: Identity
let liar: Awaited<ReturnType<typeof startLiar>>

beforeAll(async () => {
  server = await startRedis()
  identity = await startIdentity([publicUrl])
  silent = await startIdentity([publicUrl], { tellsAuthTime: false })
  liar = await startLiar()
})
beforeEach(async () => {
  await server.client().flushall()
  liar.lie({})
})
afterEach(stopReplicas)
afterAll(async () => {
  await Promise.all([identity?.stop(), silent?.stop(), liar?.stop()])
  await server?.stop()
})

function settingsOf(env: Record<string, string>) {
  const { settings, faults } = parseSettings(env, () => '')
  if (settings === null) throw new Error(faults.join('\n'))
  return settings
}

async function startWith(env: Record<string, string>) {
  const replica = await startReplica(server, settingsOf(env))
  const { openId } = replica.admins
  if (openId === null) throw new Error('There is no single sign-on')
  return { ...replica, openId }
}

const liarEnv = () => ({
  PUBLIC_URL: publicUrl,
  ROLLCALL_OIDC_ISSUER: liar.issuer,
  ROLLCALL_OIDC_CLIENT_ID: 'rollcall',
  ROLLCALL_OIDC_ROLES: 'rollcall-admins=admin',
})

/** A browser at the provider: it signs in there by `name` where it is asked, and comes back with this. */
async function visit(location: string, name: string, jar: Jar = new Map()): Promise<URLSearchParams> {
  let at = location
  for (let steps = 0; steps < 10; steps += 1) {
    const url = new URL(at)
    if (url.origin === publicUrl) return url.searchParams
    if (url.pathname.startsWith('/sign-in/')) url.searchParams.set('name', name)
    const answer = await fetch(url, { redirect: 'manual', headers: { Cookie: sentCookies(jar) } })
    keepCookies(jar, answer.headers.getSetCookie())
    at = new URL(answer.headers.get('location') ?? '', url).href
  }
  throw new Error('The provider does not send the browser back')
}

type OpenId = NonNullable<Admins['openId']>
const begin = (openId: OpenId, isAgain = false, earlierId: string | null = null) =>
  openId.begin({ next: '/sessions', isAgain, earlierId, ...caller })
const finish = (openId: OpenId, answer: URLSearchParams, kept: string | null) =>
  openId.finish({ answer, kept, userAgent: null, ...caller })

/** As what a sign-in was refused, or `done`. */
async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!isOpenIdRefused(error)) throw error
    return error.refusal
  }
}

describe('at a real provider', () => {
  test('somebody signs in, with the highest role of their groups, under a name that no account here can have', async () => {
    const { admins, openId, entries } = await startWith(identity.settings(publicUrl))
    const { location, kept } = await begin(openId)
    const asked = new URL(location).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' })
    expect(asked.get('redirect_uri')).toBe(`${publicUrl}/api/login/openid/callback`)
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
    const { id, next } = await finish(openId, await visit(location, 'ada'), kept)
    expect(next).toBe('/sessions')
    expect(await admins.find(id, poll)).toMatchObject({ username: 'openid:ada', role: 'admin', by: 'openid' })
    const list = await admins.consoles.list(id)
    expect(list.rows).toMatchObject([{ username: 'openid:ada', role: 'admin', isYou: true }])
    expect(entries).toMatchObject([
      { deed: 'admin.sign-in', outcome: 'done', admin: 'openid:ada', reason: 'by single sign-on, subject ada' },
    ])
    await admins.signOut(id, caller)
    expect(await admins.find(id, poll)).toBeNull()
    expect((await admins.consoles.list(null)).rows).toEqual([])
  })

  test('nothing of the sign-in that could be used is anywhere in Redis', async () => {
    const { openId } = await startWith(identity.settings(publicUrl))
    const { location, kept } = await begin(openId)
    const { id } = await finish(openId, await visit(location, 'otto'), kept)
    const everything = await dump(server)
    expect(everything).toContain('rollcall:openid:')
    const secrets = [id, kept, ...['state', 'nonce'].map((name) => new URL(location).searchParams.get(name) ?? '')]
    for (const secret of [...secrets, 'the secret of this client']) expect(everything).not.toContain(secret)
  })

  test('without a group that counts, without a name, or by cancelling nobody signs in, and the audit says why', async () => {
    const { openId, entries } = await startWith(identity.settings(publicUrl))
    const outcomes: string[] = []
    for (const name of ['gast', 'namenlos', '']) {
      const { location, kept } = await begin(openId)
      outcomes.push(await refusalOf(visit(location, name).then((answer) => finish(openId, answer, kept))))
    }
    expect(outcomes).toEqual(['no-role', 'no-name', 'cancelled'])
    expect(entries.map(({ outcome, admin, reason }) => [outcome, admin, reason])).toEqual([
      ['denied', 'openid:gast', 'single sign-on: It says nothing that gives a role here.'],
      ['denied', null, 'single sign-on: It says no name of the person.'],
      ['denied', null, 'single sign-on: It answered access_denied.'],
    ])
    expect(await server.client().keys('rollcall:console:*')).toEqual([])
  })

  test('an answer counts once, in the browser that began, and its code once at the provider', async () => {
    const [one, two] = [await startWith(identity.settings(publicUrl)), await startWith(identity.settings(publicUrl))]
    const mine = await begin(one.openId)
    const foreign = await begin(one.openId)
    const answer = await visit(mine.location, 'ada')
    expect(await refusalOf(finish(one.openId, answer, foreign.kept))).toBe('not-begun')
    expect(await refusalOf(finish(one.openId, answer, null))).toBe('not-begun')
    const altered = mine.kept.slice(0, -2) + (mine.kept.endsWith('AA') ? 'BB' : 'AA')
    expect(await refusalOf(finish(one.openId, answer, altered))).toBe('not-begun')
    expect(await refusalOf(finish(two.openId, answer, mine.kept))).toBe('done')
    expect(await refusalOf(finish(one.openId, answer, mine.kept))).toBe('used')
    const swapped = new URLSearchParams({ ...Object.fromEntries(answer), state: stateOf(foreign.location) })
    expect(await refusalOf(finish(one.openId, swapped, foreign.kept))).toBe('used')
  })

  test('other settings end the sessions of before, at the next request', async () => {
    const before = await startWith(identity.settings(publicUrl))
    const { location, kept } = await begin(before.openId)
    const { id } = await finish(before.openId, await visit(location, 'ada'), kept)
    const same = await startWith(identity.settings(publicUrl))
    expect(await same.admins.find(id, poll)).not.toBeNull()
    const roles = { ROLLCALL_OIDC_ROLES: 'rollcall-admins=viewer' }
    const after = await startWith({ ...identity.settings(publicUrl), ...roles })
    expect((await after.admins.consoles.list(null)).rows).toEqual([])
    expect(await after.admins.find(id, poll)).toBeNull()
  })

  test('a session from a provider is fresh from when the password was given there, and asking again makes it so', async () => {
    const { admins, openId, home } = await startWith(identity.settings(publicUrl))
    const jar: Jar = new Map()
    const first = await begin(openId)
    const { id: earlierId } = await finish(openId, await visit(first.location, 'ada', jar), first.kept)
    const gaveAt = (await admins.find(earlierId, poll))?.signedInAt ?? 0
    expect(Math.abs(home.now() - gaveAt)).toBeLessThan(5_000)
    const again = await begin(openId, true, earlierId)
    const asked = Object.fromEntries(new URL(again.location).searchParams)
    expect(asked).toMatchObject({ prompt: 'login', max_age: '0' })
    const { id } = await finish(openId, await visit(again.location, 'ada', jar), again.kept)
    expect((await admins.find(id, poll))?.signedInAt).toBeGreaterThanOrEqual(gaveAt)
    expect(await admins.find(earlierId, poll)).toBeNull()
  })

  test('where the provider does not say when, a session is not fresh', async () => {
    const { admins, openId } = await startWith(silent.settings(publicUrl))
    const { location, kept } = await begin(openId)
    const { id } = await finish(openId, await visit(location, 'ada'), kept)
    const admin = await admins.find(id, poll)
    expect(admin).toMatchObject({ username: 'openid:ada' })
    expect(admin).not.toHaveProperty('signedInAt')
    const token = { name: 'script', role: 'viewer' as const, expiresInMs: 86_400_000 }
    if (admin !== null) expect(await codeOf(admins.tokens.create({ admin, ...caller }, token))).toBe('forbidden')
  })
})

describe('at a provider that lies', () => {
  const now = () => Math.floor(Date.now() / 1000)

  async function tryWith(lies: Lies, isAgain = false): Promise<[refusal: string, reason: string | null | undefined]> {
    liar.lie(lies)
    const { openId, entries } = await startWith(liarEnv())
    const work = begin(openId, isAgain).then(({ location, kept }) => finish(openId, liar.answerTo(location), kept))
    return [await refusalOf(work), entries.at(-1)?.reason]
  }

  test('told the truth, it is believed', async () => {
    expect(await tryWith({})).toEqual(['done', 'by single sign-on, subject subject-1'])
    expect((await tryWith({}, true))[0]).toBe('done')
  })

  test.each<[string, Lies]>([
    ['another issuer in its token', { claims: { iss: 'https://elsewhere.example' } }],
    ['another issuer of itself', { metadata: { issuer: 'https://elsewhere.example' } }],
    ['another nonce', { claims: { nonce: 'n'.repeat(43) } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['another audience', { claims: { aud: 'somebody-else' } }],
    ['a token that is over', { claims: { exp: now() - 600, iat: now() - 1200 } }],
    ['a token without a subject', { claims: { sub: undefined } }],
    ['another key', { isForged: true }],
    ['an address without https', { metadata: { token_endpoint: 'http://token.example/token' } }],
  ])('%s is not believed', async (_, lies) => {
    const [refusal, reason] = await tryWith(lies)
    expect(refusal).toBe('not-believed')
    expect(reason).toMatch(/^single sign-on: .{5,100}\.$/)
    expect(await server.client().keys('rollcall:console:*')).toEqual([])
  })

  test.each<[string, Lies, string]>([
    ['a code that is not taken', { error: 'invalid_grant' }, 'used'],
    ['a client that is not known', { error: 'invalid_client' }, 'unknown-client'],
    ['groups that give no role', { claims: { groups: ['rollcall-admins-not', 42, null] } }, 'no-role'],
    ['no groups', { claims: { groups: undefined } }, 'no-role'],
    ['a name with a line break', { claims: { preferred_username: 'a\nb' } }, 'no-name'],
    [
      'an address nobody confirmed',
      { claims: { preferred_username: '', email: 'a@b.c', email_verified: false } },
      'no-name',
    ],
  ])('%s signs nobody in', async (_, lies, refusal) => {
    const told = await tryWith(lies)
    expect(told[0]).toBe(refusal)
    expect(told[1]).not.toContain('canary')
  })

  test('asked to ask again, an old or missing time of the password does not count', async () => {
    expect((await tryWith({ claims: { auth_time: now() - 3600 } }, true))[0]).toBe('not-fresh')
    expect((await tryWith({ claims: { auth_time: undefined } }, true))[0]).toBe('not-fresh')
    expect((await tryWith({ claims: { auth_time: now() + 3600 } }, true))[0]).toBe('not-fresh')
    expect((await tryWith({ claims: { auth_time: now() - 3600 } }))[0]).toBe('done')
  })

  test('silence of the provider is said within five seconds, whatever it keeps to itself', async () => {
    const other = await startLiar()
    const startedAt = performance.now()
    try {
      liar.lie({ silentAt: '/token' })
      other.lie({ silentAt: '/.well-known/openid-configuration' })
      const [late, unknown] = await Promise.all([
        startWith(liarEnv()),
        startWith({ ...liarEnv(), ROLLCALL_OIDC_ISSUER: other.issuer }),
      ])
      const told = await Promise.all([
        refusalOf(begin(late.openId).then(({ location, kept }) => finish(late.openId, liar.answerTo(location), kept))),
        refusalOf(begin(unknown.openId)),
      ])
      expect(told).toEqual(['no-answer', 'no-answer'])
      expect(performance.now() - startedAt).toBeLessThan(5000)
    } finally {
      await other.stop()
    }
  })

  test('refusals are counted: beyond twenty of a client in a minute the audit is left alone', async () => {
    const { openId, entries } = await startWith(liarEnv())
    const refusals: string[] = []
    for (let index = 0; index < 25; index += 1) {
      refusals.push(await refusalOf(finish(openId, new URLSearchParams({ state: 'x' }), null)))
    }
    expect(refusals.filter((one) => one === 'not-begun')).toHaveLength(20)
    expect(refusals.slice(20)).toEqual(Array(5).fill('too-many'))
    expect(entries).toHaveLength(20)
  })
})

const stateOf = (location: string) => new URL(location).searchParams.get('state') ?? ''
