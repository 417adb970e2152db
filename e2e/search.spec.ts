import { createHmac } from 'node:crypto'
import { expect, type Page, test } from '@playwright/test'
import { SessionPage } from '../lib/contract/session'
import { SavedView, ViewList } from '../lib/contract/view'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults } from './support/look'
import { collectComplaints, rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let home: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  home = await startRedis()
  rollcall = await startConsole(redis.url, { ROLLCALL_HOME_URL: home.url })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await home?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  await redis.client().flushall()
  await home.client().del('rollcall:views:admin', 'rollcall:views:olga', 'rollcall:views:vera')
  const client = redis.client()
  await client.setex('session:alice', 1800, '{"userId":"42","name":"Alice","ip":"10.1.2.3"}')
  await client.setex('sess:alice', 120, '{"userId":"42","name":"Alice","ip":"192.0.2.7"}')
  await client.set('session:bert', '{"userId":"43","name":"Bert","ip":"10.9.9.9"}')
  await client.setex('session:nobody', 1800, '{"cart":[1,2]}')
  await client.setex('session:large', 1800, JSON.stringify({ userId: '44', name: 'Cleo', pad: 'x'.repeat(6000) }))
})

const box = (page: Page) => page.getByRole('combobox', { name: 'Search sessions' })
const chip = (page: Page, text: string) => page.getByRole('button', { name: `Stop filtering by ${text}` })

async function openSessions(page: Page, who: 'admin' | 'operator' | 'viewer' = 'operator') {
  await signIn(page, rollcall, who)
  await expect(rowOf(page, 'Alice')).toHaveCount(2)
}

test('a term is typed with its completion by keyboard alone, becomes a chip and a part of the address, and Back takes it out', async ({
  page,
}) => {
  const complaints = collectComplaints(page)
  await openSessions(page)
  await page.keyboard.press('/')
  await page.keyboard.type('stat')
  const list = page.getByRole('listbox')
  await expect(list.getByRole('option')).toHaveText([/status:/])
  await page.keyboard.press('ArrowDown')
  await expect(box(page)).toHaveAttribute('aria-activedescendant', /.+/)
  await page.keyboard.press('Enter')
  await expect(list.getByRole('option', { name: 'expiring' })).toBeVisible()
  await page.keyboard.type('per')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(chip(page, 'status:persistent')).toBeVisible()
  await expect(page).toHaveURL(/\?status=persistent$/)
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await expect(box(page)).toBeFocused()
  await page.keyboard.type('size:>4k ')
  await expect(page).toHaveURL(/status=persistent&minSizeBytes=4097/)
  await expect(page.getByText('No session matches')).toBeVisible()
  await page.goBack()
  await expect(chip(page, 'size:>4k')).toHaveCount(0)
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await page.goForward()
  await expect(chip(page, 'size:>4k')).toBeVisible()
  await page.reload()
  await expect(chip(page, 'size:>4k')).toBeVisible()
  expect(complaints).toEqual([])
})

test('chips are taken out by Backspace, by a click, and reached by the arrows', async ({ page }) => {
  await openSessions(page)
  await box(page).fill('user:alice ip:10.0.0.0/8 no:user ')
  await expect(chip(page, 'no:user')).toBeVisible()
  await expect(page.getByText('No session matches')).toBeVisible()
  await box(page).press('Backspace')
  await expect(chip(page, 'no:user')).toHaveCount(0)
  await expect(rowOf(page, 'Alice')).toHaveCount(1)
  await box(page).press('ArrowLeft')
  await expect(chip(page, 'ip:10.0.0.0/8')).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(chip(page, 'user:alice')).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(chip(page, 'user:alice')).toHaveCount(0)
  await expect(box(page)).toBeFocused()
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await chip(page, 'ip:10.0.0.0/8').click()
  await expect(rowOf(page, 'Alice')).toHaveCount(2)
})

test('a fault is pointed at, nothing new is searched until it is mended, and the last answer stays', async ({
  page,
}) => {
  await openSessions(page)
  await box(page).fill('no:ttl ')
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await box(page).fill('alice size:big ')
  const fault = page.getByRole('alert').filter({ hasText: 'size: needs < or > and a number such as >4k' })
  await expect(fault.locator('mark')).toHaveText('size:big')
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true')
  await expect(box(page)).toHaveAccessibleDescription(/size: needs/)
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await expect(page).toHaveURL(/\?no=ttl$/)
  expect(await findFaults(page)).toEqual([])
  await fault.getByRole('button').click()
  await page.keyboard.type('size:<4k ')
  await expect(fault).toHaveCount(0)
  await expect(chip(page, 'size:<4k')).toBeVisible()
  await expect(box(page)).toHaveValue(/^alice\s*$/)
  await expect(page.getByText('No session matches')).toBeVisible()
})

