import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { type JobItem, JobList, JobPreview } from '@/lib/contract/job'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, rowOf, signIn } from './support/page'
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
  const keys = await redis.client().keys('session:*')
  for (let at = 0; at < keys.length; at += 1000) await redis.client().unlink(keys.slice(at, at + 1000))
})

async function seed(count: number, expires = true) {
  const pipeline = redis.client().pipeline()
  for (let index = 0; index < count; index += 1) {
    const value = JSON.stringify({ userId: index, name: `Person ${index}` })
    if (expires) pipeline.set(`session:${story}-seeded-${index}`, value, 'PX', 3_600_000)
    else pipeline.set(`session:${story}-seeded-${index}`, value)
  }
  await pipeline.exec()
}

const dialogOf = (page: Page) => page.getByRole('dialog')
const left = async () => (await redis.client().keys(`session:${story}-seeded-*`)).length

async function countsOf(page: Page): Promise<Record<string, number>> {
  const found = await page
    .locator('[data-count]')
    .evaluateAll((items) =>
      items.map((item) => [
        item.getAttribute('data-count') ?? '',
        Number(item.firstElementChild?.textContent?.replaceAll(',', '')),
      ]),
    )
  return Object.fromEntries(found)
}

async function askAll(page: Page, deed: string) {
  await page.getByRole('button', { name: 'Act on all that match' }).click()
  await page.getByRole('menuitem', { name: deed }).click()
}

test('an operator previews 5,000, stops half-way, and the report adds up; then resumes and undoes', async ({
  page,
}) => {
  const complaints = collectComplaints(page)
  await seed(5000)
  await signIn(page, rollcall, 'operator')
  await expect(page.getByTestId('count')).toContainText('5,000')
  await askAll(page, 'Revoke…')
  const dialog = dialogOf(page)
  await expect(dialog).toContainText('Revoke 5,000 sessions?')
  await expect(dialog).toContainText('By source: session 5,000')
  await expect(dialog).toContainText('A sample of 20')
  const go = dialog.getByRole('button', { name: 'Revoke 5,000' })
  await expect(go).toBeDisabled()
  await dialog.getByLabel('Type 5,000 to go on').fill('500')
  await expect(go).toBeDisabled()
  await dialog.getByLabel('Type 5,000 to go on').fill('5000')
  await dialog.getByLabel('Reason').fill('a drill')
  await go.click()
  await expect.poll(async () => (await countsOf(page)).done ?? 0, { intervals: [50] }).toBeGreaterThan(500)
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await expect(dialog.getByRole('button', { name: 'Resume' })).toBeVisible()
  const counts = await countsOf(page)
  expect(counts.done).toBeLessThan(5000)
  expect((counts.done ?? 0) + (counts.left ?? 0)).toBe(5000)
  expect(await left()).toBe(counts.left)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: 'JSON' }).click(),
  ])
  const items: JobItem[] = JSON.parse(readFileSync(await download.path(), 'utf8'))
  expect(items).toHaveLength(5000)
  expect(items.filter(({ outcome }) => outcome === 'done')).toHaveLength(counts.done ?? 0)
  expect(JSON.stringify(items)).not.toContain('seeded-')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Jobs' }).click()
  await expect(page).toHaveURL(/\/jobs$/)
  await page.reload()
  const card = page.locator('[data-job]').first()
  await expect(card).toContainText('Stopped')
  await expect(card).toContainText('a drill')
  await card.getByRole('button', { name: 'Resume' }).click()
  await expect(card.locator('[data-count="done"]')).toContainText('5,000', { timeout: 15_000 })
  expect(await left()).toBe(0)
  await card.getByRole('button', { name: /Undo/ }).click()
  await expect.poll(left, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(complaints).toEqual([])
})

test('a finding’s remedy gives 2,000 immortal sessions an end', async ({ page }) => {
  await seed(2000, false)
  await redis.client().setex(`session:${story}-mortal`, 1800, '{"userId":1,"name":"Mortal"}')
  await signIn(page, rollcall, 'operator', '/findings')
  const card = page.getByRole('article', { name: 'Sessions that never expire' })
  await expect(card).toContainText('2,000')
  await card.getByRole('button', { name: 'Give them an end…' }).click()
  const dialog = dialogOf(page)
  await expect(dialog).toContainText('Give an end to 2,000 sessions?')
  await dialog.getByRole('button', { name: '8 h', exact: true }).click()
  await dialog.getByLabel('Type 2,000 to go on').fill('2,000')
  await dialog.getByRole('button', { name: 'Give an end to 2,000' }).click()
  await expect(dialog).toContainText('2,000 of 2,000 sessions given an end', { timeout: 15_000 })
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(card).toHaveCount(0, { timeout: 10_000 })
  const ttls = await Promise.all([0, 999, 1999].map((index) => redis.client().pttl(`session:${story}-seeded-${index}`)))
  for (const ttl of ttls) expect(Math.abs(ttl - 8 * 3_600_000)).toBeLessThan(60_000)
  expect(await redis.client().pttl(`session:${story}-mortal`)).toBeLessThan(1_800_001)
})

