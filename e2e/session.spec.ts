import { expect, test } from '@playwright/test'
import { ageSignIns } from './support/age-sign-ins'
import { people, type RollcallConsole, startConsole } from './support/console'
import { findFaults } from './support/look'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
/** In every key, so that what one story revoked is not ended again in the next. */
let story = 0

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  await redis.client().unlink(`session:${story}-abc123`)
  story += 1
})

const payload = { userId: 42, name: 'Alice', accessToken: 'canary-token', basket: ['tea', 'milk'] }

test('one session opens over the table with its own address, hides its secrets, and Back closes it', async ({
  page,
}) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, JSON.stringify(payload))
  await signIn(page, rollcall)
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  await expect(page).toHaveURL(/\/sessions\/[\w-]{20,}/)
  const section = page.getByRole('region', { name: 'Payload' })
  await expect(section).toContainText('basket')
  await expect(section).not.toContainText('canary-token')
  expect(await page.content()).not.toContain('canary-token')
  await page.goBack()
  await expect(page).toHaveURL(/\/sessions$/)
  await expect(section).toHaveCount(0)
})

test('its address is a page of its own when loaded, also on a phone', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, JSON.stringify(payload))
  await signIn(page, rollcall)
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  await expect(page).toHaveURL(/\/sessions\/[\w-]{20,}/)
  await page.reload()
  await expect(page.getByRole('region', { name: 'Payload' })).toContainText('basket')
  await page.setViewportSize({ width: 360, height: 780 })
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})

test('it says so when the session ends while it is open', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, JSON.stringify(payload))
  await signIn(page, rollcall)
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  await redis.client().del(`session:${story}-abc123`)
  await expect(page.locator('[data-cause="ended"]')).toContainText('It was Alice’s', { timeout: 4000 })
})

test('a revoked session that a request under way saves again is ended again, and its page says so', async ({
  page,
}) => {
  const body = JSON.stringify({ ...payload, csrfToken: 'a1b2c3d4e5f6' })
  await redis.client().setex(`session:${story}-abc123`, 1800, body)
  await signIn(page, rollcall, 'operator')
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  await page.getByRole('region', { name: 'Payload' }).waitFor()
  await page.getByRole('complementary', { name: 'One session' }).getByRole('button', { name: 'Revoke' }).click()
  const note = page.locator('[data-guard="standing"]')
  await expect(note).toContainText('Guarded until')
  for (let times = 1; times <= 3; times += 1) {
    await redis.client().setex(`session:${story}-abc123`, 1800, body)
    await expect.poll(() => redis.client().exists(`session:${story}-abc123`), { timeout: 3000 }).toBe(0)
  }
  await expect(note).toContainText(/3 returns blocked/, { timeout: 8000 })
  await page.goto(`${rollcall.origin}/audit?deed=guard.end`)
  await expect(page.getByRole('row').filter({ hasText: 'End again what came back' })).toHaveCount(1)
})

test('a hostile name is drawn as text, with its invisible characters made visible', async ({ page }) => {
  const name = 'adm\u202Enim<img src=x onerror="window.pwned=1">\u200B'
  await redis.client().setex(`session:${story}-abc123`, 1800, JSON.stringify({ userId: 1, name }))
  await signIn(page, rollcall)
  const row = rowOf(page, '<img')
  await expect(row).toBeVisible()
  expect(await row.textContent()).not.toContain('\u202E')
  expect(await row.textContent()).not.toContain('\u200B')
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false)
  await row.click({ position: { x: 700, y: 12 } })
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false)
})

test('an admin reveals one hidden value with their password, the audit says so, and a credential is never offered', async ({
  page,
}) => {
  await redis
    .client()
    .setex(`session:${story}-abc123`, 1800, JSON.stringify({ ...payload, card: '4111-canary', pin: 9876 }))
  await signIn(page, rollcall)
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  const section = page.getByRole('region', { name: 'Payload' })
  await expect(section).toContainText('card')
  await expect(section.getByRole('button', { name: /^Reveal/ })).toHaveCount(1)
  expect(await page.content()).not.toContain('4111-canary')

  await ageSignIns(redis, 11 * 60_000)
  await section.getByRole('button', { name: 'Reveal card' }).click()
  const dialog = page.getByRole('dialog', { name: 'Your password, please' })
  await dialog.getByLabel('Password of admin').fill('not the password at all')
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await expect(dialog.getByRole('alert')).toContainText('not the password')
  expect(await findFaults(page)).toEqual([])
  await dialog.getByLabel('Password of admin').fill(people.admin.password)
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await expect(section).toContainText('4111-canary')
  await expect(dialog).toHaveCount(0)
  expect(await findFaults(page)).toEqual([])
  await section.getByRole('button', { name: 'Hide card' }).click()
  expect(await page.content()).not.toContain('4111-canary')

  await page.goto(`${rollcall.origin}/audit`)
  const row = page.getByRole('row').filter({ hasText: 'Reveal a hidden value' }).filter({ hasText: 'The field /card' })
  await expect(row.first()).toBeVisible()
  expect(await page.content()).not.toContain('4111-canary')
  expect(rollcall.output()).not.toContain('4111-canary')
})

test('an operator is offered nothing to reveal', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, JSON.stringify({ ...payload, card: '4111-canary' }))
  await signIn(page, rollcall, 'operator')
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  const section = page.getByRole('region', { name: 'Payload' })
  await expect(section).toContainText('card')
  await expect(section.getByRole('button', { name: /^Reveal/ })).toHaveCount(0)
})
