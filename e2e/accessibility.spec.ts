import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults, testLooks } from './support/look'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, '{"userId":42,"name":"Alice","token":"x"}')
  await redis.client().set('session:forever', '{"userId":43,"name":"Bert"}')
  await redis.client().setex('session:soon', 200, '{"userId":44}')
  await redis.client().setex('session:odd', 900, 'a:1:{i:0;i:1;}')
  rollcall = await startConsole(redis.url, {
    ROLLCALL_DEMO: 'on',
    ROLLCALL_ENVIRONMENT: 'production',
    ROLLCALL_ENVIRONMENT_COLOR: 'red',
  })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

testLooks('axe finds nothing on any page', async (page, look) => {
  // Every page there is, each looked through by axe.
  test.setTimeout(180_000)
  await page.goto(`${rollcall.origin}/login`)
  await expect(page.locator('[data-environment="red"]')).toContainText('production')
  expect(await findFaults(page), 'login').toEqual([])
  await signIn(page, rollcall)
  await expect(rowOf(page, 'Alice').first()).toBeVisible()
  await expect(page.locator('[data-environment="red"]')).toContainText('production')
  expect(await findFaults(page), 'sessions').toEqual([])
  if (look.endsWith('-360')) {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Jobs' }).click()
    await expect(page).toHaveURL(/\/jobs$/)
    await page.goBack()
    await expect(rowOf(page, 'Alice').first()).toBeVisible()
  }
  const handle = await page.locator('[data-handle]').first().getAttribute('data-handle')
  await page.goto(`${rollcall.origin}/sessions/${handle}`)
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  expect(await findFaults(page), 'one session').toEqual([])
  await page.goto(`${rollcall.origin}/sessions?format=native`)
  await expect(page.getByText('No session matches')).toBeVisible()
  expect(await findFaults(page), 'nothing matches').toEqual([])
  for (const path of ['/sources', '/tokens', '/admins']) {
    await page.goto(`${rollcall.origin}${path}`)
    await expect(page.getByRole('heading').first()).toBeVisible()
    expect(await findFaults(page), path).toEqual([])
  }
  await page.goto(`${rollcall.origin}/demo`)
  await expect(page.getByRole('heading').first()).toBeVisible()
  expect(await findFaults(page), 'demo').toEqual([])
  await page.goto(`${rollcall.origin}/nowhere`)
  expect(await findFaults(page), 'not found').toEqual([])
})
