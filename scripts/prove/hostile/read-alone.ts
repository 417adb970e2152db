import { existsSync } from 'node:fs'
import { formatOf, formats } from '@/lib/formats'
import { hostileFiles } from '@/lib/formats/hostile'
import { tryEverything } from '@/lib/formats/try-everything'
import { maskTree } from '@/lib/roster/mask'
import { findSecretNames } from '@/lib/session/payload-secrets'
import type { RawSession, StoredValue } from '@/lib/session/raw'

/** Run by itself, in a process that may make no code of text and, where Node can say so, neither write nor start anything: reads every hostile value in every format and says how that went. */
const rowBytes = 64 * 1024
const pageBytes = 1024 * 1024
const rounds = 3
/** Measured once. */
const quickMs = 3
const told = {
  files: 0,
  bombs: 0,
  readings: 0,
  faults: [] as string[],
  slowestRow: nothing(),
  slowestPage: nothing(),
  slowestPinned: nothing(),
  slowestBomb: nothing(),
  grewBytes: 0,
  bombsGrewBytes: 0,
  wasRun: false,
  canMakeCode: false,
}

try {
  told.canMakeCode = new Function('return true')()
} catch {
  // As it should be.
}
const collect = globalThis.gc ?? (() => {})
// What compiles is not counted.
for (const { bytes } of hostileFiles())
  for (const format of formats) format.decode(rawOf(string(bytes.subarray(0, 2000), true)))
for (const { name, bytes } of hostileFiles()) {
  told.files += 1
  const isBomb = name.startsWith('bomb-')
  if (isBomb) told.bombs += 1
  const row = () => string(Buffer.from(bytes.subarray(0, rowBytes)), bytes.length > rowBytes)
  const page = () => string(Buffer.from(bytes.subarray(0, pageBytes)), bytes.length > pageBytes)
  const asRow = cheapest(() => readRow(row()))
  const asPage = cheapest(() => readPage(page()))
  note('slowestRow', asRow, name)
  note('slowestPage', asPage, name)
  for (const format of formats) {
    const ms = cheapest(() => void format.decode(rawOf(page())))
    note('slowestPinned', ms, `${name} as ${format.id}`)
    if (isBomb) note('slowestBomb', ms, `${name} as ${format.id}`)
  }
  collect()
  const before = process.memoryUsage().rss
  for (const format of formats) {
    told.readings += 2
    for (const value of [row(), page()]) {
      try {
        tryEverything(format, rawOf(value))
      } catch (error) {
        told.faults.push(`${format.id}: ${name}: ${String(error)}`)
      }
    }
  }
  const grew = process.memoryUsage().rss - before
  told.grewBytes = Math.max(told.grewBytes, grew)
  if (isBomb) told.bombsGrewBytes = Math.max(told.bombsGrewBytes, grew)
}
told.wasRun = existsSync('/tmp/pwned')
console.log(JSON.stringify(told))

/** As the roster does. */
function readRow(value: StoredValue): void {
  const raw = rawOf(value)
  const decoded = formatOf(raw, formats).decode(raw)
  if ('tree' in decoded) findSecretNames(decoded.tree)
}

/** As a session's page does. */
function readPage(value: StoredValue): void {
  const raw = rawOf(value)
  const decoded = formatOf(raw, formats).decode(raw)
  if ('tree' in decoded) JSON.stringify(maskTree(decoded.tree).payload)
}

function string(bytes: Buffer, isTruncated: boolean): StoredValue {
  return { type: 'string', bytes, isTruncated }
}

function rawOf(value: StoredValue): RawSession {
  const now = 1_795_000_000_000
  return {
    key: Buffer.from('sess:a'),
    prefix: 'sess:',
    rest: 'a',
    value,
    redisExpiresAt: now + 60_000,
    now,
    related: [],
  }
}

/** In milliseconds of processor time: whatever else a machine does only adds to it. */
function cheapest(work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(startedAt)
    least = Math.min(least, (user + system) / 1000)
    if (least < quickMs) return least
  }
  return least
}

function nothing(): { ms: number; name: string } {
  return { ms: 0, name: '' }
}

function note(which: 'slowestRow' | 'slowestPage' | 'slowestPinned' | 'slowestBomb', ms: number, name: string): void {
  if (ms > told[which].ms) told[which] = { ms, name }
}
