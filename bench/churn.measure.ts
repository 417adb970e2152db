import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { signInAt } from '@/e2e/support/console'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { openBrowser, openPage, readHeap } from './support/browser'
import { fill } from './support/data'
import { type Program, startProgram } from './support/program'
import { counted, type Row, tell } from './support/row'
import { longestWaitMs, type MeasuredServer, readLongWaits, startServer } from './support/server'

type Turnover = { visits: number; begun: number; ended: number }

const perSecond = 1000
const livesMs = 60_000
/** What comes and goes has reached its usual number by then, and the compiler has done its work. */
const settleMs = 90_000
/** What lies between two collections is more than this. */
const flatWithin = 1.1
const agreeWithinMs = 15_000

const sessions = inject('sessions')
const minutes = inject('minutes')
let redis: RedisServer
let server: MeasuredServer
let browser: Browser
let turnover: Program<Turnover>

beforeAll(async () => {
  redis = await startRedis()
  await fill(redis.client(), 0, sessions)
  server = await startServer(redis.url, sessions)
  browser = await openBrowser()
  const { port } = redis
  turnover = await startProgram('turnover', {
    port,
    perSecond,
    prefix: 'sess:',
    digits: 32,
    from: 0,
    to: sessions,
    livesMs,
  })
})
afterAll(async () => {
  await turnover?.stop()
  await browser?.close()
  await server?.stop()
  await redis?.stop()
})

test('whether memory stays flat while people come and go', { timeout: (minutes + 10) * 60_000 }, async (context) => {
  const { page, tools } = await openPage(browser, server.rollcall)
  await page.goto(`${server.rollcall.origin}/sessions`)
  await page.getByRole('row').nth(1).waitFor({ timeout: 30_000 })
  await sleep(settleMs)
  const before = await look()
  const waitsBefore = await readLongWaits(server)
  const begunBefore = (await turnover.ask()).begun
  const seen = [before]
  for (let minute = 0; minute < minutes; minute += 1) {
    await sleep(60_000)
    seen.push(await look())
  }
  for (const of of ['server', 'tab'] as const) {
    console.log(`${of}, a minute each, MB: ${seen.map((one) => Math.round(one[of] / 1e6)).join(' ')}`)
  }
  const { begun } = await turnover.ask()
  await turnover.stop()
  // Nothing may end between two counts.
  await sleep(livesMs + agreeWithinMs)
  const wrong = await waitForAgreement()
  // The first and the last third: one look alone may fall just before a collection.
  const third = Math.max(1, Math.floor(seen.length / 3))
  const mean = (of: 'server' | 'tab', looks: typeof seen) => looks.reduce((sum, one) => sum + one[of], 0) / looks.length
  const waits = (await readLongWaits(server)) - waitsBefore
  const circumstances = `${minutes} min, ${counted.format(sessions)} live, ${counted.format(perSecond)} writes a second, ${counted.format(begun - begunBefore)} new people`
  const flat = (of: 'server' | 'tab', what: string): Row => ({
    what: `${what} at the end of ${circumstances}`,
    value: mean(of, seen.slice(-third)),
    unit: 'bytes',
    beside: { what: 'at the beginning', value: mean(of, seen.slice(0, third)) },
    bound: { of: 'ratio', most: flatWithin },
  })
  tell(
    context,
    flat('server', 'memory of the server'),
    flat('tab', 'memory of an open tab'),
    {
      what: 'sessions that the table has too many or too few after that',
      value: wrong,
      unit: 'times',
      bound: { of: 'value', most: 0 },
    },
    {
      what: `seconds in which something waited over ${longestWaitMs} ms for the process meanwhile`,
      value: waits,
      unit: 'times',
    },
  )

  async function look() {
    return { server: await server.readMemory(), tab: await readHeap(tools) }
  }
})

/** How far the table is from what Redis has, once everybody new has gone and it had time to agree. */
async function waitForAgreement(): Promise<number> {
  // Whoever signed in before all this was idle for too long.
  const admin = await signInAt(server.rollcall.origin, 'admin')
  const endsAt = Date.now() + agreeWithinMs
  for (;;) {
    const { total } = await (await admin.call('GET', '/api/sessions?size=1')).json()
    // Those that ended by their time are still counted by DBSIZE until Redis looks at them: a scan looks.
    const wrong = Math.abs(total - (await countKeys()))
    if (wrong === 0 || Date.now() > endsAt) return wrong
    await sleep(500)
  }
}

async function countKeys(): Promise<number> {
  const client = redis.client()
  const found = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', 'sess:*', 'COUNT', 5000)
    for (const key of keys) found.add(key)
    cursor = next
  } while (cursor !== '0')
  return found.size
}
