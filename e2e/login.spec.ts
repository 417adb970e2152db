import { expect, test } from '@playwright/test'
import { people, type RollcallConsole, startConsole } from './support/console'
import { rowOf, signInByPage } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, '{"userId":42,"name":"Alice"}')
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

test('a wrong password is refused in words, and the right one leads to where one wanted to go', async ({ page }) => {
  await page.goto(`${rollcall.origin}/sessions?status=active`)
  await expect(page).toHaveURL(/\/login\?next=/)
  await page.getByLabel('Name', { exact: true }).fill('admin')
  await page.getByLabel('Password', { exact: true }).fill('not the password at all')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Wrong name or password' })).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill(people.admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/sessions\?status=active/)
  await expect(rowOf(page, 'Alice')).toBeVisible()
})

test('the cookie is out of reach of scripts and of other sites', async ({ page, context }) => {
  await signInByPage(page, rollcall)
  const [cookie] = (await context.cookies()).filter(({ name }) => name.startsWith('__Host-'))
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/', expires: -1 })
  expect(await page.evaluate(() => document.cookie)).not.toContain('rollcall')
})

test('signing out clears every open page, and Back shows nothing', async ({ page, context }) => {
  await signInByPage(page, rollcall)
  await expect(rowOf(page, 'Alice')).toBeVisible()
  await page.goto(`${rollcall.origin}/sessions?sort=label`)
  const other = await context.newPage()
  await other.goto(`${rollcall.origin}/sessions`)
  await expect(rowOf(other, 'Alice')).toBeVisible()
  await page.getByRole('button', { name: /account and theme/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/login/)
  await expect(other).toHaveURL(/\/login/, { timeout: 4000 })
  await page.goBack()
  await expect(page.getByText('Alice')).toHaveCount(0)
  await expect(page).toHaveURL(/\/login/)
})

test('an idle page ends although it polls, and leads back after signing in', async ({ page }) => {
  const idle = await startConsole(redis.url, { ROLLCALL_IDLE_MS: '8000' })
  try {
    await signInByPage(page, idle)
    await expect(rowOf(page, 'Alice')).toBeVisible()
    await expect(page).toHaveURL(/\/login\?next=/, { timeout: 14_000 })
    await expect(page.getByText('Alice')).toHaveCount(0)
  } finally {
    await idle.stop()
  }
})

test('a page of another site can neither act nor read', async ({ page }) => {
  await signInByPage(page, rollcall)
  const handle = await rowOf(page, 'Alice').getAttribute('data-handle')
  const evil = rollcall.origin.replace('127.0.0.1', 'localhost')
  await page.goto(`${evil}/login`)
  const status = await page.evaluate(async (url) => {
    const answer = await fetch(url, { method: 'DELETE', credentials: 'include', mode: 'no-cors' }).catch(() => null)
    return answer?.type ?? 'blocked'
  }, `${rollcall.origin}/api/sessions/${handle}`)
  expect(['blocked', 'opaque']).toContain(status)
  expect(await redis.client().exists('session:abc123')).toBe(1)
})
