import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
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
test.beforeEach(() => redis.client().unlink('session:abc123'))

const payload = { userId: 42, name: 'Alice', accessToken: 'canary-token', basket: ['tea', 'milk'] }

test('one session opens over the table with its own address, hides its secrets, and Back closes it', async ({
  page,
}) => {
  await redis.client().setex('session:abc123', 1800, JSON.stringify(payload))
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
  await redis.client().setex('session:abc123', 1800, JSON.stringify(payload))
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
  await redis.client().setex('session:abc123', 1800, JSON.stringify(payload))
  await signIn(page, rollcall)
  await rowOf(page, 'Alice').click({ position: { x: 700, y: 12 } })
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  await redis.client().del('session:abc123')
  await expect(page.locator('[data-cause="ended"]')).toContainText('It was Alice’s', { timeout: 4000 })
})

test('a hostile name is drawn as text, with its invisible characters made visible', async ({ page }) => {
  const name = 'adm\u202Enim<img src=x onerror="window.pwned=1">\u200B'
  await redis.client().setex('session:abc123', 1800, JSON.stringify({ userId: 1, name }))
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