test('what is selected is extended and ended by keyboard, and a selection of all that is loaded can become all that match', async ({
  page,
}) => {
  await seed(300)
  await signIn(page, rollcall, 'operator')
  await expect(page.getByTestId('count')).toContainText('300')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: 'Extend', exact: true }).press('Enter')
  await dialogOf(page).getByRole('button', { name: 'Extend 2' }).press('Enter')
  await expect(dialogOf(page)).toContainText('2 of 2 sessions extended')
  await page.keyboard.press('Escape')
  await expect(dialogOf(page)).toHaveCount(0)
  await page.getByLabel('Select what is visible').check()
  await page.getByRole('button', { name: /Select all .* loaded/ }).click()
  await page.getByRole('button', { name: 'Select all 300 that match' }).click()
  await expect(page.getByText('All 300 that match')).toBeVisible()
  await page.getByRole('button', { name: 'Revoke 300' }).click()
  await expect(dialogOf(page)).toContainText('Revoke 300 sessions?')
})

test('a viewer sees jobs and starts none; a preview of another filter is no longer good', async ({ page }) => {
  await seed(3)
  const operator = await rollcall.as('operator')
  const viewer = await rollcall.as('viewer')
  const order = { deed: 'revoke', filter: { who: 'Person' } }
  await expect
    .poll(async () => {
      const answer = await operator.call('POST', '/api/jobs', { ...order, dryRun: true })
      return JobPreview.parse(await answer.json()).total
    })
    .toBe(3)
  const preview = JobPreview.parse(await (await operator.call('POST', '/api/jobs', { ...order, dryRun: true })).json())
  expect((await viewer.call('POST', '/api/jobs', { ...order, dryRun: true })).status).toBe(403)
  const other = { ...order, filter: {}, digest: preview.digest }
  expect((await operator.call('POST', '/api/jobs', other)).status).toBe(409)
  expect((await operator.call('POST', '/api/jobs', order)).status).toBe(422)
  expect((await operator.call('POST', '/api/jobs', { ...order, digest: preview.digest })).status).toBe(202)
  const readJobs = () => viewer.call('GET', '/api/jobs')
  await expect.poll(async () => JobList.parse(await (await readJobs()).json()).rows[0]?.state).toBe('done')
  expect(await left()).toBe(0)
  const answer = await readJobs()
  expect(JobList.parse(await answer.json()).rows[0]).toMatchObject({ admin: 'olga', total: 3, done: 3 })
  expect(
    (await viewer.call('GET', '/api/jobs', undefined, { 'If-None-Match': answer.headers.get('ETag') ?? '' })).status,
  ).toBe(304)
  await signIn(page, rollcall, 'viewer', '/jobs')
  await expect(page.locator('[data-job]').first()).toContainText('Revoke 3 sessions')
  await expect(page.getByRole('button', { name: /Stop|Resume|Undo/ })).toHaveCount(0)
  expect((await viewer.call('DELETE', '/api/jobs/anything')).status).toBe(403)
  expect((await operator.call('GET', '/api/jobs/anything')).status).toBe(404)
})

testLooks('axe finds nothing in a job’s question and among jobs', async (page, look) => {
  await seed(120)
  await signIn(page, rollcall, 'operator')
  await expect(rowOf(page, 'Person').first()).toBeVisible()
  await askAll(page, 'Revoke…')
  await expect(dialogOf(page).getByLabel('Type 120 to go on')).toBeVisible()
  await page.screenshot({ path: test.info().outputPath(`question-${look}.png`) })
  expect(await findFaults(page)).toEqual([])
  await page.goto(`${rollcall.origin}/jobs`)
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  expect(await findFaults(page)).toEqual([])
  await page.screenshot({ path: test.info().outputPath(`jobs-${look}.png`) })
})
