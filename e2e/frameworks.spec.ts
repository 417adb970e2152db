import { expect, test } from '@playwright/test'
import { SourceList } from '@/lib/contract/source'
import { fillShelf, readSessions, shelf } from '@/lib/formats/fixtures/shelf.mjs'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

test.beforeAll(async () => {
  redis = await startRedis()
  await fillShelf(redis.client())
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

async function readSources() {
  const admin = await rollcall.as('admin')
  return SourceList.parse(await (await admin.call('GET', '/api/sources')).json())
}

test('with only REDIS_URL the sessions of eight frameworks and more in one Redis are found, each as its own', async ({
  page,
}) => {
  expect(shelf.length).toBeGreaterThanOrEqual(8)
  await waitUntil(async () => (await readSources()).lookedAt !== null, 15_000)
  for (const { prefix, format } of shelf) {
    const formatsOf = async () => (await readSources()).sources.find((one) => one.prefix === prefix)?.formats ?? {}
    await expect.poll(formatsOf, prefix).toHaveProperty(format)
  }
  await signIn(page, rollcall, 'admin', '/sources')
  for (const { prefix } of shelf) await expect(page.getByRole('article', { name: prefix, exact: true })).toBeVisible()
})

test('their people are shown, by the names that each framework wrote', async ({ page }) => {
  await signIn(page, rollcall)
  const { sources } = await readSources()
  for (const one of shelf) {
    const people = readSessions(one).map(({ facts }) => facts.label ?? facts.principal)
    const named = people.find((person) => typeof person === 'string')
    const id = sources.find(({ prefix }) => prefix === one.prefix)?.id ?? ''
    await page.goto(`${rollcall.origin}/sessions?source=${encodeURIComponent(id)}`)
    // What is sealed with a secret that is not here names nobody, and is shown all the same.
    const row = page.getByRole('row').filter({ hasText: named ?? /\S/ })
    await expect(row.nth(named === undefined ? 1 : 0), one.folder).toBeVisible()
  }
})
