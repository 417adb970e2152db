import { bench, describe } from 'vitest'
import { formatOf, formats } from '@/lib/formats'
import type { SessionFormat } from '@/lib/formats/format'
import { findSecretNames } from '@/lib/session/payload-secrets'
import type { StoredValue } from '@/lib/session/raw'
import { copyOf, type SessionValue, sizeOf, valuesOf } from './support/session-value'

/** Decoded one after another, each from bytes of its own, as a poll does: nothing that was parsed is at hand. */
const batch = 500
const figures = new Map<string, number>()
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/**
 * How many sessions a second one core decodes, for each format, and how many become a row: recognised among all formats, decoded, and looked through for secrets, as the roster does it.
 * Beside it the limit: `JSON.parse` of the same content, a bare unpacking of what is packed, else a mere copy of the bytes.
 */
for (const format of formats)
  for (const value of valuesOf(format)) describe(nameOf(format, value), () => measure(format, value))

function nameOf({ id }: SessionFormat, { name, raw, contentBytes, packedBy, unpack }: SessionValue): string {
  const size = sizeOf(raw.value)
  if (packedBy === null) return `${id}, ${name}, ${size} bytes`
  return `${id}, ${name}, ${unpack === null ? '' : `${contentBytes} bytes in `}${size} packed by ${packedBy}`
}

function measure(format: SessionFormat, value: SessionValue): void {
  const raws = Array.from({ length: batch }, () => copyOf(value.raw))
  const limit = limitOf(value)
  let seen = 0
  run(limit.name, () => {
    for (const raw of raws) seen += limit.work(raw.value)
  })
  run('decoded', () => {
    for (const raw of raws) seen += 'facts' in format.decode(raw) ? 1 : 0
  })
  run(
    'made a row',
    () => {
      for (const raw of raws) {
        const decoded = formatOf(raw, formats).decode(raw)
        if ('tree' in decoded) seen += findSecretNames(decoded.tree, format.expectedSecrets) === null ? 1 : 2
      }
    },
    () => {
      if (seen === 0) throw new Error('nothing was read')
      const figure = (name: string) => figures.get(name) ?? Number.NaN
      const share = (figure('decoded') / figure(limit.name)).toFixed(2)
      console.log(
        `${nameOf(format, value)}: ${count.format(figure('decoded'))} decoded/s, ${share} of ${limit.name} (${count.format(figure(limit.name))}/s); ${count.format(figure('made a row'))} rows/s`,
      )
    },
  )
}

function limitOf({ raw, unpack }: SessionValue): { name: string; work: (value: StoredValue) => number } {
  if (unpack !== null) return { name: 'bare unpacking', work: () => unpack().length }
  if (raw.value.type === 'string' && raw.value.bytes[0] === 0x7b) return { name: 'JSON.parse', work: parse }
  return { name: 'a copy of the bytes', work: copy }
}

/**
 * One iteration is a batch, so that the clock costs nothing beside it. The time is that of this process on the processor, and the least counts: whatever else the machine does can
 * only add to it.
 */
function run(name: string, work: () => void, print: () => void = () => {}): void {
  let least = Number.POSITIVE_INFINITY
  const timed = () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, user + system)
  }
  bench(name, timed, {
    ...{ time: 250, warmupTime: 50 },
    teardown(_, mode) {
      if (mode !== 'run') return
      figures.set(name, (batch * 1e6) / least)
      print()
    },
  })
}

function parse(value: StoredValue): number {
  return value.type === 'string' && JSON.parse(value.bytes.toString('utf8')) !== null ? 1 : 0
}

function copy(value: StoredValue): number {
  if (value.type === 'string') return Buffer.from(value.bytes).length
  return value.fields.reduce((sum, [name, bytes]) => sum + name.length + Buffer.from(bytes).length, 0)
}
