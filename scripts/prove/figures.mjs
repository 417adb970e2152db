import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { measureFiles } from '../bench/measure.mjs'
import { isMet, printTable } from '../bench/table.mjs'
import { build } from '../parts/build.mjs'
import { root } from '../parts/environment.mjs'
import { findRedisServer } from '../parts/private-redis.mjs'
import { printRights } from './acl/table.mjs'
import { printOutcomes } from './faults/table.mjs'

/** Proofs that are figures, each a folder of `scripts/prove` whose files run in this order. */
export const figures = {
  guard: ['storm', 'loss', 'reuse', 'full', 'store'],
  deeds: ['replies', 'extends', 'neighbours', 'handles', 'audit'],
  hostile: ['values', 'rows'],
  acl: ['each', 'suite'],
  topologies: ['failover', 'sentinel', 'cluster'],
  faults: ['line', 'server', 'topology', 'control', 'restarts', 'browser'],
}

/** These ask the built server. */
const needServer = [
  'neighbours',
  'rows',
  'line',
  'server',
  'topology',
  'control',
  'restarts',
  'browser',
  'each',
  'suite',
]
const buildFolder = '.next-test'

/** Runs them at full size, prints one table and writes the same rows as JSON. Answers the rows, and whether every bound is met. */
export async function proveFigures(what, parts = figures[what]) {
  if (parts.some((part) => needServer.includes(part))) {
    if (process.env.ROLLCALL_E2E_DIR === undefined) await build({ folder: buildFolder, hasPlaceholder: false })
    process.env.ROLLCALL_E2E_DIR ??= join(root, buildFolder, 'standalone')
  }
  const { rows, failed } = await measureFiles({
    project: 'prove',
    files: parts.map((part) => `scripts/prove/${what}/${part}.prove`),
    provide: {},
    partOf: (file) => file.replace(/^.*\//, '').replace('.prove.ts', ''),
    save: (found) => {
      found.sort((a, b) => figures[what].indexOf(a.part) - figures[what].indexOf(b.part))
      saveRows(what, found)
    },
  })
  const outcomes = rows.filter((row) => row.against !== undefined)
  if (outcomes.length > 0) (what === 'acl' ? printRights : printOutcomes)(outcomes)
  printTable(rows)
  console.log(`\n${saveRows(what, rows)}`)
  return { rows, isHeld: failed === 0 && rows.every((row) => row.bound === undefined || isMet(row)) }
}

/** Writes the rows with what they were measured on; answers where. */
export function saveRows(what, rows) {
  const file = join(root, `.rollcall/prove/${what}.json`)
  mkdirSync(dirname(file), { recursive: true })
  const verdicts = rows.map((row) => ({ ...row, isMet: row.bound === undefined ? null : isMet(row) }))
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), machine: describeMachine(), rows: verdicts }, null, 2)}\n`,
  )
  return file
}

function describeMachine() {
  const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const redis =
    /v=(\S+)/.exec(execFileSync(findRedisServer() ?? 'redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? null
  const { next, ioredis } = dependencies
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? null,
    versions: { rollcall: version, node: process.version, redis, next, ioredis },
  }
}
