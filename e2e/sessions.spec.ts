import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { collectComplaints, rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole
/** In every key, so that what one story revoked is not ended again in the next. */
let story = 0
const alice = '{"userId":42,"name":"Alice"}'

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
  const keys = await redis.client().keys('sess*')
  if (keys.length > 0) await redis.client().unlink(keys)
})

async function seed(count: number, start = 0, people = 40) {
  const pipeline = redis.client().pipeline()
  for (let index = start; index < start + count; index += 1) {
    const person = { userId: index % people, name: `Person ${index % people}`, ip: `192.0.2.${index % 250}` }
    pipeline.set(`session:${story}-seeded-${index}`, JSON.stringify(person), 'PX', 600_000 + index * 1000)
  }
  await pipeline.exec()
}

test('a session written by redis-cli appears in an open page, counts down, follows EXPIRE and leaves with DEL', async ({
  page,
}) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall)
  await expect(page.getByText('Nobody is signed in')).toBeVisible()
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  const row = rowOf(page, 'Alice')
  await expect(row).toBeVisible({ timeout: 2000 })
  await expect(row).toContainText(/29 min \d\d s|30 min/)
  await expect(row).toContainText(`${alice.length} B`)
  const before = await row.textContent()
  await expect.poll(() => row.textContent()).not.toBe(before)
  await redis.client().expire(`session:${story}-abc123`, 90)
  await expect(row).toContainText(/1 min \d\d s/, { timeout: 2000 })
  await expect(row).toContainText('Expiring')
  await redis.client().persist(`session:${story}-abc123`)
  await expect(row).toContainText('∞', { timeout: 2000 })
  await redis.client().del(`session:${story}-abc123`)
  await expect(row).toHaveCount(0, { timeout: 2000 })
  await redis.client().set(`session:${story}-short`, alice, 'PX', 2500)
  await expect(row).toBeVisible({ timeout: 2000 })
  await expect(row).toHaveCount(0, { timeout: 4500 })
  expect(complaints).toEqual([])
})

test('an operator ends a session with one click and takes it back with undo', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  await signIn(page, rollcall, 'operator')
  await rowOf(page, 'Alice').hover()
  await page.getByRole('button', { name: 'Revoke Alice’s session' }).click()
  await expect(page.getByText('Alice’s session was ended')).toBeVisible()
  await expect.poll(() => redis.client().exists(`session:${story}-abc123`)).toBe(0)
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => redis.client().get(`session:${story}-abc123`)).toBe(alice)
  await expect(rowOf(page, 'Alice')).toBeVisible()
})

test('an operator extends a session by an hour', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 600, alice)
  await signIn(page, rollcall, 'operator')
  await rowOf(page, 'Alice').hover()
  await page.getByRole('button', { name: 'Extend Alice’s session' }).click()
  await page.getByRole('menuitem', { name: '1 h' }).click()
  await expect(rowOf(page, 'Alice')).toContainText(/1 h 0?9 min/)
  expect(await redis.client().pttl(`session:${story}-abc123`)).toBeGreaterThan(4_100_000)
})

test('an operator ends every session of one person by a click on the name', async ({ page }) => {
  await seed(12, 0, 4)
  await signIn(page, rollcall, 'operator')
  await page.getByRole('button', { name: 'Person 3', exact: true }).first().click()
  await expect(rowOf(page, 'Person 3')).toHaveCount(3)
  await expect(rowOf(page, 'Person 2')).toHaveCount(0)
  expect(page.url()).not.toMatch(/person|principal/i)
  await page.getByLabel('Select what is visible').check()
  await page.getByRole('button', { name: 'Revoke 3' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke 3' }).click()
  await expect.poll(async () => (await redis.client().keys(`session:${story}-seeded-*`)).length).toBe(9)
})

test('the impersonal view is in the address and comes back with Back and with a reload; the search is in no address', async ({
  page,
}) => {
  await seed(50)
  await redis.client().set(`session:${story}-forever`, '{"userId":"eve","name":"Eve"}')
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url()))
  await signIn(page, rollcall)
  await page.getByRole('table').getByRole('button', { name: 'Size' }).click()
  await expect(page).toHaveURL(/sort=sizeBytes/)
  await page.goto(`${rollcall.origin}/sessions?status=persistent`)
  await expect(rowOf(page, 'Eve')).toBeVisible()
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.reload()
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.goBack()
  await expect(page).toHaveURL(/sort=sizeBytes/)
  await page.goto(`${rollcall.origin}/sessions`)
  await page.keyboard.press('/')
  await page.keyboard.type('Eve')
  await expect(page.getByRole('row')).toHaveCount(2)
  expect(page.url()).not.toContain('Eve')
  expect(addresses.filter((address) => address.includes('Eve'))).toEqual([])
})

