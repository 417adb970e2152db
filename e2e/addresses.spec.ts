import { expect, test } from '@playwright/test'
import { operations } from '@/lib/contract/operations'
import { SessionPage } from '@/lib/contract/session'
import { type RollcallConsole, startConsole, type Who, waitUntil } from './support/console'
import { signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

const seeded = '203.0.113.77'
const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36'
const payload = {
  userId: 42,
  name: 'Alice',
  ip: seeded,
  note: `seen from ${seeded}`,
  proxies: ['2001:db8::7'],
  userAgent: agent,
}
const personal = [seeded, '2001:db8::7']
const blind: Who[] = ['viewer', 'operator']

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, JSON.stringify(payload))
  rollcall = await startConsole(redis.url, {
    ROLLCALL_HIDE_ADDRESSES: 'operator',
    // A part of ioredis that is not in use here: it is warned of and writes nothing.
    DEBUG: 'ioredis:cluster',
  })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

async function rowSeenBy(who: Who, filter: object = {}) {
  const client = await rollcall.as(who)
  const answer = await client.call('POST', '/api/sessions/search', filter)
  return answer.status === 200 ? SessionPage.parse(await answer.json()) : answer.status
}

test('a viewer and an operator are told no address by any call, an admin is', async () => {
  await waitUntil(async () => {
    const page = await rowSeenBy('admin')
    return typeof page !== 'number' && page.total === 1
  }, 10_000)
  const handle =
    (
      await (
        await rollcall.as('admin')
      )
        .call('GET', '/api/sessions')
        .then(async (answer) => SessionPage.parse(await answer.json()))
    ).rows[0]?.handle ?? ''
  const told: Record<Who, string[]> = { admin: [], operator: [], viewer: [] }
  // The address of this test itself stands in the audit and in the list of who is signed in.
  const all = [...personal, '127.0.0.1']
  for (const who of ['admin', ...blind] as const) {
    const client = await rollcall.as(who)
    for (const call of Object.keys(operations).filter((one) => one.startsWith('GET /api/') && !one.includes('login'))) {
      const path = call
        .slice(4)
        .replace('/api/sessions/{handle}', `/api/sessions/${handle}`)
        .replace(/\{\w+\}/g, 'AAAA')
      const body = await (await client.call('GET', path)).text()
      if (all.some((address) => body.includes(address))) told[who].push(call)
    }
  }
  expect(told.viewer).toEqual([])
  expect(told.operator).toEqual([])
  expect(told.admin).toEqual(
    expect.arrayContaining([
      'GET /api/sessions',
      'GET /api/sessions/{handle}',
      'GET /api/audit',
      'GET /api/audit/export',
      'GET /api/console-sessions',
    ]),
  )
})

test('where DEBUG makes the client of Redis talk, the start says so', () => {
  expect(rollcall.output()).toContain('"event":"settings.debug"')
  expect(rollcall.output()).not.toContain('ioredis:cluster')
})

test('what each role sees of one session, and what they may look for', async () => {
  const seen: Record<string, unknown> = {}
  for (const who of ['admin', ...blind] as const) {
    const page = await rowSeenBy(who)
    if (typeof page === 'number') throw new Error(`${who}: ${page}`)
    const detail = await (await rollcall.as(who)).call('GET', `/api/sessions/${page.rows[0]?.handle}`)
    const { ip, payload: shown } = await detail.json()
    seen[who] = { row: page.rows[0]?.ip, ip, shown }
  }
  const hidden = {
    ...payload,
    ip: 'hidden',
    note: 'seen from hidden',
    proxies: ['hidden'],
    userAgent: agent.replace('120.0.0.0', 'hidden'),
  }
  const less = { row: 'hidden', ip: 'hidden', shown: hidden }
  expect(seen).toEqual({ admin: { row: seeded, ip: seeded, shown: payload }, operator: less, viewer: less })

  const totalOf = async (who: Who, filter: object) => {
    const page = await rowSeenBy(who, filter)
    return typeof page === 'number' ? page : page.total
  }
  for (const filter of [{ ip: ['203.0.113.0/24'] }, { sort: 'ip' }]) {
    expect([await totalOf('admin', filter), await totalOf('operator', filter)]).toEqual([1, 403])
  }
  for (const filter of [{ q: '203.0.' }, { words: ['alice', '113.77'] }]) {
    expect([await totalOf('admin', filter), await totalOf('viewer', filter)]).toEqual([1, 0])
  }
  const order = { deed: 'revoke', filter: { q: '203.0.113' }, dryRun: true }
  const preview = async (who: Who) => (await (await rollcall.as(who)).call('POST', '/api/jobs', order)).json()
  expect([(await preview('admin')).total, (await preview('operator')).total]).toEqual([1, 0])
  const audit = async (who: Who) =>
    (await (await rollcall.as(who)).call('POST', '/api/audit/search', { q: '127.0.0.1' })).json()
  expect((await audit('admin')).total).toBeGreaterThan(0)
  expect((await audit('operator')).total).toBe(0)
})

test('a page holds no address either, before any script runs', async ({ page }) => {
  await signIn(page, rollcall, 'viewer')
  await expect(page.getByText('hidden', { exact: true }).first()).toBeVisible()
  for (const path of ['/', '/sessions', '/users', '/findings', '/sources', '/jobs']) {
    const html = await (await page.request.get(`${rollcall.origin}${path}`)).text()
    for (const address of personal) expect(html, path).not.toContain(address)
  }
})
