import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { TokenCreated } from '@/lib/contract/token'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { findFaults } from './support/look'
import { collectComplaints, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  await redis.client().del('rollcall:tokens')
})

const ask = (secret: string, path = '/api/me', method = 'GET') =>
  fetch(`${rollcall.origin}${path}`, { method, headers: { Authorization: `Bearer ${secret}` } })

async function make(role: 'viewer' | 'operator' | 'admin', name = 'nightly'): Promise<string> {
  const admin = await rollcall.as('admin')
  const answer = await admin.call('POST', '/api/tokens', { name, role, expiresInMs: 86_400_000 })
  expect(answer.status).toBe(201)
  return TokenCreated.parse(await answer.json()).secret
}

test('an admin creates a token, copies it, a script uses it, and once revoked it opens nothing', async ({ page }) => {
  const complaints = collectComplaints(page)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, rollcall, 'admin', '/tokens')
  await expect(page.getByText('No token yet')).toBeVisible()
  expect(await findFaults(page)).toEqual([])

  await page.getByRole('button', { name: 'Create token' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Nightly Job')
  await dialog.getByRole('button', { name: 'Create token' }).click()
  await expect(dialog.getByRole('alert')).toContainText('small letters')
  expect(await findFaults(page)).toEqual([])
  await dialog.getByLabel('Name', { exact: true }).fill('nightly')
  await dialog.getByLabel('Operator').check()
  await dialog.getByRole('button', { name: '7 days' }).click()
  await dialog.getByRole('button', { name: 'Create token' }).click()

  const shown = page.getByRole('dialog', { name: 'Copy the token nightly now' })
  await expect(shown).toContainText('shown this once')
  expect(await findFaults(page)).toEqual([])
  const secret = (await shown.getByLabel('Token', { exact: true }).textContent()) ?? ''
  expect(secret).toMatch(/^rollcall_[\w-]{43}$/)
  await shown.getByRole('button', { name: 'Copy token' }).click()
  await expect(shown.getByText('Copied', { exact: true })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await page.keyboard.press('Escape')
  await expect(shown).toBeVisible()
  await shown.getByRole('button', { name: 'I have copied it' }).click()
  await expect(shown).toBeHidden()

  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.body.innerHTML]))
  expect(kept).not.toContain(secret)
  expect(await (await ask(secret)).json()).toMatchObject({ username: 'token:nightly by admin', role: 'operator' })
  const row = page.getByRole('row').filter({ hasText: 'nightly' })
  await expect(row).toContainText('127.0.0.1')
  await expect(row).toContainText('Active')
  expect(await findFaults(page)).toEqual([])

  await row.getByRole('button', { name: 'Revoke nightly' }).click()
  await page.getByRole('button', { name: 'Revoke 1 token' }).click()
  await expect(page.getByText('nightly is revoked')).toBeVisible()
  expect((await ask(secret)).status).toBe(401)
  await expect(page.getByText('No token yet')).toBeVisible()
  expect(complaints).toEqual([])
})

test('the lines of the docs list a person`s sessions, end them, and end many as a job', async () => {
  const client = redis.client()
  for (const id of ['a1', 'b2', 'c3']) await client.setex(`session:${id}`, 1800, '{"userId":42,"name":"Alice"}')
  await client.setex('session:other', 1800, '{"userId":43,"name":"Bert"}')
  for (let index = 0; index < 5; index += 1) await client.setex(`sess:${index}`, 1800, `{"userId":${index}}`)
  const secret = await make('operator')
  await waitUntil(async () => (await (await ask(secret, '/api/sessions')).json()).total === 9, 3000)

  const docs = readFileSync(join(process.cwd(), 'docs/api.md'), 'utf8')
  const blocks = [...docs.slice(docs.indexOf('## Scripts')).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, lines]) => lines)
  expect(blocks).toHaveLength(3)
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-docs-'))
  const env = {
    NODE_ENV: 'test' as const,
    PATH: process.env.PATH ?? '',
    ROLLCALL: rollcall.origin,
    ROLLCALL_TOKEN: secret,
  }
  try {
    for (const block of blocks) execFileSync('sh', ['-eu', '-c', block ?? ''], { cwd: folder, env, timeout: 20_000 })
    await waitUntil(async () => (await client.keys('sess*')).length === 1, 5000)
    expect(await client.keys('sess*')).toEqual(['session:other'])
  } finally {
    rmSync(folder, { recursive: true })
  }
  await waitUntil(async () => {
    const told = (await client.xrange('rollcall:audit', '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? '{}'))
    const mine = told.filter(({ admin }) => admin === 'token:nightly by admin')
    const count = (deed: string) => mine.filter((one) => one.deed === deed && one.outcome === 'done').length
    return count('session.revoke') >= 3 && mine.some(({ deed }) => deed === 'job.start')
  }, 5000)
})

