import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { type AuditEntry, AuditPage } from '@/lib/contract/audit'
import { SessionPage } from '@/lib/contract/session'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
let handle: string

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, '{"userId":42,"name":"Alice"}')
  await redis.client().setex('session:def456', 1800, '{"userId":43,"name":"Bert"}')
  rollcall = await startConsole(redis.url)
  const operator = await rollcall.as('operator')
  await waitUntil(async () => (await readRows()).length === 2, 5000)
  handle = (await readRows()).find(({ label }) => label === 'Alice')?.handle ?? ''
  await operator.call('DELETE', `/api/sessions/${handle}`)
  await (await rollcall.as('viewer')).call('DELETE', `/api/sessions/${handle}`)
  await waitUntil(async () => (await readAudit('?deed=session.revoke')).total === 2, 5000)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

/** An entry whose every part is as long as it may get. */
const longest: AuditEntry = {
  id: 'longest',
  at: 1,
  phase: 'outcome',
  deed: 'session.restore',
  admin: `${'olga-'.repeat(12)}@example.com`,
  handle: 'h'.repeat(400),
  principal: `${'featherstonehaugh'.repeat(6)}@example.com`,
  outcome: 'already-gone',
  reason: 'Redis did not answer in time; it will be checked. '.repeat(4),
  requestId: 'longest',
  ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
}

const readRows = async () =>
  SessionPage.parse(await (await (await rollcall.as('operator')).call('GET', '/api/sessions')).json()).rows
const readAudit = async (query = '') =>
  AuditPage.parse(await (await (await rollcall.as('operator')).call('GET', `/api/audit${query}`)).json())

const rows = (page: Page) => page.getByRole('table', { name: 'Audit' }).locator('tbody').getByRole('row')

test('the interface: rows of joined deeds, 304 when nothing is new, 422 for what it does not know, 403 for a viewer', async () => {
  const operator = await rollcall.as('operator')
  const first = await operator.call('GET', `/api/audit?handle=${handle}`)
  const { rows: found } = AuditPage.parse(await first.json())
  expect(found).toHaveLength(2)
  expect(found[1]).toMatchObject({ deed: 'session.revoke', admin: 'olga', principal: '42', outcome: 'done' })
  expect(found[0]).toMatchObject({ deed: 'session.revoke', admin: 'vera', outcome: 'denied' })
  const again = { 'If-None-Match': first.headers.get('etag') ?? '', 'X-Poll': '1' }
  expect((await operator.call('GET', `/api/audit?handle=${handle}`, undefined, again)).status).toBe(304)
  for (const query of ['?x=1', '?deed=nonsense', '?since=soon', '?size=501', '?page=0']) {
    expect((await operator.call('GET', `/api/audit${query}`)).status, query).toBe(422)
  }
  expect((await (await rollcall.as('viewer')).call('GET', '/api/audit?x=1')).status).toBe(403)
  expect((await fetch(`${rollcall.origin}/api/audit`)).status).toBe(401)
})

test('an operator sees who did what to whose session, and how it ended', async ({ page }) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall, 'operator')
  await page.getByRole('link', { name: 'Audit' }).click()
  await expect(page).toHaveURL(/\/audit$/)
  const done = rows(page).filter({ hasText: 'Revoke session' }).filter({ hasText: 'olga' })
  await expect(done).toContainText('Done')
  await expect(done).toContainText('42')
  await expect(rows(page).filter({ hasText: 'vera' }).filter({ hasText: 'Revoke session' })).toContainText('Denied')
  await page
    .getByText(/^\d+ \w+ \d{4}, \d\d:\d\d:\d\d$/)
    .first()
    .hover()
  await expect(page.getByText(/UTC$/)).toBeVisible()
  await done.getByRole('link').filter({ visible: true }).click()
  await expect(page).toHaveURL(new RegExp(`/sessions/${handle}$`))
  await expect(page.getByText('This session has ended')).toBeVisible()
  await expect(page.locator('[data-cause="revoked"]')).toContainText('an admin revoked it here')
  await expect(page.getByText('Revoked by olga')).toBeVisible()
  expect(complaints).toEqual([])
})

test('an admin exports the audit, which stands in the audit itself; no cell is a formula, and an operator may not', async ({
  page,
}) => {
  const admin = await rollcall.as('admin')
  const operator = await rollcall.as('operator')
  expect((await operator.call('GET', '/api/audit/export')).status).toBe(403)
  expect((await admin.call('GET', '/api/audit/export?format=xml')).status).toBe(422)
  const csv = await (await admin.call('GET', '/api/audit/export?deed=session.revoke')).text()
  const [head, ...lines] = csv.trim().split('\r\n')
  expect(head).toBe('time,phase,deed,admin,handle,principal,outcome,reason,ip,requestId')
  expect(lines.length).toBeGreaterThanOrEqual(2)
  for (const line of lines) expect(line).toMatch(/^\d{4}-.*,(intent|outcome),session\.revoke,/)
  await signIn(page, rollcall, 'admin', '/audit')
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Everything as JSON' }).click(),
  ])
  const entries: { deed: string; admin: string }[] = JSON.parse(readFileSync(await file.path(), 'utf8'))
  expect(entries.filter(({ deed }) => deed === 'audit.export').length).toBeGreaterThanOrEqual(2)
})

