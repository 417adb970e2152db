import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { openBrowser, openPage } from './support/browser'
import { fill } from './support/data'
import { type Program, startProgram } from './support/program'
import { counted, quantile, type Row, tell } from './support/row'
import { type MeasuredServer, startServer } from './support/server'

const perSecond = 5000
const rounds = 5
const firstRowsBoundMs = 1000
const interactionBoundMs = 200
const scrolledRows = 10_000
const rowHeight = 36
/** As fast as a hand turns a wheel: 7,200 pixels a second. Four times as fast the first time, when they are loaded. */
const frames = 3000
const loadingFrames = 750
/** 60 a second come every 16.7 ms, more or less; one that is left out makes it 33. */
const frameBoundMs = 18
const samples = 100
const shownBoundMs = 1500
const patienceMs = 30_000
const quietMs = 10_000
/** Where the pictures go: for the eye, nothing is measured of them. */
const pictures = '.rollcall/bench/pages'

const sessions = inject('sessions')
const said = counted.format(sessions)
let redis: RedisServer
let server: MeasuredServer
let browser: Browser

beforeAll(async () => {
  redis = await startRedis()
  await fill(redis.client(), 0, sessions)
  server = await startServer(redis.url, sessions)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await redis?.stop()
})

test('how soon a page has something to read', async (context) => {
  const { page } = await openPage(browser, server.rollcall)
  const contents = {
    '/': page.getByRole('main').getByText(said).first(),
    '/sessions': page.getByRole('row').nth(1),
    '/users': page.getByRole('row').nth(1),
    '/findings': page.getByRole('main').getByRole('heading', { level: 2 }).first(),
  }
  for (const [path, content] of Object.entries(contents)) {
    const tookMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now()
      await page.goto(`${server.rollcall.origin}${path}`, { waitUntil: 'commit' })
      await content.waitFor({ timeout: patienceMs })
      tookMs.push(performance.now() - startedAt)
    }
    const value = quantile(tookMs, 0.5)
    const row: Row = { what: `browser: from the address to the content of ${path}, ${said} live`, value, unit: 'ms' }
    tell(context, path === '/sessions' ? { ...row, bound: { of: 'value', most: firstRowsBoundMs } } : row)
  }
  await page.context().close()
})

test('how each page looks at this size', async () => {
  mkdirSync(pictures, { recursive: true })
  for (const [width, theme] of [
    [1440, 'light'],
    [360, 'dark'],
  ] as const) {
    const { page } = await openPage(browser, server.rollcall)
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: theme })
    for (const name of ['', 'sessions', 'users', 'findings', 'sources']) {
      await page.goto(`${server.rollcall.origin}/${name}`)
      await page.getByRole('main').getByRole('heading').first().waitFor({ timeout: patienceMs })
      await sleep(2000)
      await page.screenshot({ path: `${pictures}/${name || 'overview'}-${width}-${theme}.png` })
    }
    await page.context().close()
  }
})

test('what a page does while nothing is new', async (context) => {
  const { page } = await openPage(browser, server.rollcall)
  await openSessions(page)
  await sleep(2000)
  await page.evaluate(countChanges)
  const told = new Map<number, number>()
  page.on('response', (answer) => {
    if (answer.url().includes('/api/sessions')) told.set(answer.status(), (told.get(answer.status()) ?? 0) + 1)
  })
  await sleep(quietMs)
  const changes = await page.evaluate(() => Reflect.get(window, 'seenChanges') as { texts: number; nodes: number })
  const drawn = await page.getByRole('row').count()
  const each = (value: number) => value / (quietMs / 1000)
  tell(
    context,
    {
      what: 'browser: texts and bars painted again a second while nothing is new',
      value: each(changes.texts),
      unit: 'times',
      beside: { what: 'rows that count down', value: drawn - 1 },
      // A countdown has a text and a bar, an age beside it has a text.
      bound: { of: 'ratio', most: 3 },
    },
    {
      what: 'browser: elements put in or taken out a second while nothing is new',
      value: each(changes.nodes),
      unit: 'times',
      bound: { of: 'value', most: 0 },
    },
    {
      what: 'browser: answers with a body while nothing is new',
      value: [...told].reduce((sum, [status, count]) => sum + (status === 304 ? 0 : count), 0),
      unit: 'times',
      beside: { what: 'answered by 304', value: told.get(304) ?? 0 },
      bound: { of: 'value', most: 0 },
    },
  )
  await page.context().close()
})

