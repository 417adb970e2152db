import { randomBytes } from 'node:crypto'
import { expect, type Page, test } from '@playwright/test'
import { JobList } from '@/lib/contract/job'
import { SessionPage } from '@/lib/contract/session'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { collectComplaints, rowOf, signInByPage } from './support/page'
import { type RedisServer, startRedis } from './support/redis'
import { type Balancer, startBalancer } from './support/restart-balancer'

const people = ['Alice', 'Bert', 'Cleo', 'Dora']
const many = 2000

let redis: RedisServer
let home: RedisServer
let replicas: RollcallConsole[]
let balancer: Balancer

test.beforeAll(async () => {
  ;[redis, home] = await Promise.all([startRedis(), startRedis()])
  const settings = {
    ROLLCALL_SECRET: 'a secret that both replicas share, for tests',
    ROLLCALL_HOME_URL: home.url,
    ROLLCALL_DEMO: 'off',
  }
  replicas = await Promise.all([startConsole(redis.url, settings), startConsole(redis.url, settings)])
  balancer = await startBalancer(replicas.map(({ origin }) => origin))
})
test.afterAll(async () => {
  await balancer?.stop()
  await Promise.all((replicas ?? []).map((replica) => replica.stop()))
  await Promise.all([redis?.stop(), home?.stop()])
})

/** With a value that no other session has: so the guard knows it for the whole of its time. */
const payloadOf = (id: number | string, name: string) =>
  JSON.stringify({ userId: id, name, csrfToken: randomBytes(24).toString('base64url') })

/** Each replica by itself, as whoever is signed in on this page. */
async function callEach(page: Page, path: string): Promise<Response[]> {
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  return Promise.all(replicas.map(({ origin }) => fetch(`${origin}${path}`, { headers: { Cookie: cookie } })))
}
async function listEach(page: Page, size = 500): Promise<SessionPage[]> {
  const answers = await callEach(page, `/api/sessions?size=${size}&sort=label&order=asc`)
  return Promise.all(answers.map(async (answer) => SessionPage.parse(await answer.json())))
}

/** So many are seen by each. */
async function expectBoth(page: Page, total: number) {
  const totals = async () => (await listEach(page, 1)).map((list) => `${list.total} ${list.freshness.state}`)
  await expect.poll(totals).toEqual(replicas.map(() => `${total} live`))
}
const statusOfEach = async (page: Page) => (await callEach(page, '/api/me')).map(({ status }) => status)

async function seed(names: readonly string[]) {
  const pipeline = redis.client().pipeline()
  for (const [id, name] of names.entries()) pipeline.set(`session:${name}`, payloadOf(id, name), 'PX', 1_800_000)
  await pipeline.exec()
}

test('two replicas behind one address that takes turns are one console: handles, revokes, jobs and sign-outs', async ({
  page,
}) => {
  const complaints = collectComplaints(page)
  await seed(people)
  await signInByPage(page, { ...replicas[0], origin: balancer.origin } as RollcallConsole, 'operator')
  for (const name of people) await expect(rowOf(page, name)).toBeVisible()
  const [first, second] = (await listEach(page)).map(({ rows }) => rows.map(({ handle }) => handle))
  expect(first).toHaveLength(people.length)
  expect(second).toEqual(first)
  const shown = await page.locator('[data-handle]').evaluateAll((rows) => rows.map((row) => row.dataset.handle))
  expect(shown.sort()).toEqual(first?.sort())

  const alice = (await redis.client().get('session:Alice')) ?? ''
  await rowOf(page, 'Alice').hover()
  await page.getByRole('button', { name: 'Revoke Alice’s session' }).click()
  await page.mouse.move(400, 20)
  await expect(rowOf(page, 'Alice')).toHaveCount(0)
  await expectBoth(page, people.length - 1)
  expect(await redis.client().exists('session:Alice')).toBe(0)

  await seeOneJobAtBoth(page)

  expect(Math.min(...balancer.answered())).toBeGreaterThan(5)
  expect(await statusOfEach(page)).toEqual([200, 200])
  const cookies = await page.context().cookies()
  await page.getByRole('button', { name: /account and theme/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/login/)
  await page.context().addCookies(cookies)
  await expect.poll(() => statusOfEach(page)).toEqual([401, 401])

  // One of the two did not revoke it, and guards it all the same.
  for (const other of replicas) await without(other, () => comesAndGoes('session:Alice', alice))
  expect(complaints).toEqual([])
})

/** While this one stands still. */
async function without({ pid }: RollcallConsole, work: () => Promise<void>) {
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** What a request that was under way saves again. */
async function comesAndGoes(key: string, value: string) {
  await redis.client().set(key, value, 'PX', 1_800_000)
  await expect.poll(() => redis.client().exists(key), { intervals: [20] }).toBe(0)
}

/** Previewed at the first, confirmed at the second, and followed on the page while the first alone is asked. */
async function seeOneJobAtBoth(page: Page) {
  await seed(Array.from({ length: many }, (_, index) => `Many ${index}`))
  const total = many + people.length - 1
  const said = total.toLocaleString('en-US')
  await expectBoth(page, total)
  await expect(page.getByTestId('count')).toContainText(said)
  await balancer.stayWith(0)
  await page.getByRole('button', { name: 'Act on all that match' }).click()
  await page.getByRole('menuitem', { name: 'Revoke…' }).click()
  // By its title: a toast is a dialog too.
  const dialog = page.getByRole('dialog', { name: /sessions/ })
  await dialog.getByLabel(`Type ${said} to go on`).fill(String(total))
  await balancer.stayWith(1)
  await dialog.getByRole('button', { name: `Revoke ${said}` }).click()
  await expect(dialog.getByRole('button', { name: 'Stop' })).toBeVisible()
  await balancer.stayWith(0)
  const [, before] = balancer.answered()
  const finished = async () => Number(await dialog.getByRole('progressbar').getAttribute('aria-valuenow'))
  const seen: number[] = []
  await waitUntil(async () => seen[seen.push(await finished()) - 1] === total, 15_000)
  expect(seen.filter((count) => count > 0 && count < total).length).toBeGreaterThan(0)
  await expect(dialog).toContainText(`${said} of ${said} sessions ended`)
  expect(balancer.answered()[1]).toBe(before)
  await balancer.stayWith(null)
  const lists = await Promise.all(
    (await callEach(page, '/api/jobs')).map(async (answer) => JobList.parse(await answer.json())),
  )
  for (const { rows } of lists) expect(rows).toMatchObject([{ state: 'done', total, done: total, admin: 'olga' }])
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expectBoth(page, 0)
}
