import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let home: RedisServer
let rollcall: RollcallConsole

test.beforeEach(async () => {
  redis = await startRedis()
  home = await startRedis()
})
test.afterEach(async () => {
  await rollcall?.stop()
  await redis?.stop()
  await home?.stop()
})

const seed = () => redis.client().set('session:abc123', '{"userId":42,"name":"Alice"}', 'PX', 1_800_000)

for (const { how, hasOwnHome, stop, start } of [
  { how: 'stands still', hasOwnHome: false, stop: () => redis.pause(), start: () => redis.resume() },
  { how: 'is killed and comes back empty', hasOwnHome: true, stop: () => redis.kill(), start: () => redis.restart() },
]) {
  test(`while Redis ${how} the page says so, shows no false count, and is right again by itself`, async ({ page }) => {
    rollcall = await startConsole(redis.url, hasOwnHome ? { ROLLCALL_HOME_URL: home.url } : {})
    await seed()
    await signIn(page, rollcall)
    const admin = await rollcall.as('admin')
    expect((await admin.call('GET', '/api/me')).status).toBe(200)
    await expect(rowOf(page, 'Alice')).toBeVisible()
    await stop()
    await expect(page.getByText(/Redis has not answered for/)).toBeVisible({ timeout: 5000 })
    await expect(page.getByText(/This 1 session is as of/)).toBeVisible()
    await expect(rowOf(page, 'Alice')).toBeVisible()

    const startedAt = Date.now()
    const answer = await admin.call('GET', '/api/sessions')
    expect(await answer.json()).toMatchObject({ total: 1, freshness: { state: 'stale' } })
    expect(Date.now() - startedAt).toBeLessThan(5000)

    await start()
    await seed()
    await expect(page.getByText(/Redis has not answered for/)).toHaveCount(0, { timeout: 6000 })
    await expect(page).not.toHaveURL(/login/)
    await expect(rowOf(page, 'Alice')).toBeVisible()
  })
}

test('a deed while Redis is away fails, says so, and is not done later', async ({ page }) => {
  rollcall = await startConsole(redis.url)
  await seed()
  await signIn(page, rollcall, 'operator')
  await expect(rowOf(page, 'Alice')).toBeVisible()
  const handle = await rowOf(page, 'Alice').getAttribute('data-handle')
  const operator = await rollcall.as('operator')
  redis.pause()
  await expect(page.getByText(/Redis has not answered for/)).toBeVisible({ timeout: 5000 })
  const answer = await operator.call('DELETE', `/api/sessions/${handle}`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ outcome: 'failed' })
  redis.resume()
  await expect(page.getByText(/Redis has not answered for/)).toHaveCount(0, { timeout: 6000 })
  expect(await redis.client().exists('session:abc123')).toBe(1)
})
