import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Job, JobPreview } from '@/lib/contract/job'
import { SessionPage } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import { type ApiClient, type RollcallConsole, startConsole, waitUntil } from './support/console'
import { findFaults } from './support/look'
import { signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let eu: RedisServer
let us: RedisServer
let archive: RedisServer
let rollcall: RollcallConsole
let admin: ApiClient
let folder: string

test.beforeEach(async () => {
  ;[eu, us, archive] = await Promise.all([startRedis(), startRedis(), startRedis()])
  await seed(eu, 'eu', 4)
  await seed(us, 'us', 3)
  await seed(archive, 'old', 2)
  folder = mkdtempSync(join(tmpdir(), 'rollcall-several-'))
  writeFileSync(join(folder, 'us-url'), us.url)
  const sources = [
    { name: 'EU shop', url: eu.url, match: ['sess:'], format: 'connect-redis', color: 'blue' },
    { name: 'US shop', urlFile: join(folder, 'us-url'), color: 'amber' },
    { name: 'Archive', url: archive.url, match: ['sess:'], readOnly: true },
  ]
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ sources }))
  rollcall = await start()
  admin = await rollcall.as('admin')
})
test.afterEach(async () => {
  await rollcall?.stop()
  for (const redis of [eu, us, archive]) await redis?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const start = () => startConsole(null, { ROLLCALL_CONFIG: join(folder, 'config.json'), ROLLCALL_DEMO: 'off' })

async function seed(redis: RedisServer, name: string, count: number) {
  for (let n = 0; n < count; n += 1) {
    const value = JSON.stringify({
      cookie: { originalMaxAge: 600_000 },
      user: { id: `${name}-${n}`, name: `P ${name} ${n}` },
    })
    await redis.client().set(`sess:${name}${n}`, value, 'PX', 600_000)
  }
}

async function list(query = '') {
  return SessionPage.parse(await (await admin.call('GET', `/api/sessions?size=100${query}`)).json())
}

const isLive = async () => (await list()).freshness.state === 'live'

test('each Redis has its own name, colour, format, permission and state, and the one that stops takes no other with it', async ({
  page,
}) => {
  await waitUntil(isLive, 5000)
  expect((await list()).total).toBe(9)
  const { sources } = SourceList.parse(await (await admin.call('GET', '/api/sources')).json())
  const about = Object.fromEntries(sources.map((source) => [source.id, source]))
  expect(about['eu-shop-sess']).toMatchObject({
    redis: { name: 'EU shop', color: 'blue' },
    pinnedFormat: 'connect-redis',
  })
  expect(about['us-shop-sess']).toMatchObject({ origin: 'built-in', sessions: 3 })
  expect(about['archive-sess']?.capabilities).not.toContain('revoke')

  await signIn(page, rollcall)
  await page.goto(`${rollcall.origin}/sessions`)
  await expect(page.getByTestId('count')).toHaveText('9')
  await expect(page.locator('.cell-source [data-color=blue]').first()).toHaveText('eu-shop-sess')
  expect(await findFaults(page)).toEqual([])
  await page.screenshot({ path: test.info().outputPath('several.png') })

  await us.kill()
  await expect(page.getByRole('status').filter({ hasText: 'US shop away' })).toBeVisible({ timeout: 6000 })
  await expect(page.getByText(/US shop has not answered/)).toBeVisible()
  await seed(eu, 'new', 1)
  await waitUntil(async () => (await list()).total === 10, 3000)
  expect((await list('&source=eu-shop-sess')).freshness.state).toBe('live')
  for (const path of ['sessions', 'users', 'findings', '']) {
    await page.goto(`${rollcall.origin}/${path}`)
    await page.screenshot({ path: test.info().outputPath(`away-${path}.png`) })
    await expect(page.getByText(/US shop (does not answer|has not answered)/)).toBeVisible()
  }
  await page.goto(`${rollcall.origin}/sources`)
  await expect(page.locator('[data-source=us-shop-sess]')).toContainText('stale')
  await page.screenshot({ path: test.info().outputPath('sources.png') })
  await expect(page.locator('[data-source=eu-shop-sess]')).toContainText('live')

  const rows = (await list()).rows
  const revoke = async (principal: string) => {
    const handle = rows.find((row) => row.principal === principal)?.handle
    const answer = await admin.call('DELETE', `/api/sessions/${handle}`)
    return (await answer.json()) as { outcome: string }
  }
  expect(await revoke('eu-0')).toMatchObject({ outcome: 'done' })
  expect(await revoke('us-0')).toMatchObject({ outcome: 'failed' })
  expect(await revoke('old-0')).toMatchObject({ outcome: 'refused' })

  const order = { deed: 'revoke', filter: { source: ['eu-shop-sess', 'us-shop-sess'] }, reason: 'one is away' }
  const preview = JobPreview.parse(await (await admin.call('POST', '/api/jobs', { ...order, dryRun: true })).json())
  expect(preview.bySource).toEqual({ 'eu-shop-sess': 4, 'us-shop-sess': 3 })
  const begun = await admin.call('POST', '/api/jobs', { ...order, digest: preview.digest })
  const { job } = (await begun.json()) as { job: string }
  const read = async () => Job.parse(await (await admin.call('GET', `/api/jobs/${job}`)).json())
  await waitUntil(async () => (await read()).state === 'done', 5000)
  expect(await read()).toMatchObject({ total: 7, done: 4, failed: 3 })

  await us.restart()
  await seed(us, 'back', 2)
  await waitUntil(async () => (await isLive()) && (await list('&source=us-shop-sess')).total === 2, 8000)
})

test('started while one is away it shows the others and says which is not known', async ({ page }) => {
  await rollcall.stop()
  await us.kill()
  rollcall = await start()
  admin = await rollcall.as('admin')
  await waitUntil(async () => (await list()).total === 6, 5000)
  const { sources } = (await list()).freshness
  expect(sources.find(({ redis }) => redis === 'US shop')).toMatchObject({ state: 'unavailable' })
  expect((await admin.call('GET', '/api/sessions?source=us-shop-sess')).status).toBe(503)
  await page.context().addCookies([await rollcall.openSession('admin')])
  await page.goto(`${rollcall.origin}/sessions`)
  await expect(page.getByText(/US shop has not answered/)).toBeVisible()
  await expect(page.getByText(/sessions are not known yet; all others are live/)).toBeVisible()
})