test('only what says nothing of anybody stands in an address', async ({ page }) => {
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url()))
  await openSessions(page)
  await box(page).fill('user:alice ip:10.0.0.0/8 device:iphone source:session size:<1m ttl:<1h alice ')
  await expect(chip(page, 'device:iphone')).toBeVisible()
  await expect(page).toHaveURL(/\/sessions\?source=session&maxSizeBytes=1048575&maxTtlMs=3600000$/)
  await expect(page.getByText('No session matches')).toBeVisible()
  await chip(page, 'device:iphone').click()
  await expect(rowOf(page, 'Alice')).toHaveCount(1)
  expect(addresses.filter((address) => /alice|10\.0\.0|iphone/i.test(address))).toEqual([])
})

test('a pasted signed cookie finds its session and is in no address, history, storage or log', async ({ page }) => {
  const id = 'Qm9x-secret-session-id_77'
  const signature = createHmac('sha256', 'keyboard cat').update(id).digest('base64').replace(/=+$/, '')
  const cookie = `connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}; Path=/; HttpOnly`
  await redis.client().setex(`sess:${id}`, 1800, '{"userId":"45","name":"Dora"}')
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url()))
  await openSessions(page)
  await box(page).fill(cookie)
  await expect(rowOf(page, 'Dora')).toBeVisible()
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await box(page).press('Enter')
  await expect(page.getByRole('list', { name: 'Filter' })).toHaveCount(0)
  await expect(rowOf(page, 'Dora')).toBeVisible()

  const kept = await page.evaluate(() =>
    JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.cookie]),
  )
  const said = `${kept} ${addresses.join(' ')} ${rollcall.output()}`
  for (const secret of [id, encodeURIComponent(signature), signature]) expect(said).not.toContain(secret)

  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save view…' }).click()
  await page.getByLabel('Name', { exact: true }).fill('pasted')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText(/may hold a session id or a cookie/)).toBeVisible()
  expect(await home.client().exists('rollcall:views:operator', 'rollcall:views:olga')).toBe(0)
  expect(rollcall.output()).not.toContain(id)

  await page.keyboard.press('Escape')
  await page.reload()
  await expect(rowOf(page, 'Alice')).toHaveCount(2)
  await expect(box(page)).toHaveValue('')
})

test('a saved view survives a reload and is there in another browser of the same admin, and for nobody else', async ({
  page,
  browser,
}) => {
  test.slow()
  await openSessions(page)
  await box(page).fill('user:alice ttl:<5m ')
  await expect(rowOf(page, 'Alice')).toHaveCount(1)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save view…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('user:alice ttl:<5m')
  await dialog.getByLabel('Name', { exact: true }).fill('Alice, nearly out')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/sessions\?view=[\w-]{12}$/)
  await expect(page.getByRole('button', { name: 'View: Alice, nearly out' })).toBeVisible()
  const link = page.url()
  await page.reload()
  await expect(chip(page, 'user:alice')).toBeVisible()
  await expect(rowOf(page, 'Alice')).toHaveCount(1)

  const context = await browser.newContext()
  const elsewhere = await context.newPage()
  await openSessions(elsewhere)
  await elsewhere.getByRole('button', { name: 'Views' }).click()
  await elsewhere.getByRole('menuitem', { name: /Alice, nearly out/ }).click()
  await expect(elsewhere).toHaveURL(link)
  await expect(chip(elsewhere, 'ttl:<5m')).toBeVisible()
  await expect(rowOf(elsewhere, 'Alice')).toHaveCount(1)
  await chip(elsewhere, 'ttl:<5m').click()
  await expect(rowOf(elsewhere, 'Alice')).toHaveCount(2)
  await expect(elsewhere).toHaveURL(/\/sessions$/)
  await elsewhere.goBack()
  await expect(chip(elsewhere, 'ttl:<5m')).toBeVisible()
  await context.close()

  const other = await browser.newContext()
  const stranger = await other.newPage()
  await openSessions(stranger, 'viewer')
  await stranger.getByRole('button', { name: 'Views' }).click()
  await expect(stranger.getByText(/No view yet/)).toBeVisible()
  await stranger.goto(link)
  await expect(stranger.getByText('You have no such view')).toBeVisible()
  await stranger.getByRole('button', { name: 'Show everything' }).click()
  await expect(rowOf(stranger, 'Alice')).toHaveCount(2)
  await other.close()

  await page.getByRole('button', { name: /^View:/ }).click()
  await page.getByRole('menuitem', { name: /Delete/ }).click()
  await expect(page).not.toHaveURL(/view=/)
  await expect(rowOf(page, 'Alice')).toHaveCount(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page).toHaveURL(/\?view=/)
})

