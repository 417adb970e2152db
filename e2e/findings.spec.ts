import { expect, type Page, test } from '@playwright/test'
import { FindingPage } from '@/lib/contract/finding'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
const soundId = 'k3JaaZpQ_wLmVbTx-9RrYh'
const secretId = 'abc123'

test.beforeAll(async () => {
  redis = await startRedis({ args: ['--maxmemory', '200mb', '--maxmemory-policy', 'allkeys-lru'] })
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  const keys = await redis.client().keys('session:*')
  if (keys.length > 0) await redis.client().unlink(keys)
})

const cardOf = (page: Page, title: string) => page.getByRole('article', { name: title })

async function seedPitfalls() {
  const client = redis.client()
  await client.set(`session:${soundId}a`, '{"userId":1,"name":"Alice"}')
  await client.setex(`session:${secretId}`, 1800, '{"userId":2,"name":"Bert"}')
  await client.setex(
    `session:${soundId}c`,
    1800,
    JSON.stringify({ userId: 3, name: 'Carla', basket: 'x'.repeat(70_000) }),
  )
}

test('the three pitfalls of the seed are found in anybody’s Redis, each with its sessions', async ({ page }) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall, 'viewer')
  await page.getByRole('link', { name: 'Findings' }).click()
  await expect(page.getByRole('heading', { name: 'Findings', level: 1 })).toBeVisible()
  await expect(cardOf(page, 'Sessions that never expire')).toHaveCount(0)
  await seedPitfalls()
  const immortal = cardOf(page, 'Sessions that never expire')
  await expect(immortal).toContainText('Alice', { timeout: 8000 })
  await expect(immortal).toContainText('Critical')
  await expect(immortal).toContainText('33 % of all')
  await expect(immortal).toContainText('SETEX')
  await expect(cardOf(page, 'Session ids that can be guessed')).toContainText('Bert')
  await expect(cardOf(page, 'Large payloads')).toContainText('Carla')
  await expect(cardOf(page, 'Large payloads')).toContainText('68.4 KB')
  const headings = await page.getByRole('article').getByRole('heading', { level: 2 }).allTextContents()
  expect(headings.slice(0, 3)).toEqual([
    'Sessions that never expire',
    'Session ids that can be guessed',
    'Large payloads',
  ])
  expect(await page.content()).not.toContain(secretId)
  await immortal.getByRole('link', { name: 'Show it in the table' }).click()
  await expect(page).toHaveURL(/\/sessions\?finding=no-expiry$/)
  await expect(page.getByTestId('count')).toHaveText('1')
  expect(complaints).toEqual([])
})

test('a key that changes its person is found', async ({ page }) => {
  await redis.client().setex(`session:${soundId}`, 1800, '{"userId":1,"name":"Alice"}')
  await signIn(page, rollcall)
  await expect(page.getByRole('row').filter({ hasText: 'Alice' })).toBeVisible()
  await redis.client().setex(`session:${soundId}`, 1800, '{"userId":2,"name":"Mallory"}')
  await page.goto(`${rollcall.origin}/findings`)
  await expect(cardOf(page, 'One key, two people')).toContainText('Mallory', { timeout: 8000 })
})

