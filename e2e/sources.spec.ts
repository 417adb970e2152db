import { expect, type Page, test } from '@playwright/test'
import { SourceList } from '@/lib/contract/source'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeEach(async () => {
  redis = await startRedis()
  await seed('shop:sess:', 6)
  await seed('web:thing:', 5)
  await redis.client().setex('session:abc123', 1800, '{"userId":42,"name":"Alice"}')
  rollcall = await startConsole(redis.url, { ROLLCALL_DEMO: 'off' })
  const admin = await rollcall.as('admin')
  const read = async () => SourceList.parse(await (await admin.call('GET', '/api/sources')).json())
  await waitUntil(async () => (await read()).lookedAt !== null, 10_000)
})
test.afterEach(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

/** Sessions of express-session, `count` of them. */
async function seed(prefix: string, count: number) {
  for (let n = 0; n < count; n += 1) {
    const value = JSON.stringify({ cookie: { originalMaxAge: 600_000, expires: null }, user: { id: n, name: `P${n}` } })
    await redis.client().set(`${prefix}${n}a1B2c3D4e5F6g7H8i9J0`, value, 'PX', 600_000)
  }
}

const card = (page: Page, name: string) => page.getByRole('article', { name })
const region = (page: Page, name: RegExp) => page.getByRole('region', { name })

test('what was found says why, and an admin watches it, leaves it alone and takes that back', async ({ page }) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall)
  await page.getByRole('link', { name: 'Sources' }).click()
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible()
  await expect(card(page, 'shop:sess:')).toContainText('6 of 6 values are express-session')
  await expect(card(page, 'shop:sess:')).toContainText('Found by looking')
  const found = region(page, /^Found/)
  await expect(found).toContainText(/web:thing: might be express-session · 5 of \d+ keys/)
  await expect(found).toContainText('5 name a person')
  await found.getByRole('button', { name: 'Watch web:thing:', exact: true }).click()
  await expect(card(page, 'web:thing:')).toContainText('Chosen by admin.')
  await expect(card(page, 'web:thing:')).toContainText('express-session 5')
  await expect(found).toHaveCount(0)
  await card(page, 'shop:sess:').getByRole('button', { name: 'Leave shop:sess: alone' }).click()
  await expect(card(page, 'shop:sess:')).toHaveCount(0)
  await expect(region(page, /^Left alone/)).toContainText('Left alone by admin')
  await page.goto(`${rollcall.origin}/sessions`)
  await expect(page.getByTestId('count')).toHaveText('6')
  await page.goto(`${rollcall.origin}/sources`)
  await page.getByRole('button', { name: 'Watch shop:sess: again' }).click()
  await expect(card(page, 'shop:sess:')).toContainText('express-session 6')
  expect(complaints).toEqual([])
})

test('a prefix is watched as a format without a mouse', async ({ page }) => {
  await signIn(page, rollcall, 'admin', '/sources')
  await page.getByRole('button', { name: 'Watch web:thing: as…' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Watch web:thing:' })
  await dialog.getByLabel('Read as').selectOption({ label: 'Plain JSON or hash' })
  await dialog.getByLabel('Read as').press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(card(page, 'web:thing:')).toContainText('Every key is read as Plain JSON or hash.')
  await page.getByRole('button', { name: 'Watch a prefix…' }).press('Enter')
  await page.getByLabel('Prefix', { exact: true }).fill('later:')
  await page.keyboard.press('Enter')
  await expect(card(page, 'later:')).toContainText('No session yet')
})

test('a viewer and an operator see all of it and choose nothing; the attempt is in the audit', async ({ page }) => {
  await signIn(page, rollcall, 'viewer', '/sources')
  await expect(region(page, /^Found/)).toContainText('web:thing:')
  await expect(page.getByRole('button', { name: /Watch|Leave|Read/ })).toHaveCount(0)
  for (const who of ['viewer', 'operator'] as const) {
    const order = { prefix: 'web:thing:', choice: 'include' }
    expect((await (await rollcall.as(who)).call('POST', '/api/sources', order)).status).toBe(403)
  }
  const admin = await rollcall.as('admin')
  const { rows } = await (await admin.call('POST', '/api/audit/search', { deed: ['source.choose'] })).json()
  expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ admin: 'olga', outcome: 'denied' })]))
})

test('a poll that finds nothing new is 304, and a choice makes it new', async () => {
  const admin = await rollcall.as('admin')
  const etagOf = async () => (await admin.call('GET', '/api/sources')).headers.get('ETag') ?? ''
  const again = async (etag: string) =>
    (await admin.call('GET', '/api/sources', undefined, { 'If-None-Match': etag })).status
  await waitUntil(async () => (await again(await etagOf())) === 304, 5_000)
  const etag = await etagOf()
  await admin.call('POST', '/api/sources', { prefix: 'web:thing:', choice: 'exclude' })
  expect(await again(etag)).toBe(200)
})

test('without an answer the page says so and keeps what it knows', async ({ page }) => {
  await signIn(page, rollcall, 'admin', '/sources')
  await expect(card(page, 'session:')).toBeVisible()
  await page.waitForLoadState('networkidle')
  await rollcall.stop()
  await expect(page.getByRole('alert').filter({ hasText: 'may be old' })).toBeVisible({ timeout: 10_000 })
  await expect(card(page, 'session:')).toBeVisible()
})

testLooks('axe finds nothing on the sources, and nothing overflows', async (page, look) => {
  const admin = await rollcall.as('admin')
  await admin.call('POST', '/api/sources', { prefix: 'sess:', choice: 'exclude' })
  await signIn(page, rollcall, 'admin', '/sources')
  await expect(region(page, /^Left alone/)).toBeVisible()
  await page.screenshot({ path: test.info().outputPath(`sources-${look}.png`) })
  expect(await findFaults(page)).toEqual([])
})
