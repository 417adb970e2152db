import { randomBytes } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { TokenCreated } from '@/lib/contract/token'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
const ids = Array.from({ length: 1000 }, () => randomBytes(24).toString('base64url'))

test.beforeAll(async () => {
  redis = await startRedis()
  const pipeline = redis.client().pipeline()
  for (const [index, id] of ids.entries()) {
    const person = {
      userId: index,
      name: `Person ${index}`,
      password: `secret-of-${id}`,
      hash: Buffer.from(id).toString('base64'),
    }
    const cookie = { originalMaxAge: 600_000, expires: new Date(Date.now() + 600_000).toISOString(), path: '/' }
    if (index % 4 === 0) pipeline.hset(`session:${id}`, { ...person })
    else if (index % 4 === 1) pipeline.set(`sess:${id}`, JSON.stringify({ cookie, ...person }), 'PX', 600_000)
    else if (index % 4 === 2) pipeline.set(`session:${id}`, JSON.stringify(person), 'PX', 600_000)
    else pipeline.set(`sess:${id}`, `a:1:{s:4:"user";s:5:"p${index}";}`, 'PX', 600_000)
  }
  await pipeline.exec()
  rollcall = await startConsole(redis.url, { LOG_LEVEL: 'trace', ROLLCALL_METRICS: 'on' })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

/** An id as it could hide in text: as it is, percent-encoded, as base64, as hex. */
const disguises = (id: string) => [
  id,
  encodeURIComponent(id),
  Buffer.from(id).toString('base64').replace(/=+$/, ''),
  Buffer.from(id).toString('base64url'),
  Buffer.from(id).toString('hex'),
  [...id].reverse().join(''),
]

const pieceLength = 16

/** Finds any 16 characters in a row of any of these, in time that hardly grows with how many they are. */
function makeSieve(credentials: string[]): (text: string) => string[] {
  const pieces = new Set<string>()
  for (const text of credentials.flatMap(disguises)) {
    for (let at = 0; at + pieceLength <= text.length; at += 1) pieces.add(text.slice(at, at + pieceLength))
  }
  return (text) => {
    const hits: string[] = []
    for (let at = 0; at + pieceLength <= text.length; at += 1) {
      const piece = text.slice(at, at + pieceLength)
      if (pieces.has(piece)) hits.push(piece)
    }
    return hits
  }
}

test('no session id is in anything that the server sent or printed, whatever an operator does', async ({ page }) => {
  test.setTimeout(120_000)
  const received: { where: string; text: string }[] = []
  page.on('response', async (response) => {
    const headers = JSON.stringify(await response.allHeaders().catch(() => ({})))
    const body = await response.text().catch(() => '')
    received.push({ where: response.url(), text: `${response.url()} ${headers} ${body}` })
  })
  await signIn(page, rollcall, 'admin')
  await expect(rowOf(page, 'Person').first()).toBeVisible()
  for (const sort of ['expiresAt', 'sizeBytes', 'label', 'status']) {
    await page.goto(`${rollcall.origin}/sessions?sort=${sort}`)
    await expect(page.locator('[data-handle]').first()).toBeVisible()
  }
  const admin = await rollcall.as('admin')
  const note = async (method: string, path: string, body?: unknown) => {
    const answer = await admin.call(method, path, body)
    received.push({ where: `${method} ${path}`, text: `${JSON.stringify([...answer.headers])} ${await answer.text()}` })
    return received.at(-1)?.text ?? ''
  }
  const text = (await note('GET', '/api/sessions?size=500')) + (await note('GET', '/api/sessions?size=500&page=2'))
  const handles = [...text.matchAll(/"handle":"([^"]+)"/g)].map(([, handle]) => handle ?? '')
  expect(handles).toHaveLength(1000)
  for (const handle of handles.slice(0, 300)) await note('GET', `/api/sessions/${handle}`)
  for (const handle of handles.slice(0, 20)) {
    await page.goto(`${rollcall.origin}/sessions/${handle}`)
    for (const pointer of ['/hash', '/password', '']) await note('POST', `/api/sessions/${handle}/reveal`, { pointer })
    await note('POST', `/api/sessions/${handle}/extension`, { byMs: 1000 })
    await note('DELETE', `/api/sessions/${handle}`)
    await note('POST', `/api/sessions/${handle}/restoration`)
    await note('POST', `/api/sessions/${handle}/extension`, { byMs: 'x' })
  }
  for (const id of ids.slice(0, 10)) {
    await note('POST', '/api/sessions/search', { q: id })
    await note('POST', '/api/sessions/search', { q: `s:${id}.signature`, nope: 1 })
    await note('POST', '/api/sessions/search', `{"q":"${id}`)
    for (const method of ['GET', 'DELETE', 'PUT']) await note(method, `/api/sessions/${id}`)
    await note('POST', `/api/sessions/${id}/reveal`, { pointer: `/${id}` })
    await note('DELETE', `/api/console-sessions/${id}`)
    await note('GET', `/api/sessions?status=${id}&sort=${id}`)
    await note('GET', `/api/nowhere/${id}`)
    await note('POST', '/api/login', { username: id, password: id })
  }
  const order = { deed: 'revoke', filter: { status: ['active'] } }
  const preview = await note('POST', '/api/jobs', { ...order, dryRun: true })
  const { digest } = JSON.parse(preview.slice(preview.indexOf('] {') + 2))
  const { job } = JSON.parse((await note('POST', '/api/jobs', { ...order, digest })).split('] ').at(-1) ?? '')
  await waitUntil(async () => !/"endedAt":null/.test(await note('GET', `/api/jobs/${job}`)), 30_000)
  for (const format of ['csv', 'json']) {
    await note('GET', `/api/jobs/${job}/report?format=${format}`)
    await note('GET', `/api/audit/export?format=${format}`)
  }
  for (const path of ['/api/audit?size=200', '/api/overview', '/api/findings', '/api/jobs', '/api/views', '/metrics']) {
    await note('GET', path)
  }
  for (const path of ['/', '/audit', '/findings', '/jobs', '/sources']) await page.goto(`${rollcall.origin}${path}`)
  const secrets: string[] = []
  for (const name of ['one', 'two']) {
    const made = await admin.call('POST', '/api/tokens', { name, role: 'admin', expiresInMs: 86_400_000 })
    // The only answer that may tell it, and it is not among what is looked through.
    const { secret } = TokenCreated.parse(await made.json())
    secrets.push(secret)
    const headers = { Authorization: `Bearer ${secret}` }
    for (const path of [
      '/api/me',
      '/api/tokens',
      '/api/console-sessions',
      '/api/nowhere',
      `/api/sessions?q=${name}&x=1`,
    ]) {
      const answer = await fetch(`${rollcall.origin}${path}`, { headers })
      received.push({ where: path, text: `${JSON.stringify([...answer.headers])} ${await answer.text()}` })
    }
    await note('POST', '/api/tokens', { name: secret, role: 'admin', expiresInMs: 86_400_000 })
    await note('POST', '/api/sessions/search', { q: secret })
  }
  await note('GET', '/api/tokens')
  await note('GET', '/api/console-sessions')
  await page.goto(`${rollcall.origin}/tokens`)
  await expect(page.getByText('two', { exact: true })).toBeVisible()
  await page.goto(`${rollcall.origin}/admins`)
  await expect(page.getByText('This one is you')).toBeVisible()
  await note('DELETE', '/api/tokens/one')
  await note('GET', '/api/sources')
  await note('GET', '/api/users?size=500')
  await note('POST', '/api/users/search', { q: ids[0] })
  await page.goto(`${rollcall.origin}/users`)
  await redis
    .client()
    .call('CLIENT', 'KILL', 'TYPE', 'normal')
    .catch(() => null)
  await note('GET', `/api/sessions/${handles[30]}`)
  await note('DELETE', `/api/sessions/${handles[31]}`)
  received.push({ where: 'audit', text: JSON.stringify(await redis.client().xrange('rollcall:audit', '-', '+')) })
  received.push({ where: 'output', text: rollcall.output() })

  expect(received.length).toBeGreaterThan(300)
  expect(rollcall.output()).toContain('session.revoke')
  const credentials = [...ids, ...secrets, admin.cookie.split('=')[1] ?? '']
  const sieve = makeSieve(credentials)
  const hits = received.flatMap(({ where, text: sent }) => sieve(sent).map((piece) => `${where}: ${piece}`))
  expect(hits).toEqual([])
  // What is looked for would be found, in each of its disguises.
  for (const id of [ids[0] ?? '', secrets[0] ?? '']) {
    for (const disguise of disguises(id)) expect(sieve(`{"x":"${disguise}"}`), disguise).not.toEqual([])
  }
})
