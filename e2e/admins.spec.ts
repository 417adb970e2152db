import { expect, test } from '@playwright/test'
import { ConsoleSessionList } from '@/lib/contract/console-session'
import { type RollcallConsole, startConsole } from './support/console'
import { findFaults } from './support/look'
import { collectComplaints, signInByPage } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

test('an admin ends another admin`s session, and their page leads to the sign-in', async ({ browser, page }) => {
  const complaints = collectComplaints(page)
  const hers = await (await browser.newContext()).newPage()
  await signInByPage(hers, rollcall, 'operator')
  await signInByPage(page, rollcall)
  await page.goto(`${rollcall.origin}/admins`)
  const own = page.getByRole('row').filter({ hasText: 'This one is you' })
  await expect(own).toContainText('admin')
  await expect(own).toContainText(/Chrom/)
  await expect(own.getByRole('button')).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: 'olga' })
  await expect(row).toContainText('127.0.0.1')
  expect(await findFaults(page)).toEqual([])

  await row.getByRole('button', { name: 'End the session of olga' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('olga is signed out there')).toBeVisible()
  await hers.waitForURL(/\/login/, { timeout: 10_000 })
  await expect(row).toHaveCount(0)
  await expect(own).toBeVisible()
  await page.goto(`${rollcall.origin}/audit`)
  await expect(page.getByRole('row').filter({ hasText: 'End console session' }).first()).toContainText(
    'Session of olga',
  )
  expect(complaints).toEqual([])
  await hers.context().close()
})

test('one`s own session is refused, an unknown handle is 404, and an operator is not let in', async () => {
  const [admin, operator] = [await rollcall.as('admin'), await rollcall.as('operator')]
  const list = await admin.call('GET', '/api/console-sessions')
  const { rows } = ConsoleSessionList.parse(await list.json())
  const own = rows.find(({ isYou }) => isYou)
  const refused = await admin.call('DELETE', `/api/console-sessions/${own?.handle}`)
  expect([refused.status, (await refused.json()).outcome]).toEqual([200, 'refused'])
  expect((await admin.call('GET', '/api/me')).status).toBe(200)
  expect((await admin.call('DELETE', '/api/console-sessions/nobody')).status).toBe(404)
  expect((await operator.call('GET', '/api/console-sessions')).status).toBe(403)
  expect((await operator.call('DELETE', `/api/console-sessions/${own?.handle}`)).status).toBe(403)
})

test('a poll of either list that finds nothing new is 304', async () => {
  const admin = await rollcall.as('admin')
  for (const path of ['/api/console-sessions', '/api/tokens']) {
    const etag = (await admin.call('GET', path)).headers.get('etag') ?? ''
    const again = await admin.call('GET', path, undefined, { 'If-None-Match': etag, 'X-Poll': '1' })
    expect(again.status, path).toBe(304)
  }
})
