import { expect, type Page, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
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
  const client = redis.client()
  const keys = await client.keys('sess*')
  if (keys.length > 0) await client.unlink(keys)
  for (const [id, user] of [
    ['a', 'Alice'],
    ['b', 'Bert'],
    ['c', 'Cleo'],
    ['d', 'Dora'],
  ] as const)
    await client.setex(`session:${story}-${id}`, 1800, JSON.stringify({ userId: user.toLowerCase(), name: user }))
})

/** The focus is on something: a Tab goes on from there. */
const expectFocus = (page: Page, after: string) =>
  expect.poll(() => page.evaluate(() => document.activeElement !== document.body), { message: after }).toBe(true)

const count = async () => (await redis.client().keys('session:*')).length

/** Types a command, as somebody without a mouse does. */
async function typeCommand(page: Page, typed: string) {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused()
  await page.keyboard.type(typed)
}

/** Goes to a page by its command. */
async function goBy(page: Page, typed: string, url: RegExp) {
  await typeCommand(page, typed)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(url)
  await expect(page.getByRole('combobox', { name: 'Command' })).toHaveCount(0)
  await expectFocus(page, typed)
}

test('one session: revoke, undo, extend and open are done by keys, and the focus is never lost', async ({ page }) => {
  await signIn(page, rollcall, 'operator')
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('r')
  await expect.poll(count).toBe(3)
  await expectFocus(page, 'a revoke')
  await expect(page.locator('[data-handle]:focus')).toHaveCount(1)
  await page.keyboard.press('u')
  await expect.poll(count).toBe(4)
  await expectFocus(page, 'an undo')

  await page.keyboard.press('j')
  const row = page.locator('[data-handle]:focus')
  await expect(row).toHaveCount(1)
  await page.keyboard.press('e')
  await expect(page.getByRole('menuitem', { name: '8 h' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(page.getByText(/now ends/)).toBeVisible()
  await expectFocus(page, 'an extension')

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  await expectFocus(page, 'opening')
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/sessions$/)
  await expectFocus(page, 'closing')
})

test('many sessions: selected, previewed, confirmed and ended by keys', async ({ page }) => {
  await signIn(page, rollcall, 'operator')
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Shift+X')
  await expect(page.getByText('3 selected')).toBeVisible()
  await page.keyboard.press('r')
  await expect(page.getByRole('heading', { name: 'Revoke 3 sessions?' })).toBeVisible()
  await page.getByLabel('Reason').press('Enter')
  await expect(page.getByRole('heading', { name: '3 of 3 sessions ended' })).toBeVisible()
  await expect.poll(count).toBe(1)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectFocus(page, 'a job')
})

test('a person is logged out everywhere by keys', async ({ page }) => {
  await signIn(page, rollcall, 'operator')
  await goBy(page, 'log out a person', /\/users$/)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('r')
  await expect(page.getByRole('heading', { name: /Log out .+ everywhere: end 1 session/ })).toBeVisible()
  await page.getByLabel('Reason').press('Enter')
  await expect(page.getByRole('heading', { name: /1 of 1 session ended/ })).toBeVisible({ timeout: 20_000 })
  await expect.poll(count).toBe(3)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectFocus(page, 'logging out')
})

test('the commands lead to every page, a pasted id finds its session and stays out of every address', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await redis.client().setex('session:f00dfacef00dface', 1800, '{"userId":"eve","name":"Eve"}')
  await signIn(page, rollcall)
  for (const [typed, url] of [
    ['overview', /\/$/],
    ['people', /\/users$/],
    ['findings', /\/findings$/],
    ['jobs', /\/jobs$/],
    ['audit', /\/audit$/],
    ['never expire', /status=persistent$/],
    ['sess:', /source=sess$/],
  ] as const)
    await goBy(page, typed, url)
  await goBy(page, 's:f00dfacef00dface.bm9ib2R5cyBzaWduYXR1cmU', /\/sessions\/[\w-]{20,}$/)
  await expect(page.getByRole('heading', { name: 'Eve' })).toBeVisible()
  expect(asked.filter((url) => url.includes('f00dface'))).toEqual([])

  await typeCommand(page, 'nobody-has-this-id')
  await page.keyboard.press('Enter')
  await expect(page.getByText('No session here has this id.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectFocus(page, 'a closed palette')
  await typeCommand(page, 'dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await page.evaluate(() => Object.keys(localStorage).sort())).toEqual(['rollcall-theme'])
  await typeCommand(page, 'sign out')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/login$/)
})

test('the audit is exported by the commands, by an admin alone', async ({ page }) => {
  await signIn(page, rollcall)
  await typeCommand(page, 'export csv')
  const download = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)
  await expectFocus(page, 'an export')
})

test('a viewer is offered no deed', async ({ page }) => {
  await signIn(page, rollcall, 'viewer')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('option', { name: /People/ })).toBeVisible()
  for (const name of [/Log out a person/, /Undo/, /Export/, /Audit/])
    await expect(page.getByRole('option', { name })).toHaveCount(0)
})

test('a question mark lists on every page what works there', async ({ page }) => {
  await signIn(page, rollcall)
  for (const [path, line] of [
    ['/sessions', 'Select it, or all up to it'],
    ['/users', 'Log them out everywhere'],
    ['/', 'Commands: every page, every deed'],
    ['/findings', 'Commands: every page, every deed'],
    ['/jobs', 'Commands: every page, every deed'],
    ['/audit', 'Commands: every page, every deed'],
  ] as const) {
    await page.goto(`${rollcall.origin}${path}`)
    await expect(page.getByRole('status').filter({ hasText: /^Live/ })).toBeVisible()
    await expect(async () => {
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog', { name: 'Keys' }).getByText(line)).toBeVisible({ timeout: 1000 })
    }).toPass()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
})

test('several sources can be picked without a mouse, and the address says which', async ({ page }) => {
  await redis.client().setex('sess:other', 1800, '{"userId":"zoe","name":"Zoe"}')
  await signIn(page, rollcall)
  await expect(rowOf(page, 'Zoe')).toBeVisible()
  await page.getByRole('button', { name: 'Source: All sources' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitemcheckbox', { name: /sess: 1/ })).toBeVisible()
  await page.keyboard.type('sess:')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/source=sess$/)
  await expect(rowOf(page, 'Zoe')).toBeVisible()
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Source: sess:' })).toBeFocused()
})

test('a job that runs shows on every page, for who did not start it too, and leads to it', async ({ page }) => {
  const client = redis.client()
  for (let from = 0; from < 20_000; from += 2000)
    await client.mset(
      Object.fromEntries(
        Array.from({ length: 2000 }, (_, index) => [`session:many${from + index}`, `{"userId":"u${from + index}"}`]),
      ),
    )
  await signIn(page, rollcall, 'viewer')
  await expect(page.getByTestId('count')).toHaveText('20,004', { timeout: 20_000 })
  await page.goto(`${rollcall.origin}/findings`)
  const operator = await rollcall.as('operator')
  const order = { deed: 'revoke', filter: { status: ['persistent'] } }
  const preview = await (await operator.call('POST', '/api/jobs', { ...order, dryRun: true })).json()
  const started = await operator.call('POST', '/api/jobs', { ...order, digest: preview.digest })
  const { job } = await started.json()
  const link = page.getByRole('link', { name: /Revoke 20,000 sessions/ })
  await expect(link).toBeVisible({ timeout: 15_000 })
  await expect(link).toHaveAttribute('href', `/jobs#${job}`)
  await operator.call('DELETE', `/api/jobs/${job}`)
  await expect(link).toHaveCount(0, { timeout: 15_000 })
})
