import { expect, type Page, test } from '@playwright/test'
import { PeoplePage } from '@/lib/contract/person'
import { SessionPage } from '@/lib/contract/session'
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
  const keys = await redis.client().keys('sess*')
  if (keys.length > 0) await redis.client().unlink(keys)
})

const now = Date.now()

/** `count` sessions in turn of `people` persons. */
async function seed(count: number, people: number) {
  const pipeline = redis.client().pipeline()
  for (let index = 0; index < count; index += 1) {
    const person = index % people
    const value = { userId: person, name: `Person ${person}`, lastSeenAt: now - person * 60_000 - index }
    pipeline.set(`session:${story}-seeded-${index}`, JSON.stringify(value), 'PX', 600_000 + index * 10)
  }
  await pipeline.exec()
}

/** Alice three times over two sources, Bert once, and one of nobody. */
async function seedFew() {
  const client = redis.client()
  await client.setex(`session:${story}-alice-1`, 1800, '{"userId":"42","name":"Alice","pad":"0123456789"}')
  await client.setex(`session:${story}-alice-2`, 1800, '{"userId":"42","name":"Alice"}')
  await client.setex(`sess:${story}-alice-3`, 1800, '{"userId":"42","name":"Alice"}')
  await client.setex(`session:${story}-bert`, 1800, '{"userId":"43","name":"Bert"}')
  await client.setex(`session:${story}-nobody`, 1800, '{"cart":[1,2]}')
}

async function openPeople(page: Page, who: 'operator' | 'viewer' = 'operator') {
  await signIn(page, rollcall, who, '/users')
  await expect(page.getByRole('heading', { name: 'People' })).toBeVisible()
}

const people = (page: Page) => page.getByRole('table', { name: 'People' })

test('the interface groups the sessions by person, says whose none are, and a poll of the same is 304 or 204', async () => {
  await seedFew()
  const viewer = await rollcall.as('viewer')
  await expect
    .poll(async () => PeoplePage.parse(await (await viewer.call('GET', '/api/users')).json()).rows.length)
    .toBe(2)
  const answer = await viewer.call('GET', '/api/users?sort=sessions')
  const page = PeoplePage.parse(await answer.json())
  expect(page).toMatchObject({ total: 2, anonymous: 1, unreadable: 0, page: 1, size: 50 })
  const [alice, bert] = page.rows
  expect(alice).toMatchObject({
    principal: '42',
    label: 'Alice',
    sources: ['sess', 'session'],
    sessions: 3,
    devices: 0,
  })
  expect(bert).toMatchObject({ principal: '43', sessions: 1 })

  const etag = answer.headers.get('etag') ?? ''
  const again = await viewer.call('GET', '/api/users?sort=sessions', undefined, {
    'If-None-Match': etag,
    'X-Poll': '1',
  })
  expect(again.status).toBe(304)
  const found = await viewer.call('POST', '/api/users/search', { q: 'ALI' })
  const { total, version } = PeoplePage.parse(await found.json())
  expect(total).toBe(1)
  expect((await viewer.call('POST', '/api/users/search', { q: 'ALI', version })).status).toBe(204)

  const theirs = await viewer.call('GET', `/api/sessions?person=${alice?.person}`)
  const { rows } = SessionPage.parse(await theirs.json())
  expect(rows.map(({ principal }) => principal)).toEqual(['42', '42', '42'])
  const nobodys = await viewer.call('GET', `/api/sessions?person=${rows[0]?.handle}`)
  expect(SessionPage.parse(await nobodys.json()).total).toBe(0)

  const refused = await viewer.call('GET', '/api/users?sort=handle&colour=red')
  expect(refused.status).toBe(422)
  const { errors } = (await refused.json()) as { errors: { pointer: string }[] }
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['?colour', '?sort'])
})

test('an operator finds a person, and their sessions by a link that says nothing of them', async ({ page }) => {
  const complaints = collectComplaints(page)
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url()))
  await seedFew()
  await openPeople(page)
  await expect(page).toHaveTitle('2 people · Rollcall')
  await expect(page.getByRole('link', { name: '1 anonymous session' })).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('alic')
  await expect(rowOf(page, 'Bert')).toHaveCount(0)
  await expect(rowOf(page, 'Alice')).toContainText('sess, session')
  await page.getByRole('link', { name: '3 sessions of Alice' }).click()
  await expect(page).toHaveURL(/\/sessions\?person=[\w-]{20,}$/)
  await expect(rowOf(page, 'Alice')).toHaveCount(3)
  await expect(rowOf(page, 'Bert')).toHaveCount(0)
  await page.reload()
  await expect(rowOf(page, 'Alice')).toHaveCount(3)
  await page.getByRole('button', { name: 'Stop filtering by this person' }).click()
  await expect(rowOf(page, 'Bert')).toBeVisible()
  await page.goBack()
  await expect(rowOf(page, 'Bert')).toHaveCount(0)
  expect(addresses.filter((address) => /alic|[?&=/]42\b/i.test(address))).toEqual([])
  expect(complaints).toEqual([])
})

