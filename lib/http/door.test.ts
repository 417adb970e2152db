// Long, because all of it asks at one door: three files would repeat the runtime that stands behind it.
import { NextRequest } from 'next/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import type { FoundAdmin } from '@/lib/admin/admins'
import type { AuditEntry } from '@/lib/contract/audit'
import type { Role } from '@/lib/contract/login'
import { Problem } from '@/lib/contract/problem'
import { RevokeAnswer } from '@/lib/contract/session'
import { LoginInput } from '@/lib/contract/sign-in'
import { KnownError } from '@/lib/errors'
import { createMeter } from '@/lib/meter'
import { parseSettings } from '@/lib/settings.mjs'
import { json } from './answer'
import { createDoor, type DoorRuntime } from './door'

const origin = 'http://localhost:3000'
const logged: unknown[] = []
const audited: Pick<AuditEntry, 'deed' | 'outcome' | 'handle'>[] = []
let role: Role | null = 'operator'
let isVerified = true
let isAway = false
let polls: boolean[] = []

const { settings } = parseSettings({}, () => '')
if (settings === null) throw new Error('The default settings are refused')
const keep = (event: string, fields?: object) => void logged.push([event, fields])
const runtime: DoorRuntime = {
  settings,
  requests: { answers: createMeter(), durations: createMeter() },
  log: { debug: keep, info: keep, warn: keep, error: keep },
  audit: {
    write: async ({ deed, outcome, handle }) => void audited.push({ deed, outcome, handle }),
  },
  admins: {
    async find(id, { isPoll }): Promise<FoundAdmin | null> {
      polls.push(isPoll)
      if (isAway) throw new KnownError('source-unavailable', 'away')
      if (role === null || id !== 'good') return null
      return { username: 'olga', role, idleExpiresAt: 1, absoluteExpiresAt: 2, isVerified }
    },
    vouchedBy: () => null,
    async findToken(secret): Promise<FoundAdmin | null> {
      if (isAway) throw new KnownError('source-unavailable', 'away')
      if (role === null || secret !== 'rollcall_good') return null
      return { username: 'token:nightly by olga', role, idleExpiresAt: 2, absoluteExpiresAt: 2, isVerified }
    },
  },
}
const route = createDoor(() => runtime)

const find = ({ params }: { params: Record<string, string> }) => {
  if (params.handle !== 'h1') throw new KnownError('not-found', 'There is no such session.')
  return params.handle
}
const handlers = route({
  GET: {
    deed: 'session.view',
    query: z.strictObject({ page: z.optional(z.enum(['1', '2'])), q: z.optional(z.string()) }),
    run: ({ admin, query }) => ({ name: admin.username, ...query }),
  },
  POST: {
    deed: 'session.extend',
    find,
    body: z.strictObject({ page: z.number(), deep: z.optional(z.object({ 'a/b~c': z.string() })) }),
    run: ({ found, body }) => json({ found, body }, { status: 202 }),
  },
  DELETE: { deed: 'session.revoke', find, run: () => ({ outcome: 'done' }) },
})
const login = route({ POST: { open: true, body: LoginInput, run: ({ admin }) => ({ admin }) } })

beforeEach(() => {
  role = 'operator'
  isVerified = true
  isAway = false
  polls = []
  logged.length = 0
  audited.length = 0
})
afterEach(() => vi.useRealTimers())

type Asked = {
  headers?: Record<string, string>
  body?: BodyInit
  handle?: string
  cookie?: string | null
  of?: typeof handlers
}
type Method = keyof typeof handlers