test('a token may what its role may and no more, opens no page, and makes no token', async () => {
  const [viewer, boss] = [await make('viewer', 'eyes'), await make('admin', 'boss')]
  await redis.client().setex('session:kept', 1800, '{"userId":7}')
  await waitUntil(async () => (await (await ask(viewer, '/api/sessions?principal=7')).json()).total === 1, 3000)
  const { rows } = await (await ask(viewer, '/api/sessions?principal=7')).json()
  expect((await ask(viewer, `/api/sessions/${rows[0].handle}`, 'DELETE')).status).toBe(403)
  expect((await ask(viewer, '/api/tokens')).status).toBe(403)
  expect((await ask(boss, '/api/tokens')).status).toBe(200)
  const child = await fetch(`${rollcall.origin}/api/tokens`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${boss}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'child', role: 'viewer', expiresInMs: 86_400_000 }),
  })
  expect(child.status).toBe(403)
  const page = await fetch(`${rollcall.origin}/sessions`, {
    headers: { Authorization: `Bearer ${boss}` },
    redirect: 'manual',
  })
  expect(page.headers.get('location') ?? (await page.text())).toContain('/login')
  const { cookie } = await rollcall.as('admin')
  const both = await fetch(`${rollcall.origin}/api/me`, {
    headers: { Authorization: `Bearer ${boss}`, Cookie: cookie },
  })
  expect([both.status, (await both.json()).detail]).toEqual([401, expect.stringContaining('not both')])
})

test('what is wrong with an order for a token is said with a pointer', async () => {
  const admin = await rollcall.as('admin')
  const good = { name: 'x', role: 'viewer', expiresInMs: 86_400_000 }
  const wrong: [object, string][] = [
    [{ name: 'X y' }, '/name'],
    [{ name: 'a'.repeat(41) }, '/name'],
    [{ name: 'token:x' }, '/name'],
    [{ role: 'root' }, '/role'],
    [{ expiresInMs: 86_399_999 }, '/expiresInMs'],
    [{ expiresInMs: 365 * 86_400_000 + 1 }, '/expiresInMs'],
    [{ expiresInMs: null }, '/expiresInMs'],
    [{ secret: 'mine' }, '/secret'],
  ]
  for (const [part, pointer] of wrong) {
    const answer = await admin.call('POST', '/api/tokens', { ...good, ...part })
    expect([answer.status, (await answer.json()).errors?.[0]?.pointer]).toEqual([422, pointer])
  }
})

test('an operator sees neither page nor list, and has no link to them', async ({ page }) => {
  await signIn(page, rollcall, 'operator')
  await expect(page.getByRole('link', { name: 'Audit' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'API tokens' })).toHaveCount(0)
  await page.goto(`${rollcall.origin}/tokens`)
  await expect(page.getByText('API tokens are for admins')).toBeVisible()
  const operator = await rollcall.as('operator')
  expect((await operator.call('GET', '/api/tokens')).status).toBe(403)
})

test('while Redis is away the page says that the tokens may be old, and then that they are true again', async ({
  page,
}) => {
  await make('viewer')
  await signIn(page, rollcall, 'admin', '/tokens')
  await expect(page.getByRole('row').filter({ hasText: 'nightly' })).toBeVisible()
  const note = page.getByRole('alert').filter({ hasText: 'may be old' })
  redis.pause()
  try {
    await expect(note).toBeVisible()
    await expect(page.getByRole('row').filter({ hasText: 'nightly' })).toBeVisible()
  } finally {
    redis.resume()
  }
  await expect(note).toHaveCount(0)
})
