import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

/** `SPEED_SESSIONS=1000` for a quick look. */
const count = Number(process.env.SPEED_SESSIONS ?? 100_000)
/** What is wanted is printed; what fails is a page that hangs: the machine that tests may be slow, shared, and busy with another story. */
const wantedMs = 1000
const boundMs = 10_000

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  test.setTimeout(180_000)
  redis = await startRedis()
  const client = redis.client()
  for (let at = 0; at < count; at += 10_000) {
    const pipeline = client.pipeline()
    for (let index = at; index < Math.min(count, at + 10_000); index += 1) {
      const value = { userId: `p${index % 20_000}`, name: `Person ${index % 20_000}`, cart: 'x'.repeat(200) }
      pipeline.set(`sess:s${index}`, JSON.stringify(value), 'PX', 3_600_000 + index)
    }
    await pipeline.exec()
  }
  rollcall = await startConsole(redis.url)
  const admin = await rollcall.as('admin')
  await waitUntil(async () => {
    const { total, freshness } = await (await admin.call('GET', '/api/sessions?size=1')).json()
    return total === count && freshness.state === 'live'
  }, 60_000)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

const said = count.toLocaleString('en')

test(`every page shows its first content in time with ${said} sessions`, async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, rollcall)
  const pages = {
    '/': page.getByRole('main').getByText(said).first(),
    '/sessions': page.getByRole('row').nth(1),
    '/users': page.getByRole('row').nth(1),
    '/findings': page.getByRole('main').getByRole('heading', { level: 2 }).first(),
    '/audit': page.getByRole('row').nth(1),
  }
  const figures: Record<string, { serverMs: number; firstPaintMs: number; contentMs: number; isWanted: boolean }> = {}
  for (const [path, content] of Object.entries(pages)) {
    const rounds = []
    for (let round = 0; round < 3; round += 1) {
      const startedAt = performance.now()
      await page.goto(`${rollcall.origin}${path}`, { waitUntil: 'commit' })
      await content.waitFor({ timeout: 20_000 })
      const contentMs = Math.round(performance.now() - startedAt)
      rounds.push({ ...(await page.evaluate(readTimes)), contentMs })
    }
    const [, median] = rounds.sort((a, b) => a.contentMs - b.contentMs)
    if (median !== undefined) figures[path] = { ...median, isWanted: median.contentMs <= wantedMs }
  }
  console.table(figures)
  for (const [path, { contentMs }] of Object.entries(figures)) expect(contentMs, path).toBeLessThanOrEqual(boundMs)
})

/** In the browser: until the whole document had come, and until something of it was drawn. */
function readTimes() {
  const [navigation] = performance.getEntriesByType('navigation')
  const serverMs = Math.round(navigation instanceof PerformanceNavigationTiming ? navigation.responseEnd : 0)
  return {
    serverMs,
    firstPaintMs: Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
  }
}