test('while the home is away a view says so and opens when it is back, and what was typed to be saved is not lost', async ({
  page,
}) => {
  const olga = await rollcall.as('operator')
  const saved = await olga.call('POST', '/api/views', { name: 'large', search: 'size:>4k' })
  const { view } = SavedView.parse(await saved.json())
  await openSessions(page)
  await box(page).fill('finding:oversized ')
  await expect(rowOf(page, 'Cleo')).toBeVisible()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save view…' }).click()
  await page.getByLabel('Name', { exact: true }).fill('while it is away')
  home.pause()
  try {
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible()
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('while it is away')
    await page.keyboard.press('Escape')
    await page.goto(`${rollcall.origin}/sessions?view=${view}`)
    await expect(page.getByText('This view cannot be opened now')).toBeVisible()
  } finally {
    home.resume()
  }
  await expect(chip(page, 'size:>4k')).toBeVisible({ timeout: 20_000 })
  await expect(rowOf(page, 'Cleo')).toBeVisible()
})

test('the same language finds people, and what has no people is a fault there', async ({ page }) => {
  await openSessions(page)
  await page.goto(`${rollcall.origin}/users`)
  const search = page.getByRole('combobox', { name: 'Search people' })
  await search.fill('ip:10.0.0.0/8 ')
  await expect(rowOf(page, 'Cleo')).toHaveCount(0)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await expect(page).toHaveURL(/\/users$/)
  await search.pressSequentially('no:ttl ')
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await expect(page).toHaveURL(/\/users\?no=ttl$/)
  await search.pressSequentially('no:user ')
  await expect(page.getByRole('alert').filter({ hasText: 'search for them on Sessions' })).toBeVisible()
  await expect(rowOf(page, 'Bert')).toBeVisible()
})

test('the interface: bounds that go with the clock, views each their own, and every refusal', async () => {
  const vera = await rollcall.as('viewer')
  const ask = (body: object) => vera.call('POST', '/api/sessions/search', body)
  const read = async () => SessionPage.parse(await (await ask({ maxTtlMs: 600_000 })).json())
  await expect.poll(async () => (await read()).rows.map(({ source }) => source)).toEqual(['sess'])
  const page = await read()
  expect((await ask({ maxTtlMs: 86_400_000, version: page.version })).status).toBe(200)
  const wide = SessionPage.parse(await (await ask({ minAgeMs: 86_400_000 })).json())
  expect((await ask({ minAgeMs: 86_400_000, version: wide.version })).status).toBe(204)
  expect(SessionPage.parse(await (await ask({ no: ['user'], words: ['x'] })).json()).total).toBe(0)
  expect((await ask({ no: ['shoes'] })).status).toBe(422)

  const made = await vera.call('POST', '/api/views', {
    name: 'mine',
    list: 'users',
    search: 'seen:<1h',
    sort: 'sessions',
  })
  expect(made.status).toBe(201)
  const { view } = SavedView.parse(await made.json())
  const list = await vera.call('GET', '/api/views')
  expect(ViewList.parse(await list.json()).rows).toMatchObject([{ name: 'mine', filter: { maxIdleMs: 3_600_000 } }])
  const again = await vera.call('GET', '/api/views', undefined, { 'If-None-Match': list.headers.get('etag') ?? '' })
  expect(again.status).toBe(304)
  for (const refused of [
    {},
    { name: '' },
    { name: 'x', search: 'size:big' },
    { name: 'x', sort: 'shoe' },
    { name: 'x', more: 1 },
  ])
    expect((await vera.call('POST', '/api/views', refused)).status).toBe(422)
  const admin = await rollcall.as('admin')
  expect((await admin.call('DELETE', `/api/views/${view}`)).status).toBe(404)
  expect((await fetch(`${rollcall.origin}/api/views`)).status).toBe(401)
  const crossSite = await vera.call('DELETE', `/api/views/${view}`, undefined, { 'Sec-Fetch-Site': 'cross-site' })
  expect(crossSite.status).toBe(403)
  expect((await vera.call('DELETE', `/api/views/${view}`)).status).toBe(204)
  expect((await vera.call('GET', `/api/views/${view}`)).status).toBe(405)
})
