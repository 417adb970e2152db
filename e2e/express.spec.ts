import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { type ExpressApp, startExpressApp } from './support/express-app'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
let app: ExpressApp

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
  app = await startExpressApp(redis.url)
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
  const shopper = app.shopper()
  await shopper.login('Grace', 10 * 60_000)
  const row = rowOf(page, 'Grace')
  await expect(row).toBeVisible({ timeout: 2000 })
  await expect(row).toContainText('connect-redis')

  await row.hover()
  await page.getByRole('button', { name: 'Revoke Grace’s session' }).click()
  await expect(page.getByText('Grace’s session was ended')).toBeVisible()
  await expect.poll(async () => (await redis.client().keys('sess:*')).length).toBe(0)
  const cookie = shopper.cookie()
  expect((await shopper.me()).user).toBeNull()

  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await redis.client().keys('sess:*')).length).toBe(1)
  expect(shopper.cookie()).toBe(cookie)
  expect((await shopper.me()).user?.name).toBe('Grace')

  await expect(row).toBeVisible()
  await row.hover()
  await page.getByRole('button', { name: 'Extend Grace’s session' }).click()
  await page.getByRole('menuitem', { name: '1 h' }).click()
  await expect(page.getByText(/Grace’s session now ends/)).toBeVisible()
  const [key = ''] = await redis.client().keys('sess:*')
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
  expect((await shopper.me()).user?.name).toBe('Grace')
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
  await shopper.change()
  expect(await redis.client().pttl(key)).toBeGreaterThan(65 * 60_000)
})
