import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd, end, endWellWhenAsked, Failure } from './ending.mjs'
import { serverCommand } from './server-command.mjs'
import { stopGroup } from './step.mjs'

const patienceMs = 60_000

/** Runs the built server in `folder` on this store, and says where it is as soon as it answers. Resolves then; everything ends when it ends. */
export async function runServer({ folder, settings, store }) {
  const child = spawn(...serverCommand, {
    cwd: folder,
    // Its standard input is a pipe that ends when we do, however we end. In a group of its own, so that it hears of a Ctrl-C once, from us.
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
    env: {
      ...process.env,
      ...store.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      NEXT_MANUAL_SIG_HANDLE: '1',
      ROLLCALL_PARENT: '1',
      PORT: String(settings.port),
      HOSTNAME: settings.bind,
    },
  })
  let wasAsked = false
  atEnd(() => {
    wasAsked = true
    return stopGroup(child)
  })
  const ended = new Promise((done) => {
    child.once('error', (error) => done(error.code))
    child.once('exit', (code, signal) => done(code ?? signal))
  })
  const url = urlOf(settings)
  const isUp = await Promise.race([waitUntilHealthy(`${url}/healthz`), ended.then(() => false)])
  if (wasAsked) return
  if (!isUp) throw new Failure('The server did not start: its own words stand above.')
  endWellWhenAsked()
  say(settings, store, url)
  ended.then((code) => leave(wasAsked, `The server ended by itself (${code}).`))
  store.ended.then(() => leave(wasAsked, 'The private redis-server ended by itself.'))
}

function say(settings, store, url) {
  const [what, how] = store.words
  console.log(`\n  Rollcall  ${settings.publicUrl === null ? url : `${settings.publicUrl}${settings.basePath}`}`)
  console.log(`  Store     ${what}`)
  if (how !== undefined) console.log(`            ${how}`)
  if (settings.prefixes?.some(({ prefix }) => prefix === '')) {
    console.log('  Cost      ROLLCALL_MATCH holds *: every key of the database is read, not only sessions')
  }
  console.log('  Ready. Ctrl-C stops everything that was started.\n')
}

async function leave(wasAsked, sentence) {
  if (wasAsked) return
  console.error(sentence)
  await end(1)
}

/** Where this machine reaches it. */
export function urlOf({ bind, port, basePath }) {
  const host = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[bind] ?? (bind.includes(':') ? `[${bind}]` : bind)
  return `http://${host}:${port}${basePath}`
}

async function waitUntilHealthy(url) {
  const until = Date.now() + patienceMs
  while (Date.now() < until) {
    if ((await readStatus(url)) === 200) return true
    await pause(50)
  }
  return false
}

function readStatus(url) {
  return new Promise((done) => {
    const call = request(url, { agent: false, timeout: 2000 }, (response) => {
      response.resume()
      done(response.statusCode)
    })
    call.once('timeout', () => call.destroy())
    call.once('error', () => done(null))
    call.end()
  })
}