test('how smoothly rows are scrolled', async (context) => {
  const { page } = await openPage(browser, server.rollcall)
  await openSessions(page)
  // Loaded first: what is measured is the drawing.
  const distance = scrolledRows * rowHeight
  await page.evaluate(scrollThrough, { frames: loadingFrames, distance })
  const gaps = await page.evaluate(scrollThrough, { frames, distance })
  const circumstances = `, ${counted.format(scrolledRows)} rows in ${counted.format(frames)} frames`
  tell(
    context,
    {
      what: `browser: a frame while scrolling, half of them${circumstances}`,
      value: quantile(gaps, 0.5),
      unit: 'ms',
    },
    {
      what: `browser: a frame while scrolling, p95${circumstances}`,
      value: quantile(gaps, 0.95),
      unit: 'ms',
      bound: { of: 'value', most: frameBoundMs },
    },
  )
  await page.context().close()
})

test('how soon a page answers a hand, and shows what changed, while sessions change', async (context) => {
  const { port } = redis
  const churn: Program<number> = await startProgram('churn', {
    ...{ port, perSecond, prefix: 'sess:', digits: 32, from: 0, to: sessions },
  })
  const { page } = await openPage(browser, server.rollcall)
  try {
    await openSessions(page)
    await page.evaluate(watchInteractions)
    await workByHand(page)
    const tookMs = await page.evaluate(() => Reflect.get(window, 'interactions') as number[])
    const shown = await watchArrivals(page)
    const circumstances = `, ${said} live, ${counted.format(perSecond)} changes a second`
    tell(
      context,
      {
        what: `browser: interaction to next paint, half of ${tookMs.length}${circumstances}`,
        value: quantile(tookMs, 0.5),
        unit: 'ms',
      },
      {
        what: `browser: interaction to next paint, the worst of ${tookMs.length}${circumstances}`,
        value: Math.max(...tookMs),
        unit: 'ms',
        bound: { of: 'value', most: interactionBoundMs },
      },
      { what: `browser: from SET to the page, half of them${circumstances}`, value: quantile(shown, 0.5), unit: 'ms' },
      {
        what: `browser: from SET to the page, p99${circumstances}`,
        value: quantile(shown, 0.99),
        unit: 'ms',
        bound: { of: 'value', most: shownBoundMs },
      },
    )
  } finally {
    await churn.stop()
    await page.context().close()
  }
})

async function openSessions(page: Page): Promise<void> {
  await page.goto(`${server.rollcall.origin}/sessions`)
  await page.getByRole('row').nth(1).waitFor({ timeout: patienceMs })
  await page
    .getByRole('status')
    .filter({ hasText: /^Live.* ago$/ })
    .waitFor({ timeout: patienceMs })
}

/** What an operator does with a mouse and keys: sorts, filters, searches, goes from row to row, opens, closes, selects. */
async function workByHand(page: Page): Promise<void> {
  const table = page.getByRole('table', { name: 'Sessions' })
  for (const column of ['TTL', 'Size', 'Person', 'Address', 'Last seen']) {
    await table.getByRole('button', { name: column, exact: true }).click()
    await sleep(700)
  }
  const search = page.getByRole('combobox').first()
  await search.click()
  await page.keyboard.type('person 77', { delay: 60 })
  await sleep(1000)
  await search.fill('')
  await page.keyboard.press('Escape')
  await sleep(1000)
  await table.getByRole('row').nth(2).click()
  await sleep(1500)
  await page.keyboard.press('Escape')
  await sleep(500)
  for (let turn = 0; turn < 12; turn += 1) {
    await page.keyboard.press(turn % 4 === 3 ? 'k' : 'j', { delay: 30 })
    await sleep(80)
  }
  await page.keyboard.press('x')
  await page.keyboard.press('Enter')
  await sleep(1500)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await sleep(500)
}

