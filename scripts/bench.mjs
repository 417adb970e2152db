import './parts/node-version.mjs'
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { measureFiles } from './bench/measure.mjs'
import { printTable } from './bench/table.mjs'
import { build } from './parts/build.mjs'
import { atEnd, end, Failure, runScript } from './parts/ending.mjs'
import { root } from './parts/environment.mjs'
import { install } from './parts/install.mjs'
import { withLock } from './parts/lock.mjs'
import { findRedisServer } from './parts/private-redis.mjs'

/** Each is a file of `bench/`, in the order of the table. */
const groups = ['load', 'queries', 'polls', 'freshness', 'browser', 'churn', 'deeds', 'bulk', 'store', 'scale']
/** How fast each format is decoded has figures of its own. */
const decoders = 'formats'
const usualSessions = 100_000
const buildFolder = '.next-test'

/** `npm run bench -- [--sessions 1000000] [--minutes 30] [--json file] [part …]`: measures on servers of its own and prints one table. */
await runScript(async () => {
  const { values, positionals } = readArguments()
  const wanted = positionals.length > 0 ? positionals : [...groups]
  if (findRedisServer() === null) throw new Failure('The bench needs redis-server: sudo apt-get install redis-server.')
  await withLock(
    join(root, '.rollcall/build.lock'),
    () => console.log('Waiting for a build …'),
    async () => {
      await install()
      await build({ folder: buildFolder, hasPlaceholder: false })
    },
  )
  process.env.ROLLCALL_E2E_DIR = join(root, buildFolder, 'standalone')
  const parts = wanted.filter((part) => part !== decoders)
  const failed = parts.length > 0 ? await measure(parts, values) : 0
  const isDecoded = !wanted.includes(decoders) || (await benchDecoders())
  await end(failed === 0 && isDecoded ? 0 : 1)
})

function readArguments() {
  const options = {
    sessions: { type: 'string', default: String(usualSessions) },
    minutes: { type: 'string', default: '2' },
    json: { type: 'string', default: 'bench/results.json' },
  }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const sessions = Number(values.sessions)
    const known = [...groups, decoders]
    const minutes = Number(values.minutes)
    const isKnown = positionals.every((part) => known.includes(part))
    if (isKnown && Number.isSafeInteger(sessions) && sessions >= 1000 && Number.isSafeInteger(minutes) && minutes >= 1)
      return { values: { ...values, sessions, minutes }, positionals }
  } catch {
    // What it is not is said below.
  }
  throw new Failure(
    `npm run bench -- [--sessions ${usualSessions}] [--minutes 2] [--json file] [part …], with parts among ${[...groups, decoders].join(', ')}.`,
  )
}

/** Measures these parts, one after another; answers how many measurements failed. A bound that is missed is told by the table and is no failure. */
async function measure(parts, { sessions, minutes, json }) {
  const file = resolve(root, json)
  mkdirSync(dirname(file), { recursive: true })
  const save = (rows) => {
    rows.sort((a, b) => groups.indexOf(a.part) - groups.indexOf(b.part))
    writeFileSync(file, `${JSON.stringify({ sessions, node: process.version, rows }, null, 2)}\n`)
  }
  const { rows, failed } = await measureFiles({
    project: 'measure',
    files: parts.map((part) => `bench/${part}.measure`),
    provide: { sessions, minutes },
    partOf: (file) => file.replace(/^.*\//, '').replace('.measure.ts', ''),
    save,
  })
  save(rows)
  printTable(rows)
  console.log(`\n${file}`)
  return failed
}

function benchDecoders() {
  return new Promise((done) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), ['bench', '--run', '--project', 'bench'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const forget = atEnd(() => void child.kill('SIGTERM'))
    child.once('exit', (code) => {
      forget()
      done(code === 0)
    })
  })
}
