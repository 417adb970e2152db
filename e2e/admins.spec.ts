import { expect, test } from '@playwright/test'
import { AdminSaved } from '@/lib/contract/admin'
import { ConsoleSessionList } from '@/lib/contract/console-session'
import { ageSignIns } from './support/age-sign-ins'
import { readAuthenticator } from './support/authenticator'
import { people, type RollcallConsole, signInTo, startConsole } from './support/console'
import { findFaults, testLooks } from './support/look'
import { collectComplaints, signIn, signInByPage } from './support/page'
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
  const row = page.getByRole('table', { name: 'Console sessions' }).getByRole('row').filter({ hasText: 'olga' })
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

test('an admin is made, sets up a second factor, signs in with it, is disabled and is out', async ({
  browser,
  page,
}) => {
  const complaints = collectComplaints(page)
  await signIn(page, rollcall, 'admin', '/admins')
  await page.getByRole('button', { name: 'Create admin' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Olga')
  await dialog.getByRole('radio', { name: /^Operator/ }).check()
  await dialog.getByRole('button', { name: 'Create admin' }).click()
  await expect(dialog.getByRole('alert')).toContainText('is taken')
  await dialog.getByLabel('Name', { exact: true }).fill('nina')
  expect(await findFaults(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Create admin' }).click()
  const password = (await page.getByLabel('Password', { exact: true }).textContent()) ?? ''
  await page.getByRole('button', { name: 'I have copied it' }).click()
  const row = page.getByRole('table', { name: 'Admins' }).getByRole('row').filter({ hasText: 'nina' })
  await expect(row).toContainText('Operator')

  const hers = await (await browser.newContext()).newPage()
  const fill = async (code?: string) => {
    await hers.goto(`${rollcall.origin}/login?next=/account`)
    await hers.getByLabel('Name', { exact: true }).fill('nina')
    await hers.getByLabel('Password', { exact: true }).fill(password)
    await hers.getByRole('button', { name: 'Sign in' }).click()
    if (code === undefined) return
    await hers.getByLabel('Code', { exact: true }).fill('000000')
    await hers.getByRole('button', { name: 'Sign in' }).click()
    await expect(hers.getByRole('alert').filter({ hasText: 'Not that code' })).toBeVisible()
    await hers.getByLabel('Code', { exact: true }).fill(code)
    await hers.getByRole('button', { name: 'Sign in' }).click()
  }
  await fill()
  await hers.getByRole('button', { name: 'Set up' }).click()
  await hers.getByLabel('Your password').fill(password)
  await hers.getByRole('button', { name: 'Go on' }).click()
  await expect(hers.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  const secret = (await hers.getByLabel('Secret', { exact: true }).textContent()) ?? ''
  expect(await findFaults(hers)).toEqual([])
  await hers.getByLabel('Code', { exact: true }).fill(readAuthenticator(secret))
  await hers.getByRole('button', { name: 'Switch on' }).click()
  const codes = hers.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  const recovery = await codes.allInnerTexts()
  await hers.getByRole('button', { name: 'I have kept them' }).click()
  await expect(hers.getByText('10 recovery codes left')).toBeVisible()
  await expect(row).toContainText('Second factor')

  await hers.context().clearCookies()
  await fill(recovery[0])
  await expect(hers.getByText('9 recovery codes left')).toBeVisible()
  await hers.getByRole('button', { name: 'End the other one' }).click()
  await expect(hers.getByText('1 other session ended')).toBeVisible()

  await row.getByRole('button', { name: 'Change nina' }).click()
  await page.getByRole('menuitem', { name: 'Disable…' }).click()
  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await expect(page.getByText('nina is disabled')).toBeVisible()
  await hers.waitForURL(/\/login/, { timeout: 10_000 })
  await expect(row).toContainText('Disabled')
  await fill()
  await expect(hers.getByRole('alert').filter({ hasText: 'Wrong name or password' })).toBeVisible()

  await ageSignIns(redis, 11 * 60_000)
  await row.getByRole('button', { name: 'Change nina' }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Remove 1 admin' }).click()
  await page.getByLabel('Password of admin').fill(people.admin.password)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByText('nina is removed')).toBeVisible()
  await expect(row).toHaveCount(0)
  expect(complaints).toEqual([])
  await hers.context().close()
})

test('one changes one`s own password, and a weak one is refused with its reason', async ({ browser }) => {
  const made = await (await rollcall.as('admin')).call('POST', '/api/admins', { name: 'pia', role: 'viewer' })
  const { password } = AdminSaved.parse(await made.json())
  const { cookie } = await signInTo(rollcall.origin, { username: 'pia', password: password ?? '' })
  const context = await browser.newContext()
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ ...(await rollcall.openSession('viewer')), name, value }])
  const page = await context.newPage()
  await page.goto(`${rollcall.origin}/account`)
  await page.getByRole('button', { name: 'Change password' }).click()
  const dialog = page.getByRole('dialog')
  const choose = async (next: string) => {
    await dialog.getByLabel('Password until now').fill(password ?? '')
    await dialog.getByLabel('New password').fill(next)
    await dialog.getByLabel('The same again').fill(next)
    await dialog.getByRole('button', { name: 'Change password' }).click()
  }
  await choose('passwordpassword')
  await expect(dialog.getByRole('alert')).toContainText('many people use as passwords')
  expect(await findFaults(page)).toEqual([])
  await choose('maple tuba ladder fog')
  await expect(page.getByText('Your password is changed')).toBeVisible()
  await page.reload()
  await expect(page.getByText('This one is you')).toBeVisible()
  await signInTo(rollcall.origin, { username: 'pia', password: 'maple tuba ladder fog' })
  await context.close()
})

testLooks('the admins and one`s own account have room', async (page, look) => {
  await signIn(page, rollcall, 'admin', '/admins')
  await expect(page.getByRole('table', { name: 'Admins' })).toBeVisible()
  expect(await findFaults(page)).toEqual([])
  await page.screenshot({ path: test.info().outputPath(`admins-${look}.png`) })
  await page.getByRole('button', { name: 'Create admin' }).click()
  await page.getByRole('radio', { name: 'Type one' }).check()
  await page.screenshot({ path: test.info().outputPath(`admins-create-${look}.png`) })
  await page.keyboard.press('Escape')
  await page.goto(`${rollcall.origin}/account`)
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.getByLabel('Your password').fill(people.admin.password)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible()
  await page.screenshot({ path: test.info().outputPath(`account-factor-${look}.png`) })
  await page.keyboard.press('Escape')
  await page.screenshot({ path: test.info().outputPath(`account-${look}.png`) })
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
