import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { Problem } from '@/lib/contract/problem'
import { ExtendAnswer, RevokeAnswer, SessionDetail, SessionPage } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import { type ApiClient, type RollcallConsole, startConsole, waitUntil } from './support/console'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
/** In every key, so that what one story revoked is not ended again in the next. */
let story = 0
let admin: ApiClient

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
  admin = await rollcall.as('admin')
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  story += 1
  const keys = await redis.client().keys('sess*')
  if (keys.length > 0) await redis.client().unlink(keys)
  await waitUntil(async () => (await list()).total === 0, 3000)
})

async function list(query = ''): Promise<SessionPage> {
  return SessionPage.parse(await (await admin.call('GET', `/api/sessions${query}`)).json())
}

/** The one session there is, once the roster has it. */
async function theOnly() {
  await waitUntil(async () => (await list()).total === 1, 2000)
  const [row] = (await list()).rows
  if (row === undefined) throw new Error('the list is empty')
  return row
}

const alice = '{"userId":42,"name":"Alice"}'

test('the seed`s own session is a row with its person, size and end within two seconds', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const row = await theOnly()
  expect(row).toMatchObject({
    principal: '42',
    label: 'Alice',
    source: 'session',
    format: 'plain',
    status: 'active',
    sizeBytes: alice.length,
    findings: [],
  })
  expect(Math.abs((row.expiresAt ?? 0) - Date.now() - 1_800_000)).toBeLessThan(3000)
})

test('EXPIRE, PERSIST, DEL and the end of a TTL show within two seconds', async () => {
  const client = redis.client()
  await client.setex(`session:${story}-abc123`, 1800, alice)
  await theOnly()
  await client.expire(`session:${story}-abc123`, 60)
  await waitUntil(async () => (await theOnly()).status === 'expiring', 2000)
  await client.persist(`session:${story}-abc123`)
  await waitUntil(async () => (await theOnly()).status === 'persistent', 2000)
  await client.del(`session:${story}-abc123`)
  await waitUntil(async () => (await list()).total === 0, 2000)
  await client.set(`session:${story}-short`, alice, 'PX', 1200)
  await theOnly()
  await waitUntil(async () => (await list()).total === 0, 3000)
})

test('a revoke ends the session, and undo brings it back exactly, once', async () => {
  const client = redis.client()
  await client.set(`session:${story}-abc123`, alice, 'PX', 1_800_000)
  const endsAt = await client.pexpiretime(`session:${story}-abc123`)
  const { handle } = await theOnly()

  const revoked = RevokeAnswer.parse(await (await admin.call('DELETE', `/api/sessions/${handle}`)).json())
  expect(revoked.outcome).toBe('done')
  expect(revoked.undoUntil).not.toBeNull()
  expect(await client.exists(`session:${story}-abc123`)).toBe(0)
  expect((await list()).total).toBe(0)

  const undone = await admin.call('POST', `/api/sessions/${handle}/restoration`)
  expect(await undone.json()).toMatchObject({ outcome: 'done' })
  expect(await client.get(`session:${story}-abc123`)).toBe(alice)
  expect(await client.pexpiretime(`session:${story}-abc123`)).toBe(endsAt)

  const again = await admin.call('POST', `/api/sessions/${handle}/restoration`)
  expect(again.status).toBe(410)
  expect(Problem.parse(await again.json()).code).toBe('undo-over')
})

test('an undo never overwrites a session that exists meanwhile', async () => {
  const client = redis.client()
  await client.setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  await admin.call('DELETE', `/api/sessions/${handle}`)
  await client.setex(`session:${story}-abc123`, 900, '{"userId":7}')
  const answer = await admin.call('POST', `/api/sessions/${handle}/restoration`)
  expect(await answer.json()).toMatchObject({ outcome: 'refused' })
  expect(await client.get(`session:${story}-abc123`)).toBe('{"userId":7}')
})

test('a deed on a session that is gone says so, and its page is 404', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  await redis.client().del(`session:${story}-abc123`)
  const revoked = await admin.call('DELETE', `/api/sessions/${handle}`)
  expect(revoked.status).toBe(200)
  expect(await revoked.json()).toMatchObject({ outcome: 'already-gone', undoUntil: null })
  const extended = await admin.call('POST', `/api/sessions/${handle}/extension`, { byMs: 1000 })
  expect(await extended.json()).toMatchObject({ outcome: 'already-gone' })
  expect((await admin.call('GET', `/api/sessions/${handle}`)).status).toBe(404)
  expect((await admin.call('GET', '/api/sessions/not-a-handle')).status).toBe(404)
  expect((await admin.call('DELETE', '/api/sessions/not-a-handle')).status).toBe(404)
})