test('the filter stands in the address, Back undoes it, and it works by keyboard', async ({ page }) => {
  await signIn(page, rollcall, 'operator', '/audit')
  await expect(rows(page).filter({ hasText: 'Sign in' }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Deed' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitemcheckbox', { name: 'Revoke session' }).press('Enter')
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\?deed=session\.revoke$/)
  await expect(rows(page)).toHaveCount(2)
  await page.goBack()
  await expect(page).toHaveURL(/\/audit$/)
  await expect(rows(page).filter({ hasText: 'Sign in' }).first()).toBeVisible()
  await page.goForward()
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await expect(page).toHaveURL(/\/audit$/)
  await page.goto(`${rollcall.origin}/audit?handle=of-no-session`)
  await expect(page.getByText('No entry matches')).toBeVisible()
  await page.getByRole('button', { name: 'One session only: show all' }).press('Enter')
  await expect(page).toHaveURL(/\/audit$/)
})

test('a deed appears without a reload', async ({ page }) => {
  await signIn(page, rollcall, 'operator', '/audit?deed=session.extend')
  await expect(page.getByText('No entry matches')).toBeVisible()
  const [bert] = await readRows()
  await (await rollcall.as('admin')).call('POST', `/api/sessions/${bert?.handle}/extension`, { byMs: 60_000 })
  await expect(rows(page).filter({ hasText: 'Extend session' })).toHaveCount(1, { timeout: 8000 })
})

test('a viewer has no link to the audit, and its address tells why', async ({ page }) => {
  await signIn(page, rollcall, 'viewer')
  await expect(page.getByRole('link', { name: 'Audit' })).toHaveCount(0)
  await page.goto(`${rollcall.origin}/audit`)
  await expect(page.getByText('The audit is for operators and admins')).toBeVisible()
  await expect(page.getByText('olga')).toHaveCount(0)
})

test('older entries are a page away', async ({ page }) => {
  const own = await startRedis()
  const console = await startConsole(own.url)
  try {
    await own.client().set('session:1', '{"userId":1}', 'PX', 3_600_000)
    const [admin, operator] = [await console.as('admin'), await console.as('operator')]
    const list = async () => SessionPage.parse(await (await admin.call('GET', '/api/sessions')).json()).rows
    await waitUntil(async () => (await list()).length === 1, 5000)
    const [row] = await list()
    for (let byMs = 1; byMs <= 60; byMs += 1) {
      await operator.call('POST', `/api/sessions/${row?.handle}/extension`, { byMs })
    }
    await waitUntil(async () => {
      return AuditPage.parse(await (await admin.call('GET', '/api/audit?admin=olga')).json()).total === 61
    }, 5000)
    await signIn(page, console, 'admin', '/audit?admin=olga')
    await expect(rows(page)).toHaveCount(50)
    await page.getByRole('button', { name: 'Older' }).click()
    await expect(page).toHaveURL(/page=2/)
    await expect(rows(page)).toHaveCount(11)
    await expect(rows(page).last()).toContainText('Sign in')
    await page.getByRole('button', { name: 'Newer' }).click()
    await expect(rows(page)).toHaveCount(50)
  } finally {
    await console.stop()
    await own.stop()
  }
})

test('the audit is verified, one entry is tampered with in Redis, and it is found', async () => {
  expect(await verify()).toMatchObject({ code: 0 })
  const client = redis.client()
  const entries = await client.xrange('rollcall:audit', '-', '+')
  const [id, fields] = entries.find(([, texts]) => texts[1]?.includes('"done"') && texts[1].includes(handle)) ?? []
  if (id === undefined || fields === undefined) throw new Error('The revoke is not in the audit')
  await client.xdel('rollcall:audit', id)
  await client.xadd('rollcall:audit', '*', ...fields.map((text) => text.replace('olga', 'vera')))
  const { code, said } = await verify()
  expect(code).toBe(1)
  expect(said).toContain('was edited')
})

testLooks('axe finds nothing and nothing overflows', async (page) => {
  await redis.client().xadd('rollcall:audit', '*', 'entry', JSON.stringify(longest))
  await signIn(page, rollcall, 'admin', '/audit')
  await expect(rows(page).first()).toBeVisible()
  expect(await findFaults(page)).toEqual([])
  await page.goto(`${rollcall.origin}/audit?handle=none`)
  await expect(page.getByText('No entry matches')).toBeVisible()
  expect(await findFaults(page)).toEqual([])
})

function verify(): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'test' as const, REDIS_URL: redis.url }
    execFile(process.execPath, ['scripts/audit-verify.mjs'], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

test('the audit is searched by words that stand in no address', async ({ page }) => {
  await signIn(page, rollcall, 'operator', '/audit')
  // The age of the answer is drawn by the browser alone: from then on the page listens.
  await expect(page.getByRole('status').filter({ hasText: /^Live.* ago$/ })).toBeVisible()
  await page.getByLabel('Search the audit').fill('session.revoke')
  await page.keyboard.press('Enter')
  const rows = page.getByRole('table').getByRole('row')
  await expect(rows.filter({ hasText: 'Sign in' })).toHaveCount(0)
  await expect(rows.filter({ hasText: 'Revoke session' }).first()).toBeVisible()
  expect(page.url()).not.toContain('revoke')
  await expect(page.getByLabel('Search the audit')).toBeFocused()
  await page.getByLabel('Search the audit').fill('nothing-like-this')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('table')).toHaveCount(0)
  await page.getByRole('button', { name: 'Clear', exact: true }).first().click()
  await expect(page.getByLabel('Search the audit')).toHaveValue('')
  await expect(rows.filter({ hasText: 'Sign in' }).first()).toBeVisible()
})
