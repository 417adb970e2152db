import { expect, test } from '@playwright/test'
import type { App } from './support/apps/app'
import { startExpress } from './support/apps/express'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
let app: App

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
  app = await startExpress(redis.url, { maxAgeMs: 10 * 60_000 })
})
test.afterAll(async () => {
  await app?.stop()
  await rollcall?.stop()
  await redis?.stop()
})

test('a real Express user is revoked, brought back by undo with the same cookie, and keeps an extension over the next request', async ({
  page,
}) => {
  await signIn(page, rollcall, 'operator')
  const grace = { id: 'u-1906', name: 'Grace' }
  const jar = await app.signIn(grace)
  const row = rowOf(page, 'Grace')
  await expect(row).toBeVisible({ timeout: 2000 })
  await expect(row).toContainText('connect-redis')

  await row.hover()
  await page.getByRole('button', { name: 'Revoke Grace’s session' }).click()
  await expect(page.getByText('Grace’s session was ended')).toBeVisible()
  await expect.poll(async () => (await redis.client().keys('sess:*')).length).toBe(0)
  const kept = new Map(jar)
  expect(await app.whoAmI(jar)).toBeNull()

  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await redis.client().keys('sess:*')).length).toBe(1)
  expect(jar).toEqual(kept)
  expect(await app.whoAmI(jar)).toEqual(grace)

  await expect(row).toBeVisible()
  await row.hover()
  await page.getByRole('button', { name: 'Extend Grace’s session' }).click()
  await page.getByRole('menuitem', { name: '1 h' }).click()
  await expect(page.getByText(/Grace’s session now ends/)).toBeVisible()
  const [key = ''] = await redis.client().keys('sess:*')
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
  expect(await app.whoAmI(jar)).toEqual(grace)
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
  await app.change(jar)
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
})
