import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeEach(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
})
test.afterEach(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

const seed = () => redis.client().set('session:abc123', '{"userId":42,"name":"Alice"}', 'PX', 1_800_000)

for (const [how, stop, start] of [
  ['stands still', () => redis.pause(), () => redis.resume()],
  ['is killed and comes back empty', () => redis.kill(), () => redis.restart()],
] as const) {
  test(`while Redis ${how} the page says so, shows no false count, and is right again by itself`, async ({ page }) => {
    await seed()
    await signIn(page, rollcall)
    await expect(rowOf(page, 'Alice')).toBeVisible()
    await stop()
    await expect(page.getByText(/Redis has not answered for/)).toBeVisible({ timeout: 5000 })
    await expect(page.getByText(/This 1 session is as of/)).toBeVisible()
    await expect(rowOf(page, 'Alice')).toBeVisible()

    const startedAt = Date.now()
    const answer = await (await rollcall.as('admin').catch(() => null))?.call('GET', '/api/sessions')
    if (answer !== undefined) expect(answer.status === 200 || answer.status === 503).toBe(true)
    expect(Date.now() - startedAt).toBeLessThan(5000)

    await start()
    await seed()
    await expect(page.getByText(/Redis has not answered for/)).toHaveCount(0, { timeout: 6000 })
    await expect(page).not.toHaveURL(/login/)
    await expect(rowOf(page, 'Alice')).toBeVisible()
  })
}

test('a deed while Redis is away fails, says so, and is not done later', async ({ page }) => {
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