/** From just before each session is written until its row stands in the page. */
async function watchArrivals(page: Page): Promise<number[]> {
  await page.mouse.move(4, 4)
  const search = page.getByRole('combobox').first()
  await search.fill('fresh ')
  await page.mouse.move(4, 4)
  await page.evaluate(watchTexts)
  await redis.client().set('sess:fresh-first', sessionOf('fresh-first'), 'PX', 900_000)
  await page.getByText('fresh-first').first().waitFor({ timeout: patienceMs })
  const writtenAt = new Map<string, number>()
  for (let sample = 0; sample < samples; sample += 1) {
    const person = `fresh-${sample}-`
    writtenAt.set(person, Date.now())
    await redis.client().set(`sess:${person}`, sessionOf(person), 'PX', 800_000)
    await sleep(150 + ((sample * 37) % 200))
    // The newest stands first, so few rows are enough.
    if (sample >= 10) await redis.client().unlink(`sess:fresh-${sample - 10}-`)
  }
  await sleep(2000)
  const seenAt = new Map(await page.evaluate(() => [...(Reflect.get(window, 'seenTexts') as Map<string, number>)]))
  return [...writtenAt].map(([person, at]) => (seenAt.get(person) ?? Number.POSITIVE_INFINITY) - at)
}

function sessionOf(person: string): string {
  return JSON.stringify({ cookie: {}, userId: person, cart: 'x'.repeat(200) })
}

/** In the browser: counts what is painted again, and elements that come and go. */
function countChanges(): void {
  const seen = { texts: 0, nodes: 0 }
  Reflect.set(window, 'seenChanges', seen)
  const main = document.querySelector('[role=table]')
  if (main === null) throw new Error('there is no table')
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'childList') seen.nodes += 1
      else seen.texts += 1
    }
  }).observe(main, { subtree: true, childList: true, characterData: true, attributes: true })
}

/** In the browser: how long each interaction took until the next paint, as the browser itself counts it. */
function watchInteractions(): void {
  const longest = new Map<number, number>()
  Reflect.set(window, 'interactions', [])
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const id = Reflect.get(entry, 'interactionId')
      if (typeof id === 'number' && id > 0) longest.set(id, Math.max(longest.get(id) ?? 0, entry.duration))
    }
    Reflect.set(window, 'interactions', [...longest.values()])
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
}

/** In the browser: when each text that begins with `fresh-` was there first. */
function watchTexts(): void {
  const seen = new Map<string, number>()
  Reflect.set(window, 'seenTexts', seen)
  new MutationObserver(() => {
    const text = document.querySelector('[role=table]')?.textContent ?? ''
    for (const [found] of text.matchAll(/fresh-\d+-/g)) if (!seen.has(found)) seen.set(found, Date.now())
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
}

/** In the browser: scrolls so far down in so many frames; answers the milliseconds between them. */
function scrollThrough({ frames, distance }: { frames: number; distance: number }): Promise<number[]> {
  const scroller = document.querySelector('[role=table]')?.closest('.overflow-y-auto')
  if (!(scroller instanceof HTMLElement)) throw new Error('there is nothing to scroll')
  scroller.scrollTop = 0
  return new Promise((done) => {
    const gaps: number[] = []
    let last = 0
    const step = (now: number) => {
      if (last > 0) gaps.push(now - last)
      last = now
      scroller.scrollTop += distance / frames
      if (gaps.length < frames) requestAnimationFrame(step)
      else done(gaps)
    }
    requestAnimationFrame(step)
  })
}