test('a finding goes when its cause is gone, and leads to its evidence by keyboard', async ({ page }) => {
  await seedPitfalls()
  await signIn(page, rollcall, 'admin', '/findings')
  const card = cardOf(page, 'Sessions that never expire')
  await expect(card).toBeVisible({ timeout: 8000 })
  const summary = card.locator('summary')
  await summary.focus()
  await page.keyboard.press('Enter')
  await expect(card.getByText('What to change:')).toBeHidden()
  await page.keyboard.press('Tab')
  await expect(card.getByRole('button', { name: 'Give them an end…' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(card.getByRole('button', { name: 'Put off…' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(card.getByRole('link', { name: /Alice/ })).toBeFocused()
  await redis.client().expire(`session:${soundId}a`, 600)
  await expect(card).toHaveCount(0, { timeout: 8000 })
  await expect(page.locator('[data-check="no-expiry"]')).toContainText('quiet')
})

test('Redis that evicts is found by INFO, and a poll that finds nothing new is 304', async () => {
  const viewer = await rollcall.as('viewer')
  let etag = ''
  await expect(async () => {
    const answer = await viewer.call('GET', '/api/findings')
    etag = answer.headers.get('etag') ?? ''
    const { rows, checks } = FindingPage.parse(await answer.json())
    expect(rows.find(({ id }) => id === 'eviction')?.severity).toBe('warning')
    expect(checks).toHaveLength(12)
    const again = await viewer.call('GET', '/api/findings', undefined, { 'If-None-Match': etag })
    expect(again.status).toBe(304)
  }).toPass({ timeout: 5000 })
  expect((await viewer.call('GET', '/api/findings?size=0')).status).toBe(422)
  expect((await fetch(`${rollcall.origin}/api/findings`)).status).toBe(401)
})

testLooks('axe finds nothing and nothing overflows', async (page) => {
  await seedPitfalls()
  await signIn(page, rollcall, 'admin', '/findings')
  await expect(cardOf(page, 'Large payloads')).toBeVisible({ timeout: 8000 })
  expect(await findFaults(page)).toEqual([])
})

test('an operator puts a finding off with a reason, all see it last, and it is told again', async ({ page }) => {
  await redis.client().set(`session:${soundId}a`, '{"userId":1,"name":"Alice"}')
  await redis.client().setex(`session:${soundId}b`, 1800, JSON.stringify({ userId: 2, password: 'canary-hunter2' }))
  await signIn(page, rollcall, 'operator', '/findings')
  const card = cardOf(page, 'Sessions that never expire')
  const secrets = page.locator('[data-finding=secrets]')
  await expect(secrets).toContainText('password', { timeout: 8000 })
  expect(await page.content()).not.toContain('canary-hunter2')
  await card.getByRole('button', { name: 'Put off…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill('Known: fixed in release 12')
  await dialog.getByLabel('For').selectOption('30 days')
  expect(await findFaults(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Put off' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(card).toContainText('Put off by')
  await expect(card).toContainText('Known: fixed in release 12')
  await expect(card.getByText('Why it matters, what to change')).toBeHidden()
  await card.getByText('What was found').click()
  await expect(card.getByText('Why it matters, what to change')).toBeVisible()
  expect(await findFaults(page)).toEqual([])
  const ids = await page.getByRole('article').evaluateAll((all) => all.map((one) => one.getAttribute('data-finding')))
  expect(ids.at(-1)).toBe('no-expiry')
  const viewer = await rollcall.as('viewer')
  const { rows, snoozed } = FindingPage.parse(await (await viewer.call('GET', '/api/findings')).json())
  expect([snoozed, rows.at(-1)?.snooze?.reason]).toEqual([1, 'Known: fixed in release 12'])
  expect((await viewer.call('DELETE', '/api/findings/no-expiry/snooze')).status).toBe(403)
  await page.goto(`${rollcall.origin}/audit`)
  await expect(page.getByRole('table')).toContainText('Known: fixed in release 12')
  await page.goto(`${rollcall.origin}/findings`)
  await card.getByRole('button', { name: 'Tell it again' }).click()
  await expect(card).not.toContainText('Put off by', { timeout: 8000 })
})

test('a finding is put off until a day, comes back as it begins, and no day that is past can be chosen', async ({
  page,
}) => {
  await redis.client().set(`session:${soundId}a`, '{"userId":1,"name":"Alice"}')
  await signIn(page, rollcall, 'operator', '/findings')
  const card = cardOf(page, 'Sessions that never expire')
  await card.getByRole('button', { name: 'Put off…' }).click({ timeout: 8000 })
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill('Until the release')
  await dialog.getByLabel('For').selectOption('until a date…')
  const putOff = dialog.getByRole('button', { name: 'Put off' })
  await expect(putOff).toBeDisabled()
  await dialog.getByLabel('Comes back on').fill('2020-01-01')
  await expect(putOff).toBeDisabled()
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
  await dialog.getByLabel('Comes back on').fill(day)
  await putOff.click()
  await expect(card).toContainText('Until the release')
  const viewer = await rollcall.as('viewer')
  const { rows } = FindingPage.parse(await (await viewer.call('GET', '/api/findings')).json())
  expect(rows.at(-1)?.snooze?.untilAt).toBe(new Date(`${day}T00:00`).getTime())
  await card.getByRole('button', { name: 'Tell it again' }).click()
  await expect(card).not.toContainText('Put off by', { timeout: 8000 })
})