test('an extend only ever lengthens', async () => {
  const client = redis.client()
  await client.setex(`session:${story}-abc123`, 1800, alice)
  const { handle, expiresAt } = await theOnly()
  const path = `/api/sessions/${handle}/extension`
  const done = ExtendAnswer.parse(await (await admin.call('POST', path, { byMs: 3_600_000 })).json())
  expect(done.outcome).toBe('done')
  expect(Math.abs((done.expiresAt ?? 0) - (expiresAt ?? 0) - 3_600_000)).toBeLessThan(1000)
  const reached = await client.pexpiretime(`session:${story}-abc123`)
  expect(reached).toBe(done.expiresAt)

  const shorter = await admin.call('POST', path, { untilAt: Date.now() + 1000 })
  expect(await shorter.json()).toMatchObject({ outcome: 'refused' })
  const past = await admin.call('POST', path, { untilAt: 1 })
  expect(await past.json()).toMatchObject({ outcome: 'refused' })
  expect(await client.pexpiretime(`session:${story}-abc123`)).toBe(reached)

  await client.persist(`session:${story}-abc123`)
  expect(await (await admin.call('POST', path, { byMs: 1000 })).json()).toMatchObject({ outcome: 'refused' })
  expect(await client.pttl(`session:${story}-abc123`)).toBe(-1)
})

test('one session shows its payload with secrets masked, and what Redis says', async () => {
  const payload = { user: { id: 9, name: 'Bo' }, accessToken: 'canary-1', deep: [{ api_key: 'canary-2' }] }
  await redis.client().setex('sess:abc', 600, JSON.stringify(payload))
  const { handle } = await theOnly()
  const answer = await admin.call('GET', `/api/sessions/${handle}`)
  const text = await answer.text()
  const detail = SessionDetail.parse(JSON.parse(text))
  expect(text).not.toContain('canary')
  expect(detail.payload).toEqual({
    user: { id: 9, name: 'Bo' },
    accessToken: { masked: true },
    deep: [{ api_key: { masked: true } }],
  })
  expect(detail).toMatchObject({ redisType: 'string', can: { extend: true, revoke: true, reveal: false } })
  expect(detail.ttlMs).toBeGreaterThan(590_000)
})

test('an unreadable payload is a row that can still be revoked', async () => {
  await redis.client().setex('sess:odd', 600, 'a:1:{s:4:"user";i:7;}')
  const row = await theOnly()
  expect(row).toMatchObject({ status: 'unreadable', principal: null })
  const detail = SessionDetail.parse(await (await admin.call('GET', `/api/sessions/${row.handle}`)).json())
  expect(detail.payload).toBeNull()
  expect(detail.unreadableReason).not.toBeNull()
  expect(await (await admin.call('DELETE', `/api/sessions/${row.handle}`)).json()).toMatchObject({ outcome: 'done' })
  expect(await redis.client().exists('sess:odd')).toBe(0)
})

test('a poll that finds nothing new is 304 and sends Redis nothing', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  for (const path of ['/api/sessions', `/api/sessions/${handle}`]) {
    const first = await admin.call('GET', path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\//)
    const before = await countWhenQuiet()
    for (let poll = 0; poll < 20; poll += 1) {
      const answer = await admin.call('GET', path, undefined, { 'If-None-Match': etag, 'X-Poll': '1' })
      expect(answer.status).toBe(304)
    }
    expect(await countCommands()).toEqual(before)
  }
})

/** The same, once what earlier deeds left to be read again has been read: when nothing was asked for half a second. */
async function countWhenQuiet(): Promise<Record<string, string>> {
  let counts = await countCommands()
  let quietSince = Date.now()
  await waitUntil(async () => {
    const now = await countCommands()
    if (JSON.stringify(now) !== JSON.stringify(counts)) quietSince = Date.now()
    counts = now
    return Date.now() - quietSince > 500
  }, 10_000)
  return counts
}

/** How often each command ran, without those of the watchdog and of this question. */
async function countCommands(): Promise<Record<string, string>> {
  const lines = (await redis.client().info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)
  const counts = Object.fromEntries([...lines].map(([, name, calls]) => [name, calls]))
  for (const name of ['ping', 'info', 'time']) delete counts[name]
  return counts
}

test('a search by body answers 204 while its version is still true', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  await theOnly()
  const search = (body: unknown) => admin.call('POST', '/api/sessions/search', body)
  const page = SessionPage.parse(await (await search({ q: 'alice' })).json())
  expect(page.total).toBe(1)
  expect((await search({ q: 'alice', version: page.version })).status).toBe(204)
  await redis.client().setex(`session:${story}-second`, 1800, '{"name":"alice two"}')
  await waitUntil(async () => (await list()).total === 2, 2000)
  const next = await search({ q: 'alice', version: page.version })
  expect(SessionPage.parse(await next.json()).total).toBe(2)
})

test('a pasted session id, whole cookie or key finds its one session', async () => {
  await redis.client().setex('sess:Zx81-secret_id', 600, alice)
  await redis.client().setex('sess:other', 600, alice)
  await waitUntil(async () => (await list()).total === 2, 2000)
  for (const q of [
    'Zx81-secret_id',
    's:Zx81-secret_id.sig',
    's%3AZx81-secret_id.sig',
    'connect.sid=s%3AZx81-secret_id.sig',
  ]) {
    const answer = await admin.call('POST', '/api/sessions/search', { q })
    const text = await answer.text()
    expect(SessionPage.parse(JSON.parse(text)).total, q).toBe(1)
    expect(text).not.toContain('Zx81')
  }
})