/** Asks as a browser on our own page would, unless told otherwise. */
function ask(
  method: Method,
  { headers = {}, body, handle = 'h1', cookie = 'good', of = handlers }: Asked = {},
  query = '',
) {
  const request = new NextRequest(`${origin}/api/x${query}`, {
    method,
    headers: {
      host: 'localhost:3000',
      ...(cookie === null ? {} : { cookie: `__Host-rollcall=${cookie}` }),
      ...(method === 'GET' || method === 'HEAD' ? {} : { 'sec-fetch-site': 'same-origin' }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  return of[method](request, { params: Promise.resolve({ handle }) })
}

async function problemOf(answer: Promise<Response>): Promise<Problem> {
  const response = await answer
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const problem = Problem.parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(problem.instance).toBe(response.headers.get('X-Request-Id'))
  return problem
}

const codeOf = async (answer: Promise<Response>) => (await problemOf(answer)).code
const pointersOf = async (answer: Promise<Response>) => {
  const problem = await problemOf(answer)
  expect([problem.code, problem.status]).toEqual(['invalid', 422])
  return problem.errors?.map(({ pointer }) => pointer)
}

describe('what every answer has', () => {
  test('a value is 200 and JSON, stored by nobody, under a request id of its own, without CORS', async () => {
    const [one, two] = [await ask('GET'), await ask('GET')]
    expect(one.status).toBe(200)
    expect(await one.json()).toEqual({ name: 'olga' })
    expect(one.headers.get('Cache-Control')).toBe('no-store')
    expect(one.headers.get('X-Request-Id')).not.toBe(two.headers.get('X-Request-Id'))
    expect([...one.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('a Response of the route goes out as it is, with these headers', async () => {
    const answer = await ask('POST', { body: '{"page":1}' })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ found: 'h1', body: { page: 1 } })
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/)
  })

  test('HEAD is GET without a body, OPTIONS says what there is', async () => {
    const head = await ask('HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    const options = await ask('OPTIONS')
    expect([options.status, options.headers.get('Allow')]).toEqual([204, 'GET, POST, DELETE, HEAD, OPTIONS'])
  })

  test('a missing method is 405 with Allow, also without a body', async () => {
    const answer = ask('PUT')
    expect(await codeOf(answer)).toBe('method-not-allowed')
    expect((await ask('PATCH')).headers.get('Allow')).toBe('GET, POST, DELETE, HEAD, OPTIONS')
    expect(await codeOf(ask('GET', { of: login, cookie: null }))).toBe('method-not-allowed')
  })

  test('an address without methods is 404 for whoever is signed in, else 401', async () => {
    const of = route({})
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      expect(await codeOf(ask(method, { of }))).toBe('not-found')
      expect(await codeOf(ask(method, { of, cookie: null }))).toBe('unauthenticated')
    }
  })
})

describe('the order of refusals', () => {
  const foreign = { 'sec-fetch-site': 'cross-site' }
  const bad = { handle: 'other', headers: foreign, body: '{' }

  test('401 comes before all others', async () => {
    expect(await codeOf(ask('POST', { ...bad, cookie: null }))).toBe('unauthenticated')
    expect(await codeOf(ask('POST', { ...bad, cookie: 'planted' }))).toBe('unauthenticated')
    expect(await codeOf(ask('PUT', { ...bad, cookie: null }))).toBe('unauthenticated')
  })

  test('then 403 for another origin, then for the role', async () => {
    expect(await codeOf(ask('POST', bad))).toBe('cross-origin')
    role = 'viewer'
    expect(await codeOf(ask('POST', { ...bad, headers: {} }))).toBe('forbidden')
    expect(await codeOf(ask('POST', { ...bad, headers: {}, handle: 'h1' }))).toBe('forbidden')
    expect(audited).toEqual([
      // What opens nothing may be a session id.
      { deed: 'session.extend', outcome: 'denied', handle: null },
      { deed: 'session.extend', outcome: 'denied', handle: 'h1' },
    ])
  })

  test('then 404, then the body', async () => {
    expect(await codeOf(ask('POST', { ...bad, headers: {} }))).toBe('not-found')
    expect(await codeOf(ask('POST', { body: '{' }))).toBe('unreadable-body')
    expect(await pointersOf(ask('POST', { body: '{}' }))).toEqual(['/page'])
  })

  test('an open call refuses another origin all the same', async () => {
    const body = '{"username":"a","password":"b"}'
    expect(await codeOf(ask('POST', { of: login, cookie: null, headers: foreign, body }))).toBe('cross-origin')
    expect((await ask('POST', { of: login, cookie: null, body })).status).toBe(200)
  })

  test('a safe method may come from anywhere', async () => {
    expect((await ask('GET', { headers: { ...foreign, origin: 'null' } })).status).toBe(200)
  })
})

describe('a bearer token and the cookie', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const good = bearer('rollcall_good')
  const site = (value: string) => ({ 'sec-fetch-site': value })
  /** A request of a program: without what `ask` adds for a browser. */
  async function statusOf(method: Method, cookie: string | null, headers: Record<string, string>): Promise<number> {
    const request = new NextRequest(`${origin}/api/x`, {
      method,
      headers: { host: 'localhost:3000', ...(cookie === null ? {} : { cookie }), ...headers },
    })
    return (await handlers[method](request, { params: Promise.resolve({ handle: 'h1' }) })).status
  }
  const console = '__Host-rollcall=good'

  test.each<[string, Method, string | null, Record<string, string>, number]>([
    ['a token reads', 'GET', null, good, 200],
    ['a token acts, without an Origin', 'DELETE', null, good, 200],
    ['the scheme is read without case', 'DELETE', null, { authorization: 'bearer  rollcall_good ' }, 200],
    ['a token alone acts whatever page it says to come from', 'DELETE', null, { ...good, ...site('cross-site') }, 200],
    ['also with a foreign Origin', 'DELETE', null, { ...good, origin: 'https://evil.example' }, 200],
    ['a token beside any cookie is asked where it comes from', 'DELETE', 'lb=1', good, 403],
    ['a token beside any cookie from another site', 'DELETE', 'lb=1', { ...good, ...site('cross-site') }, 403],
    ['a token beside any cookie from our page', 'DELETE', 'lb=1', { ...good, ...site('same-origin') }, 200],
    ['a token and the console’s cookie, reading', 'GET', console, good, 401],
    ['a token and the console’s cookie, acting', 'DELETE', console, { ...good, ...site('same-origin') }, 401],
    ['a wrong token does not fall back to the cookie', 'GET', console, bearer('rollcall_bad'), 401],
    ['a wrong token', 'GET', null, bearer('rollcall_bad'), 401],
    ['an empty token', 'GET', null, { authorization: 'Bearer' }, 401],
    ['a console session id as a token', 'GET', null, bearer('good'), 401],
    ['a token in the cookie', 'GET', '__Host-rollcall=rollcall_good', {}, 401],
    ['a token under another scheme', 'GET', null, { authorization: 'Basic rollcall_good' }, 401],
    ['another scheme beside the cookie is a proxy’s', 'GET', console, { authorization: 'Basic eDp5' }, 200],
    ['and changes nothing about where a cookie may come from', 'DELETE', console, { authorization: 'Basic eDp5' }, 403],
    ['the cookie alone acts from our page', 'DELETE', console, site('same-origin'), 200],
    ['the cookie alone does not act from another', 'DELETE', console, site('cross-site'), 403],
    ['the cookie alone does not act without an Origin', 'DELETE', console, {}, 403],
  ])('%s', async (_name, method, cookie, headers, status) => {
    expect(await statusOf(method, cookie, headers)).toBe(status)
  })

  test('a token in the address is no token', async () => {
    expect(await codeOf(ask('GET', { cookie: null }, '?access_token=rollcall_good'))).toBe('unauthenticated')
  })

  test('both together are told in a sentence, and what is denied to a token names it', async () => {
    expect((await problemOf(ask('GET', { headers: good }))).detail).toContain('not both')
    role = 'viewer'
    expect(await codeOf(ask('DELETE', { cookie: null, headers: good }))).toBe('forbidden')
    expect(audited).toEqual([{ deed: 'session.revoke', outcome: 'denied', handle: 'h1' }])
  })

  test('a token does not excuse an open call from saying where it comes from', async () => {
    const body = '{"username":"a","password":"b"}'
    const headers = { ...good, ...site('cross-site') }
    expect(await codeOf(ask('POST', { of: login, cookie: null, headers, body }))).toBe('cross-origin')
  })

  test('while the home is away an unverified token reads but does not act', async () => {
    isVerified = false
    expect((await ask('GET', { cookie: null, headers: good })).status).toBe(200)
    expect((await ask('DELETE', { cookie: null, headers: good })).status).toBe(503)
  })
})

describe('while the home is away', () => {
  test('an unverified session reads but does not act', async () => {
    isVerified = false
    expect((await ask('GET')).status).toBe(200)
    const refused = await ask('DELETE')
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1'])
  })

  test('who cannot be told is 503 and not 401', async () => {
    isAway = true
    expect(await codeOf(ask('GET'))).toBe('source-unavailable')
  })
})

test('a poll says so', async () => {
  await ask('GET', { headers: { 'X-Poll': '1' } })
  await ask('GET', { headers: { 'X-Poll': 'yes' } })
  await ask('GET')
  expect(polls).toEqual([true, false, false])
})

describe('input', () => {
  test('unknown, repeated and wrong parameters are named', async () => {
    expect(await pointersOf(ask('GET', {}, '?page=3'))).toEqual(['?page'])
    expect(await pointersOf(ask('GET', {}, '?foo=1&page=1&bar=2'))).toEqual(['?foo', '?bar'])
    expect(await pointersOf(ask('GET', {}, '?page=1&q=a&page=1'))).toEqual(['?page'])
    expect(await pointersOf(ask('DELETE', {}, '?force=1'))).toEqual(['?force'])
    expect((await ask('GET', {}, '?page=2&q=a%26b')).status).toBe(200)
  })

  test('faults in a body have JSON pointers', async () => {
    expect(await pointersOf(ask('POST', { body: '{"page":"1"}' }))).toEqual(['/page'])
    expect(await pointersOf(ask('POST', { body: '{"page":1,"deep":{}}' }))).toEqual(['/deep/a~1b~0c'])
    expect(await pointersOf(ask('POST', { body: '{"page":1,"x/y":2}' }))).toEqual(['/x~1y'])
    expect(await pointersOf(ask('POST', { body: '[]' }))).toEqual([''])
  })

  test('__proto__ and constructor in a body or a query change nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const body = `{"page":1,"${name}":{"isAdmin":true}}`
      const answer = await ask('POST', { body })
      expect([202, 422]).toContain(answer.status)
      expect(await answer.text()).not.toContain('isAdmin')
      const answered = await ask('GET', {}, `?${name}=x`)
      expect([200, 422]).toContain(answered.status)
    }
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })

  test('only JSON in UTF-8 is read; a call without a body needs no Content-Type', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
    ]) {
      expect(await codeOf(ask('POST', { body: '{"page":1}', headers: { 'content-type': type } }))).toBe(
        'unsupported-media-type',
      )
      expect(await codeOf(ask('DELETE', { body: 'a=b', headers: { 'content-type': type } }))).toBe(
        'unsupported-media-type',
      )
    }
    expect((await ask('DELETE')).status).toBe(200)
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await ask('POST', { body: '{"page":1}', headers })).status).toBe(202)
    expect(await codeOf(ask('POST', { body: new Uint8Array([0x22, 0xff, 0x22]) }))).toBe('unreadable-body')
  })

  test('64 KiB pass and one byte more does not, whatever Content-Length says', async () => {
    const fitting = `{"page":1}${' '.repeat(64 * 1024 - 10)}`
    expect((await ask('POST', { body: fitting })).status).toBe(202)
    const answer = ask('POST', { body: `${fitting} `, headers: { 'content-length': '5' } })
    expect(await problemOf(answer)).toMatchObject({ code: 'body-too-large', status: 413 })
  })
})

