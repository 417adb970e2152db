import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { atEnd } from './ending.mjs'

const watchdog = fileURLToPath(new URL('./private-redis-watchdog.mjs', import.meta.url))
const patienceMs = 10_000
/** The longest path that a unix socket may have everywhere. */
const longestSocket = 100

/** The first of redis-server and valkey-server on PATH, or null. */
export const findRedisServer = () => findOnPath('redis-server') ?? findOnPath('valkey-server')

export const isOnPath = (name) => findOnPath(name) !== null

function findOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

/**
 * Starts a server of our own behind a unix socket in an empty folder: it would load a dump that lies in its directory. Nothing is written to disk,
 * and full memory refuses new sessions rather than dropping old ones unseen. It ends with this process, even when that is killed.
 */
export async function startPrivateRedis(binary) {
  const base = tmpdir().length < longestSocket - 40 ? tmpdir() : '/tmp'
  const folder = mkdtempSync(join(base, 'rollcall-'))
  const socket = join(folder, 'redis.sock')
  const child = spawn(
    process.execPath,
    [watchdog, binary, folder, '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder]
      .concat(['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--loglevel', 'warning'])
      .concat(['--maxmemory', '256mb', '--maxmemory-policy', 'noeviction']),
    // In a session of its own, so that a Ctrl-C at the terminal does not take it from under the server.
    { stdio: ['pipe', 'ignore', 'pipe'], detached: true },
  )
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (part) => {
    words += part
  })
  child.stdin.on('error', () => {})
  const ended = new Promise((done) => child.once('exit', done))
  atEnd(async () => {
    child.stdin.end()
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  await Promise.race([waitForPong(socket), ended.then(() => Promise.reject(new Error(words)))])
  return { socket, ended }
}

async function waitForPong(socket) {
  const until = Date.now() + patienceMs
  while (!(await answersPing(socket))) {
    if (Date.now() > until) throw new Error('it did not answer')
    await pause(20)
  }
}

function answersPing(socket) {
  return new Promise((done) => {
    const line = connect(socket, () => line.write('PING\r\n'))
    line.once('data', (bytes) => {
      line.destroy()
      done(bytes.toString().startsWith('+PONG'))
    })
    line.once('error', () => done(false))
  })
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Not there or not ours to run: the next one is tried.
    return false
  }
}