test('people come and go by themselves, and a count follows', async ({ page }) => {
  await redis.client().setex(`session:${story}-alice`, 1800, '{"userId":"42","name":"Alice"}')
  await openPeople(page)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.mouse.move(700, 20)
  await seedFew()
  await redis.client().del(`session:${story}-alice`)
  await expect(rowOf(page, 'Bert')).toBeVisible({ timeout: 3000 })
  await expect(page.getByRole('link', { name: '3 sessions of Alice' })).toBeVisible({ timeout: 3000 })
  await redis.client().del(`session:${story}-bert`)
  await expect(rowOf(page, 'Bert')).toHaveCount(0, { timeout: 3000 })
})

test('an operator logs a person out everywhere while they keep signing in, and nobody else', async ({ page }) => {
  await seedFew()
  await openPeople(page)
  await rowOf(page, 'Alice').hover()
  await page.getByRole('button', { name: 'Log out Alice everywhere' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Log out Alice everywhere: end 3 sessions?')
  await expect(dialog).toContainText(/By source: (session 2, sess 1|sess 1, session 2)/)
  await dialog.getByRole('button', { name: 'Revoke 3' }).click()
  const done = dialog.locator('[data-count="done"]')
  await expect(done).toContainText('3 ended')
  await redis.client().setex(`session:${story}-alice-4`, 1800, '{"userId":"42","name":"Alice"}')
  await expect(done).toContainText('4 ended')
  await redis.client().setex(`session:${story}-alice-5`, 1800, '{"userId":"42","name":"Alice"}')
  await expect(done).toContainText('5 ended')
  await expect(dialog).toContainText('5 of 5 sessions ended')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await expect(rowOf(page, 'Bert')).toBeVisible()
  expect((await redis.client().keys('sess*')).sort()).toEqual([`session:${story}-bert`, `session:${story}-nobody`])
})

test('everything works by keyboard', async ({ page }) => {
  await seedFew()
  await openPeople(page)
  await people(page).getByRole('button', { name: 'Sessions' }).click()
  await expect(page).toHaveURL(/\/users\?sort=sessions&order=desc$/)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Log them out everywhere')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('j')
  await expect(rowOf(page, 'Alice')).toBeFocused()
  await page.keyboard.press('j')
  await expect(rowOf(page, 'Bert')).toBeFocused()
  await page.keyboard.press('r')
  await expect(page.getByRole('dialog')).toContainText('Log out Bert everywhere: end 1 session?')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('k')
  await expect(rowOf(page, 'Alice')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/sessions\?person=/)
  await expect(rowOf(page, 'Alice')).toHaveCount(3)
})

test('every column sorts, and an address reproduces the order', async ({ page }) => {
  await seed(28, 9)
  await openPeople(page)
  for (const [column, first] of [
    ['Person', 'Person 0'],
    ['Id', 'Person 0'],
    ['Sessions', 'Person 0'],
    ['Size', 'Person 0'],
  ] as const) {
    await people(page).getByRole('button', { name: column, exact: true }).click()
    await expect(people(page).getByRole('row').nth(1)).toContainText(first)
  }
  await people(page).getByRole('button', { name: 'Person', exact: true }).click()
  await people(page).getByRole('button', { name: 'Person', exact: true }).click()
  await expect(page).toHaveURL(/sort=label&order=desc/)
  await expect(people(page).getByRole('row').nth(1)).toContainText('Person 8')
  await page.reload()
  await expect(people(page).getByRole('row').nth(1)).toContainText('Person 8')
  await expect(people(page).getByRole('columnheader', { name: 'Person' })).toHaveAttribute('aria-sort', 'descending')
})

test('a viewer sees people and may end nothing', async ({ page }) => {
  await seedFew()
  await openPeople(page, 'viewer')
  await rowOf(page, 'Alice').hover()
  await expect(page.getByRole('button', { name: /Log out Alice/ })).toHaveCount(0)
  await rowOf(page, 'Alice').click({ position: { x: 600, y: 10 } })
  await expect(page).toHaveURL(/\/sessions\?person=/)
})

test('nobody there, nobody that matches, only nobody’s sessions: each is said in its own words', async ({ page }) => {
  await openPeople(page)
  await expect(page.getByText('Nobody is signed in')).toBeVisible()
  await redis.client().setex(`session:${story}-nobody`, 1800, '{"cart":[1,2]}')
  await expect(page.getByText('Nobody is known by name')).toBeVisible()
  await seedFew()
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.getByLabel('Search people').fill('zebra')
  await expect(page.getByText('Nobody matches')).toBeVisible()
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await expect(rowOf(page, 'Alice')).toBeVisible()
})

test('5,000 people: scrolling reaches the last, and only a screenful is drawn', async ({ page }) => {
  await seed(5000, 5000)
  await openPeople(page)
  await expect(page).toHaveTitle('5,000 people · Rollcall')
  await expect(people(page)).toHaveAttribute('aria-rowcount', '5001')
  await page.getByRole('row').nth(3).hover()
  await page.mouse.wheel(0, 36 * 6000)
  await expect(page.locator('[aria-rowindex="5001"]')).toBeVisible()
  await expect(page.locator('[aria-rowindex="5001"]')).toContainText('Person 4999')
  expect(await page.getByRole('row').count()).toBeLessThan(120)
})

testLooks('axe finds nothing among people, and nothing overflows', async (page) => {
  await seedFew()
  const long = { userId: 'x'.repeat(300), name: 'Baroness Wilhelmina '.repeat(12), ip: '2001:db8::1' }
  await redis.client().setex(`session:${story}-long`, 1800, JSON.stringify(long))
  await openPeople(page)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  expect(await findFaults(page)).toEqual([])
})
