import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { Redis } from 'ioredis'
import { fillShelf } from '../lib/formats/fixtures/shelf.mjs'

/** `npm run screenshots`: the pictures of the documents, taken from the demo data of a fresh start, and of the sources from what frameworks wrote. `-- sources` takes those that begin so alone. */
const root = fileURLToPath(new URL('..', import.meta.url))
const pictures = join(root, 'docs/images')
const port = process.env.PORT ?? '3999'
const origin = `http://127.0.0.1:${port}`
const password = 'only for the screenshots'
const patienceMs = 300_000
/** Long enough for the skeletons to go and the first poll to land. */
const settleMs = 2500

const only = process.argv[2] ?? ''
const demoViews = [
  { name: 'sessions-light', path: '/sessions', theme: 'light', width: 1440, height: 900 },
  { name: 'sessions-dark', path: '/sessions', theme: 'dark', width: 1440, height: 900 },
  { name: 'session-light', path: '/sessions', theme: 'light', width: 1440, height: 900, opens: true },
  { name: 'people-light', path: '/users', theme: 'light', width: 1440, height: 900 },
  { name: 'findings-light', path: '/findings', theme: 'light', width: 1440, height: 900 },
  { name: 'sessions-phone', path: '/sessions', theme: 'light', width: 360, height: 780 },
  { name: 'overview-light', path: '/', theme: 'light', width: 1440, height: 900 },
  { name: 'demo-light', path: '/demo', theme: 'light', width: 1280, height: 860 },
]
const shelfViews = [{ name: 'sources-light', path: '/sources', theme: 'light', width: 1440, height: 2560, scale: 1 }]

const system = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
mkdirSync(pictures, { recursive: true })
const browser = await chromium.launch({
  ...(existsSync(chromium.executablePath()) || system === undefined ? {} : { executablePath: system }),
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await takeAll(demoViews, {})
  await withShelf((url) => takeAll(shelfViews, { REDIS_URL: url }))
} finally {
  await browser.close()
}

async function takeAll(all, env) {
  const views = all.filter(({ name }) => name.startsWith(only))
  if (views.length === 0) return
  const server = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: { ...process.env, ...env, PORT: port, ROLLCALL_ADMIN_PASSWORD: password },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    await waitUntilReady()
    for (const view of views) await take(view)
  } finally {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
  }
}

/** A Redis of its own with the sessions of many frameworks, as their fixtures hold them. */
async function withShelf(work) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-pictures-'))
  const path = join(folder, 'redis.sock')
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', ''])
  try {
    const redis = new Redis({ path })
    await fillShelf(redis)
    redis.disconnect()
    await work(`unix://${path}`)
  } finally {
    server.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function take({ name, path, theme, width, height, opens, scale = 2 }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    deviceScaleFactor: scale,
  })
  const page = await context.newPage()
  await page.goto(`${origin}/login?next=/sessions`)
  await page.getByLabel('Name', { exact: true }).fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${origin}/sessions`)
  if (path !== '/sessions') await page.goto(`${origin}${path}`)
  // Rows that come and go wait while the pointer is over the table.
  await page.mouse.move(4, 4)
  await pause(settleMs)
  if (opens) {
    await page.locator('[data-handle]').nth(2).click()
    await pause(settleMs)
  }
  await page.screenshot({ path: join(pictures, `${name}.png`) })
  await context.close()
  console.log(`docs/images/${name}.png`)
}

async function waitUntilReady() {
  const until = Date.now() + patienceMs
  while (Date.now() < until) {
    const answer = await fetch(`${origin}/readyz`).catch(() => null)
    if (answer?.ok) return
    await pause(200)
  }
  throw new Error('the server did not get ready')
}
