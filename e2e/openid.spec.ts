import { expect, test } from '@playwright/test'
import { ageSignIns } from './support/age-sign-ins'
import { people, type RollcallConsole, startConsole } from './support/console'
import { type Identity, startIdentity } from './support/identity'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, rowOf, waitForListening } from './support/page'
import { askRaw } from './support/raw'
import { freePort, type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let identity: Identity
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, '{"userId":42,"name":"Alice"}')
  const port = await freePort()
  // The console under an address, the provider under a name: two sites, as in life.
  const origin = `http://127.0.0.1:${port}`
  identity = await startIdentity([origin])
  rollcall = await startConsole(redis.url, { ...identity.settings(origin), PORT: String(port) })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await identity?.stop()
  await redis?.stop()
})

test('somebody signs in at their provider, is asked there again before what is worst to lose, and without a role is told so', async ({
  page,
  context,
}) => {
  const complaints = collectComplaints(page)
  const atProvider = async (name: string) => {
    await expect(page).toHaveURL(new RegExp(`^${identity.issuer}/sign-in/`))
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${rollcall.origin}/sessions?status=active`)
  await page.getByRole('link', { name: 'Sign in with Example ID' }).click()
  await atProvider('ada')
  await expect(page).toHaveURL(`${rollcall.origin}/sessions?status=active`)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await expect(page.getByRole('button', { name: /^openid:ada, Admin/ })).toBeVisible()
  const own = (await context.cookies(rollcall.origin)).map(({ name, sameSite }) => [name, sameSite])
  expect(own).toEqual([['__Host-rollcall', 'Strict']])

  await ageSignIns(redis, 11 * 60_000)
  await page.goto(`${rollcall.origin}/audit?deed=admin.sign-in`)
  await expect(page.getByRole('cell', { name: 'by single sign-on, subject ada' })).toBeVisible()
  await waitForListening(page)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'What matches as CSV' }).click()
  await page.getByRole('dialog', { name: 'Sign in again, please' }).getByRole('link', { name: 'Sign in again' }).click()
  await atProvider('ada')
  await expect(page).toHaveURL(`${rollcall.origin}/audit?deed=admin.sign-in`)
  await waitForListening(page)
  await page.getByRole('button', { name: 'Export' }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'What matches as CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)

  await page.getByRole('button', { name: /account and theme/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/login/)
  await context.clearCookies()
  await page.getByRole('link', { name: 'Sign in with Example ID' }).click()
  await atProvider('gast')
  await expect(page.getByRole('alert').filter({ hasText: 'You have no role here' })).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(people.admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(`${rollcall.origin}/`)
  expect(complaints).toEqual([])
})

test('what was not begun in this browser, or comes as part of a page, signs nobody in', async () => {
  const callback = '/api/login/openid/callback?code=x&state=y'
  const sent = await askRaw(rollcall.origin, callback, {
    headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
  })
  expect([sent.status, sent.headers.location]).toEqual([303, '/login?refused=not-begun'])
  expect(sent.headers['set-cookie']).toBeUndefined()
  for (const path of ['/api/login/openid', callback]) {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }
    expect((await askRaw(rollcall.origin, path, { headers })).status, path).toBe(403)
  }
  const begun = await askRaw(rollcall.origin, '/api/login/openid?next=//evil.example')
  expect(begun.headers.location).toMatch(new RegExp(`^${identity.issuer}/auth\\?`))
  expect(begun.headers['set-cookie']).toMatch(
    /^__Host-rollcall-openid=[\w-]{200,3800}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
  )
})

testLooks('the sign-in page with a provider, and a refusal', async (page, look) => {
  await page.goto(`${rollcall.origin}/login?refused=no-role`)
  await expect(page.getByRole('link', { name: 'Sign in with Example ID' })).toBeVisible()
  expect(await findFaults(page)).toEqual([])
  await page.screenshot({ path: `test-results/openid-${look}.png`, fullPage: true })
})
