import { expect, type Page, test } from '@playwright/test'
import { SessionPage } from '@/lib/contract/session'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults } from './support/look'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url, { ROLLCALL_DEMO: 'on' })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})
test.beforeEach(async () => {
  const keys = await redis.client().keys('rollcall-demo:*')
  if (keys.length > 0) await redis.client().unlink(keys)
})

async function enter(page: Page, name = 'Ada') {
  await page.goto(`${rollcall.origin}/demo`)
  await page.getByLabel('Your name').fill(name)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Your session' })).toBeVisible()
}

async function revokeOnlySession() {
  const operator = await rollcall.as('operator')
  let handle = ''
  await expect(async () => {
    const { rows } = SessionPage.parse(await (await operator.call('GET', '/api/sessions')).json())
    expect(rows).toHaveLength(1)
    handle = rows[0]?.handle ?? ''
  }).toPass({ timeout: 3000 })
  expect((await operator.call('DELETE', `/api/sessions/${handle}`)).status).toBe(200)
}

test('a shopper sees their own session, and within two seconds that an operator ended it', async ({ page }) => {
  await enter(page)
  await expect(page.getByTestId('demo-ttl')).toHaveText(/^1[45] min \d\d s$/)
  await revokeOnlySession()
  await expect(page.getByText('An operator ended your session')).toBeVisible({ timeout: 2000 })
  await page.reload()
  await expect(page.getByText('Your session is over')).toBeVisible()
})

test('what a shopper puts into the basket is kept in the session and shown with the commands it took', async ({
  page,
}) => {
  await enter(page)
  await page.getByRole('button', { name: 'Add Olive oil to the basket' }).click()
  await expect(page.getByRole('region', { name: 'Basket' })).toContainText('11.50')
  await expect(page.getByText('GETEX rollcall-demo:… PX 900000')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('region', { name: 'Basket' })).toContainText('Olive oil')
})

test('a session that runs out is not called revoked', async ({ page }) => {
  await enter(page)
  const [key = ''] = await redis.client().keys('rollcall-demo:*')
  await redis.client().pexpire(key, 4000)
  await expect(page.getByText('Your session ran out')).toBeVisible()
})

test('a shopper signs out and nothing is said to have ended', async ({ page }) => {
  await enter(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByLabel('Your name')).toBeVisible()
  await expect(page.getByText(/ended|ran out|is over/)).toHaveCount(0)
  expect(await redis.client().keys('rollcall-demo:*')).toEqual([])
})

test("the shop's cookie does not open the console", async ({ page }) => {
  await enter(page)
  const cookie = (await page.context().cookies()).find(({ name }) => name === 'rollcall-demo')
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  const asConsole = await fetch(`${rollcall.origin}/api/me`, {
    headers: { Cookie: `__Host-rollcall=${cookie?.value}` },
  })
  expect(asConsole.status).toBe(401)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the shop, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto(`${rollcall.origin}/demo`)
    await expect(page.getByLabel('Your name')).toBeVisible()
    expect(await findFaults(page)).toEqual([])
    await enter(page)
    expect(await findFaults(page)).toEqual([])
    await revokeOnlySession()
    await expect(page.getByText('An operator ended your session')).toBeVisible()
    expect(await findFaults(page)).toEqual([])
  })
}

test('without the demo there is no shop', async () => {
  const plain = await startConsole(redis.url)
  try {
    for (const path of ['/demo', '/api/demo']) expect((await fetch(plain.origin + path)).status).toBe(404)
  } finally {
    await plain.stop()
  }
})