test('a pasted cookie finds its session', async ({ page }) => {
  await seed(30)
  await redis.client().setex('sess:Zx81-secret_id', 600, '{"user":"mallory"}')
  await signIn(page, rollcall)
  await page.keyboard.press('/')
  await page.keyboard.insertText('connect.sid=s%3AZx81-secret_id.c2lnbmF0dXJl')
  await expect(page.getByRole('row')).toHaveCount(2)
  await expect(rowOf(page, 'mallory')).toBeVisible()
})

test('everything works by keyboard', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  await redis.client().setex(`session:${story}-second`, 1700, '{"userId":43,"name":"Bert"}')
  await signIn(page, rollcall, 'operator')
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/sessions\/[\w-]{20,}/)
  await expect(page.getByRole('complementary', { name: 'One session' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/sessions$/)
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await expect(page.getByText('1 selected')).toBeVisible()
  await page.keyboard.press('x')
  await page.keyboard.press('r')
  await expect.poll(async () => (await redis.client().keys('session:*')).length).toBe(1)
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await page.keyboard.press('u')
  await expect.poll(async () => (await redis.client().keys('session:*')).length).toBe(2)
})

test('nothing moves under the pointer: what arrives waits, and the count is true at once', async ({ page }) => {
  await seed(5)
  await signIn(page, rollcall)
  await expect(rowOf(page, 'Person 0')).toBeVisible()
  await rowOf(page, 'Person 2').hover()
  const place = await rowOf(page, 'Person 2').boundingBox()
  await redis.client().set(`session:${story}-newest`, '{"userId":"n","name":"Newcomer"}', 'PX', 900_000)
  const pill = page.getByRole('button', { name: '1 new' })
  await expect(pill).toBeVisible()
  await expect(page).toHaveTitle(/6/)
  expect(await rowOf(page, 'Person 2').boundingBox()).toEqual(place)
  await expect(rowOf(page, 'Newcomer')).toHaveCount(0)
  await page.mouse.move(400, 20)
  await expect(pill).toHaveCount(0)
  await expect(rowOf(page, 'Newcomer')).toBeVisible()
})

test('a viewer sees no button that changes anything, and is told why', async ({ page }) => {
  await redis.client().setex(`session:${story}-abc123`, 1800, alice)
  await signIn(page, rollcall, 'viewer')
  await rowOf(page, 'Alice').hover()
  await expect(page.getByRole('button', { name: /Revoke|Extend/ })).toHaveCount(0)
  await expect(page.getByText(/viewer/i).first()).toBeVisible()
})

test('20,000 sessions: scrolling reaches the last, and only a screenful is drawn', async ({ page }) => {
  for (let start = 0; start < 20_000; start += 10_000) await seed(10_000, start)
  await signIn(page, rollcall)
  await expect(page).toHaveTitle(/20,000/, { timeout: 20_000 })
  await page.getByRole('table').getByRole('button', { name: 'TTL' }).click()
  await expect(page).toHaveURL(/sort=expiresAt/)
  const rows = page.getByRole('table', { name: 'Sessions' })
  await expect(rows).toHaveAttribute('aria-rowcount', '20001')
  await page.getByRole('row').nth(3).hover()
  await page.mouse.wheel(0, 36 * 30_000)
  await expect(page.locator('[aria-rowindex="20001"]')).toBeVisible({ timeout: 10_000 })
  expect(await page.getByRole('row').count()).toBeLessThan(120)
})