describe('failures', () => {
  test('an unknown error is one sentence for the caller; its own words are in the log alone', async () => {
    const of = route({
      GET: {
        run() {
          throw new TypeError('GET sess:secret failed')
        },
      },
    })
    const problem = await problemOf(ask('GET', { of }))
    expect(problem).toMatchObject({ code: 'internal', status: 500 })
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(logged).toEqual([['request.failed', expect.objectContaining({ requestId: problem.instance })]])
  })

  test('a wait is told in whole seconds, rounded up', async () => {
    const of = route({
      GET: {
        run() {
          throw new KnownError('too-many', 'Wait.', { retryAfterMs: 1001 })
        },
      },
    })
    const answer = await ask('GET', { of })
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '2'])
  })

  test('what does not end within 4.5 s is 503', async () => {
    vi.useFakeTimers()
    const of = route({ GET: { run: () => new Promise(() => undefined) } })
    const answer = ask('GET', { of })
    await vi.advanceTimersByTimeAsync(4400)
    const early = await Promise.race([answer, Promise.resolve(null)])
    expect(early).toBeNull()
    await vi.advanceTimersByTimeAsync(200)
    expect(await codeOf(answer)).toBe('source-unavailable')
  })

  describe('a deed whose time is over', () => {
    const run = vi.fn(() => new Promise(() => undefined))
    const later = (find: () => Promise<void>) => route({ DELETE: { deed: 'session.revoke', find, run } })
    beforeEach(() => {
      vi.useFakeTimers()
      run.mockClear()
    })

    test('is unknown when it had begun', async () => {
      const answer = ask('DELETE', { of: later(async () => undefined) })
      await vi.advanceTimersByTimeAsync(4600)
      const told = await answer
      expect(told.status).toBe(202)
      expect(RevokeAnswer.parse(await told.json()).outcome).toBe('unknown')
      expect(run).toHaveBeenCalledOnce()
    })

    test('has failed when it had not, and never begins', async () => {
      const of = later(() => new Promise((resolve) => setTimeout(resolve, 5000)))
      const answer = ask('DELETE', { of })
      await vi.advanceTimersByTimeAsync(4600)
      const told = await answer
      expect(told.status).toBe(503)
      expect(await told.json()).toMatchObject({ outcome: 'failed', code: 'source-unavailable' })
      await vi.advanceTimersByTimeAsync(5000)
      expect(run).not.toHaveBeenCalled()
    })
  })
})
