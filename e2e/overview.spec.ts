import { expect, type Page, test } from '@playwright/test'
import { Overview } from '@/lib/contract/overview'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, signIn } from './support/page'
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
  story += 1
  await empty()
})

async function empty() {
  const keys = await redis.client().keys('session:*')
  for (let at = 0; at < keys.length; at += 5000) await redis.client().unlink(keys.slice(at, at + 5000))
}

const agents = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  null,
]

async function seed(count: number) {
  for (let from = 0; from < count; from += 10_000) {
    const pipeline = redis.client().pipeline()
    for (let index = from; index < Math.min(count, from + 10_000); index += 1) {
      const person = index % Math.max(1, Math.floor(count / 4))
      const userAgent = agents[index % agents.length]
      const value = { userId: person, name: `Person ${person}`, userAgent, pad: 'x'.repeat((index % 13) ** 3) }
      pipeline.set(
        `session:${story}-seeded-${index}`,
        JSON.stringify(value),
        'PX',
        600_000 + ((index * 7919) % 100_000) * 900,
      )
    }
    await pipeline.exec()
  }
}

async function read(): Promise<Overview> {
  return Overview.parse(await (await (await rollcall.as('viewer')).call('GET', '/api/overview')).json())
}

async function openOverview(page: Page) {
  await signIn(page, rollcall, 'viewer', '/')
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
}

test('the overview is true of what Redis holds, and says what came and how sessions ended', async ({ page }) => {
  const complaints = collectComplaints(page)
  await openOverview(page)
  await expect(page.getByText('No session yet')).toBeVisible()
  await seed(40)
  await redis.client().setex(`session:${story}-short`, 2, '{"userId":"gone","name":"Gone"}')
  await expect(page.getByTestId('count')).toHaveText('41')
  await expect(page.getByTestId('count')).toHaveText('40', { timeout: 5000 })
  await redis.client().unlink(`session:${story}-seeded-0`)
  await expect.poll(async () => (await read()).total).toBe(39)
  const operator = await rollcall.as('operator')
  const list = await (await operator.call('GET', '/api/sessions?size=1')).json()
  await operator.call('DELETE', `/api/sessions/${list.rows[0].handle}`)
  await expect.poll(async () => (await read()).total).toBe(38)
  const overview = await read()
  expect(overview).toMatchObject({ total: 38, people: 10, anonymous: 0, unreadable: 0 })
  const { horizon, sizes } = overview
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
  expect(sum(horizon.counts) + horizon.later + horizon.never).toBe(38)
  expect(sum(sizes.map(({ count }) => count))).toBe(38)
  expect(overview.topPeople).toHaveLength(10)
  await expect
    .poll(
      async () => {
        const points = (await read()).history.points
        const all = (name: 'arrived' | 'expired' | 'ended' | 'revoked') => sum(points.map((point) => point[name]))
        return [all('arrived'), all('expired'), all('ended'), all('revoked')]
      },
      { timeout: 5000 },
    )
    .toEqual([41, 1, 1, 1])
  expect(complaints).toEqual([])
})

test('a poll that finds nothing new is 304, and the charts are read by keyboard and lead to their sessions', async ({
  page,
}) => {
  await seed(30)
  await redis.client().set(`session:${story}-forever`, '{"userId":"eve"}')
  await expect.poll(async () => (await read()).total).toBe(31)
  const viewer = await rollcall.as('viewer')
  const ask = (etag: string) => viewer.call('GET', '/api/overview', undefined, { 'If-None-Match': etag, 'X-Poll': '1' })
  await expect
    .poll(async () => {
      const etag = (await viewer.call('GET', '/api/overview')).headers.get('ETag') ?? ''
      return (await ask(etag)).status
    })
    .toBe(304)
  await openOverview(page)
  const sizes = page.getByRole('group', { name: /^Payload sizes/ })
  await sizes.focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('figure', { name: 'Payload sizes' })).toContainText('of 0 B to 256 B')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/minSizeBytes=0&maxSizeBytes=255/)
  await page.goBack()
  await page.getByRole('link', { name: /^Person 0/ }).click()
  await expect(page).toHaveURL(/\/sessions\?person=[\w-]{20,}$/)
})

/** Sees so many on the page, and that axe finds nothing. */
async function lookThrough(page: Page, count: number) {
  await seed(count)
  await expect.poll(async () => (await read()).total).toBe(count)
  await openOverview(page)
  await expect(page.getByTestId('count')).toHaveText(`${count}`)
  expect(await findFaults(page)).toEqual([])
}

for (const count of [0, 1]) {
  test(`with ${count} sessions axe finds nothing`, ({ page }) => lookThrough(page, count))
}

testLooks('with 300 sessions axe finds nothing and nothing overflows', async (page, look) => {
  await lookThrough(page, 300)
  await page.screenshot({ path: test.info().outputPath(`overview-300-${look}.png`) })
})
