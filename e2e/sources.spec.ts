import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { collectComplaints, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  const express = (n: number) => `{"cookie":{"originalMaxAge":60000,"expires":null},"userId":${n}}`
  for (let n = 0; n < 5; n += 1) {
    await redis.client().set(`shop:sess:${n}a1B2c3D4e5F6g7H8i9J0`, express(n), 'PX', 900_000)
    await redis.client().set(`web:thing:${n}a1B2c3D4e5F6g7H8i9J0`, express(n), 'PX', 900_000)
  }
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

test('an admin sees what was found and why, watches what asks, and leaves a source alone', async ({ page }) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall, 'admin')
  await page.getByRole('link', { name: 'Sources' }).click()
  const shop = page.locator('[data-source=shop-sess]')
  await expect(shop).toContainText('5 sessions', { timeout: 15_000 })
  await expect(shop).toContainText('5 of 5 values are express-session')
  const asks = page.locator('[data-found="web:thing:"]')
  await expect(asks).toContainText('Not sure')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.screenshot({ path: test.info().outputPath('sources.png'), fullPage: true })
  await asks.getByRole('button', { name: 'Watch web:thing:', exact: true }).click()
  await expect(page.locator('[data-source=web-thing]')).toContainText('5 sessions', { timeout: 8000 })
  await shop.getByRole('button', { name: 'Leave shop:sess: alone' }).click()
  await expect(page.locator('[data-found="shop:sess:"]')).toContainText('Left alone by admin', { timeout: 8000 })
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  expect(complaints).toEqual([])
})

test('a viewer sees the sources and may not choose', async ({ page }) => {
  await signIn(page, rollcall, 'viewer')
  await page.goto(`${rollcall.origin}/sources`)
  await expect(page.locator('[data-source=sess]')).toBeVisible()
  await expect(page.getByRole('button', { name: /^(Watch|Leave|Read)/ })).toHaveCount(0)
  const viewer = await rollcall.as('viewer')
  expect((await viewer.call('POST', '/api/sources', { prefix: 'x:', choice: 'include' })).status).toBe(403)
})