test('a pasted Rails cookie finds its session, whose key holds a hash of it alone', async () => {
  const id = 'f3a1c05e9b7d4286aa10ce5b37d94f62'
  const privateId = `2::${createHash('sha256').update(id).digest('hex')}`
  const marshal = readFileSync('lib/formats/fixtures/rack/signed-in.bin')
  await redis.client().setex(`sess:${privateId}`, 600, marshal)
  await redis.client().setex('sess:other', 600, alice)
  await waitUntil(async () => (await list()).total === 2, 2000)
  for (const q of [id, `_shop_session=${id}`, `Cookie: theme=dark; _shop_session=${id}; seen=1`]) {
    const text = await (await admin.call('POST', '/api/sessions/search', { q })).text()
    expect(SessionPage.parse(JSON.parse(text)).rows, q).toMatchObject([{ format: 'rack' }])
    expect(text).not.toContain(id)
    expect(text).not.toContain(privateId)
  }
})

test('what is wrong in a request is said with a pointer, and an unknown field is wrong', async () => {
  const bad: [string, string][] = [
    ['?page=0', '?page'],
    ['?size=501', '?size'],
    ['?nope=1', '?nope'],
    ['?status=idle', '?status'],
    ['?sort=payload', '?sort'],
  ]
  for (const [query, pointer] of bad) {
    const answer = await admin.call('GET', `/api/sessions${query}`)
    expect(answer.status, query).toBe(422)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    const problem = Problem.parse(await answer.json())
    expect(
      problem.errors?.some((fault) => fault.pointer.startsWith(pointer)),
      JSON.stringify(problem),
    ).toBe(true)
  }
  expect((await admin.call('POST', '/api/sessions/search', '{"q":')).status).toBe(400)
  const text = await admin.call('POST', '/api/sessions/search', 'q=1', { 'Content-Type': 'text/plain' })
  expect(text.status).toBe(415)
  const { handle } = await (async () => {
    await redis.client().setex(`session:${story}-abc123`, 1800, alice)
    return theOnly()
  })()
  const both = await admin.call('POST', `/api/sessions/${handle}/extension`, { byMs: 1, untilAt: 2 })
  expect(both.status).toBe(422)
})

test('a viewer sees everything and changes nothing', async () => {
  const viewer = await rollcall.as('viewer')
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  expect((await viewer.call('GET', '/api/sessions')).status).toBe(200)
  const detail = SessionDetail.parse(await (await viewer.call('GET', `/api/sessions/${handle}`)).json())
  expect(detail.can).toEqual({ extend: false, revoke: false, reveal: false })
  expect((await viewer.call('DELETE', `/api/sessions/${handle}`)).status).toBe(403)
  expect((await viewer.call('POST', `/api/sessions/${handle}/extension`, { byMs: 1000 })).status).toBe(403)
  expect((await viewer.call('POST', `/api/sessions/${handle}/restoration`)).status).toBe(403)
  expect(await redis.client().exists(`session:${story}-abc123`)).toBe(1)
})

test('nobody gets anything without signing in, and another origin changes nothing', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  for (const path of ['/api/sessions', `/api/sessions/${handle}`, '/api/sources', '/api/me', '/api/nowhere']) {
    const answer = await fetch(`${rollcall.origin}${path}`)
    expect(answer.status, path).toBe(401)
    expect(await answer.text()).not.toContain('Alice')
  }
  const hostile: Record<string, string>[] = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
    { 'Sec-Fetch-Site': '', Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': '', Origin: 'null' },
  ]
  for (const headers of hostile) {
    const answer = await fetch(`${rollcall.origin}/api/sessions/${handle}`, {
      method: 'DELETE',
      headers: {
        Cookie: admin.cookie,
        ...Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
      },
    })
    expect(answer.status, JSON.stringify(headers)).toBe(403)
  }
  expect(await redis.client().exists(`session:${story}-abc123`)).toBe(1)
})

test('every deed is in the audit stream with its outcome, and holds no key', async () => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const { handle } = await theOnly()
  await admin.call('DELETE', `/api/sessions/${handle}`)
  await waitUntil(async () => {
    const entries = await redis.client().xrange('rollcall:audit', '-', '+')
    const mine = entries.map(([, fields]) => JSON.parse(fields[1] ?? '{}')).filter((entry) => entry.handle === handle)
    return mine.some(({ phase, outcome }) => phase === 'outcome' && outcome === 'done')
  }, 2000)
  const all = JSON.stringify(await redis.client().xrange('rollcall:audit', '-', '+'))
  expect(all).not.toContain('abc123')
  expect(rollcall.output()).not.toContain('abc123')
})

test('sources tell what this Redis lets us do', async () => {
  const { sources } = SourceList.parse(await (await admin.call('GET', '/api/sources')).json())
  expect(sources.map(({ id }) => id)).toEqual(expect.arrayContaining(['session', 'sess']))
  for (const source of sources) {
    expect(source).toMatchObject({ state: 'live', feed: 'tracking', missing: [] })
    expect(source.capabilities).toEqual(expect.arrayContaining(['revoke', 'undo', 'extend', 'tracking']))
  }
})
