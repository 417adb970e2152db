import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { freePort, until } from '@/e2e/support/redis'

const root = join(import.meta.dirname, '..')
const folders: string[] = []
const children: ChildProcess[] = []
const patienceMs = 10_000

/** Answers its health check, prints the store it was given, and obeys as the real one does. */
const standIn = `
const http = require('node:http')
const { PORT, HOSTNAME, REDIS_URL, ROLLCALL_STORE, BASE } = process.env
http.createServer((_, answer) => answer.end('ok')).listen(PORT, HOSTNAME, () => console.log('store', ROLLCALL_STORE, REDIS_URL, 'pid', process.pid))
process.once('SIGTERM', () => process.exit(0))
process.stdin.once('end', () => process.exit(0)).resume()
`

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The launcher as it lies in an image, over a stand-in for the built server; `tmp` is where it may leave things behind. */
function makeImage() {
  const image = mkdtempSync(join(tmpdir(), 'rollcall-image-'))
  folders.push(image)
  for (const folder of ['.next/standalone', '.next-base-path/standalone', 'tmp']) {
    mkdirSync(join(image, folder), { recursive: true })
  }
  mkdirSync(join(image, 'scripts'))
  // Copied by their text: a link would make them find the checkout as their root.
  for (const name of ['serve.mjs', ...listParts()]) copy(join(root, 'scripts', name), join(image, 'scripts', name))
  for (const name of listLibrary()) copy(join(root, name), join(image, name))
  writeFileSync(join(image, '.next/standalone/server.js'), standIn)
  writeFileSync(join(image, '.next/standalone/package.json'), '{}')
  symlinkSync(join(root, 'node_modules'), join(image, '.next/standalone/node_modules'))
  writeFileSync(join(image, '.next-base-path/standalone/server.js'), `${standIn}\nconsole.log('/__BASE_PATH__/x')`)
  writeFileSync(join(image, '.next-base-path/rollcall-built-from'), 'hash')
  return image
}

/** What the Dockerfile takes along of the launcher's own. */
function listLibrary() {
  return readFileSync(join(root, 'Dockerfile'), 'utf8').match(/(?<=\/app\/)lib\/[\w-]+\.mjs/g) ?? []
}

function listParts() {
  const names = ['base-path', 'build', 'ending', 'environment', 'node-version', 'prepared', 'private-redis']
  return [...names, 'private-redis-watchdog', 'server', 'server-command', 'sign-in-check', 'step', 'store'].map(
    (name) => `parts/${name}.mjs`,
  )
}

function copy(from: string, to: string) {
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, readFileSync(from))
}

function serve(image: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['scripts/serve.mjs'], {
    cwd: image,
    env: { NODE_ENV: 'production', PATH: process.env.PATH ?? '', TMPDIR: join(image, 'tmp'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      output += part
    })
  const ended = once(child, 'exit').then(([code]) => Number(code))
  return {
    child,
    ended,
    output: () => output,
    isReady: () =>
      until('it is ready', () => output.includes('Ready.'), patienceMs).catch(() => {
        throw new Error(`Not ready: ${output}`)
      }),
  }
}

function hasProcess(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('without REDIS_URL a private redis-server is started, and SIGTERM leaves nothing behind', async () => {
  const image = makeImage()
  const { child, ended, output, isReady } = serve(image, { PORT: String(await freePort()) })
  await isReady()
  const socket = /redis-cli -s (\S+)/.exec(output())?.[1] ?? ''
  expect(existsSync(socket)).toBe(true)
  expect(output()).toContain(`store private unix://${socket}`)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(existsSync(dirname(socket))).toBe(false)
})

test('a launcher that is killed takes the server, the redis-server and its folder with it', async () => {
  const { child, ended, output, isReady } = serve(makeImage(), { PORT: String(await freePort()) })
  await isReady()
  const folder = dirname(/redis-cli -s (\S+)/.exec(output())?.[1] ?? '')
  const server = Number(/pid (\d+)/.exec(output())?.[1])
  expect(hasProcess(server)).toBe(true)
  child.kill('SIGKILL')
  await ended
  await until('its store and folder are gone', () => !existsSync(folder) && !hasProcess(server), patienceMs)
})

test('where no redis-server is on PATH the embedded store is used, on loopback', async () => {
  const { child, ended, output, isReady } = serve(makeImage(), { PORT: String(await freePort()), PATH: '/nonexistent' })
  await isReady()
  expect(output()).toMatch(/store embedded redis:\/\/127\.0\.0\.1:\d+/)
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

test('a base path is written into a copy of the build that holds its placeholder', async () => {
  const { output, isReady } = serve(makeImage(), { PORT: String(await freePort()), BASE_PATH: '/tools' })
  await isReady()
  expect(output()).toContain('/tools/x')
  expect(output()).not.toContain('__BASE_PATH__')
})

test('bad settings end it with every fault, without a stack', async () => {
  const { ended, output } = serve(makeImage(), { PORT: 'x', REDIS_URL: 'nonsense' })
  expect(await ended).toBe(1)
  expect(output()).toContain('PORT must be')
  expect(output()).toContain('REDIS_URL must begin')
  expect(output()).not.toMatch(/^\s+at /m)
})

test('a file of formats with faults ends it with every one, and a good one starts it', async () => {
  const image = makeImage()
  const file = join(image, 'rollcall.json')
  const write = (more: object) =>
    writeFileSync(file, JSON.stringify({ formats: [{ id: 'shop', prefix: 'shop:', ...more }] }))
  write({ encoding: ['gz'], paths: { person: 'user.id' } })
  const bad = serve(image, { PORT: 'x', ROLLCALL_CONFIG: file })
  expect(await bad.ended).toBe(1)
  expect(bad.output()).toContain('PORT must be')
  expect(bad.output()).toContain('ROLLCALL_CONFIG /formats/0/encoding/0 must be one of')
  expect(bad.output()).toContain('ROLLCALL_CONFIG /formats/0/paths/person is not known')
  expect(bad.output()).not.toMatch(/^\s+at /m)
  write({ encoding: ['gzip', 'msgpack'] })
  await serve(image, { PORT: String(await freePort()), ROLLCALL_CONFIG: file }).isReady()
})

test('a taken port ends it with one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { ended, output } = serve(makeImage(), { PORT: String(port) })
  expect(await ended).toBe(1)
  expect(output().trim()).toBe(`Port ${port} on 127.0.0.1 is taken by another program: stop it, or set PORT.`)
  server.close()
})

test('a refused password ends it with one sentence that does not hold it, an unreachable Redis does not', async () => {
  const image = makeImage()
  const socket = join(image, 'tmp/redis.sock')
  const args = [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--requirepass',
    'right',
    '--save',
    '',
    '--dir',
    join(image, 'tmp'),
  ]
  const redis = spawn('redis-server', args, { stdio: 'ignore' })
  children.push(redis)
  await until('the store listens', () => existsSync(socket), patienceMs)
  const refused = serve(image, { PORT: String(await freePort()), REDIS_URL: `unix://:hunter2hunter2@${socket}` })
  expect(await refused.ended).toBe(1)
  expect(refused.output().trim()).toBe('REDIS_URL: Redis refused the user or the password.')
  const lacking = serve(image, { PORT: String(await freePort()), REDIS_URL: `unix://${socket}` })
  expect(await lacking.ended).toBe(1)
  await serve(image, { PORT: String(await freePort()), REDIS_URL: `unix://:right@${socket}` }).isReady()
  await serve(image, { PORT: String(await freePort()), REDIS_URL: `unix://${socket}.none` }).isReady()
})
