import { existsSync, readFileSync } from 'node:fs'
import { bench, describe } from 'vitest'
import { formatOf, formats } from '@/lib/formats'
import { goldensOf, rawOf, stringOf } from '@/lib/formats/conformance'
import type { SessionFormat } from '@/lib/formats/format'
import type { RawSession, StoredValue } from '@/lib/session/raw'

/** What a session in Redis commonly measures. */
const usualBytes = 500
/** Decoded in a row, each from bytes of its own, as a poll does: nothing that was parsed is at hand. */
const batch = 500

type Measured = { name: string; raws: RawSession[]; bytes: number; isJson: boolean }
const figures = new Map<string, number>()
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** The limit of each format: `JSON.parse` of the same content, or for binary ones a mere copy of the bytes. */
for (const format of formats) {
  const measured = find(format)
  if (measured !== null)
    describe(`${format.id}, ${measured.name}, ${measured.bytes} bytes`, () => measure(format, measured))
}

function measure(format: SessionFormat, { raws, bytes, isJson }: Measured): void {
  const limit = isJson ? 'limit: JSON.parse' : 'limit: a copy of the bytes'
  const values = raws.map(({ value }) => value)
  let seen = 0
  run(limit, () => {
    for (const value of values) seen += isJson ? parse(value) : copy(value)
  })
  run('recognised among all formats', () => {
    for (const raw of raws) seen += formatOf(raw, formats) === format ? 1 : 0
  })
  run(
    'decoded',
    () => {
      for (const raw of raws) seen += 'facts' in format.decode(raw) ? 1 : 0
    },
    () => {
      if (seen === 0) throw new Error('nothing was read')
      const [decoded, bare] = [figures.get('decoded') ?? 0, figures.get(limit) ?? 1]
      const recognised = figures.get('recognised among all formats') ?? 0
      console.log(
        `${format.id}: ${count.format(decoded)} sessions/s, ${((decoded * bytes) / 1e6).toFixed(0)} MB/s, ${(decoded / bare).toFixed(2)} of ${limit.slice(7)}; recognised ${count.format(recognised)}/s`,
      )
    },
  )
}

/** One iteration is a batch, so that the clock costs nothing beside it. Its fastest counts: whatever else the machine does can only slow one down. */
function run(name: string, work: () => void, print: () => void = () => {}): void {
  let fastestMs = Number.POSITIVE_INFINITY
  const timed = () => {
    const startedAt = performance.now()
    work()
    fastestMs = Math.min(fastestMs, performance.now() - startedAt)
  }
  bench(name, timed, {
    teardown(_, mode) {
      if (mode !== 'run') return
      figures.set(name, (batch * 1000) / fastestMs)
      print()
    },
  })
}

/** The golden nearest to the usual size that is read in full; JSON is padded to that size, what is binary cannot be. */
function find(format: SessionFormat): Measured | null {
  const goldens = goldensIn(format.id).filter(({ raw }) => format.recognises(raw) && 'facts' in format.decode(raw))
  const off = ({ value }: RawSession) => Math.abs(sizeOf(value) - usualBytes)
  const [golden] = goldens.toSorted((a, b) => off(a.raw) - off(b.raw))
  if (golden === undefined) return null
  const { value } = golden.raw
  const isJson = value.type === 'string' && value.bytes[0] === 0x7b
  const raw = { ...golden.raw, value: isJson ? padded(value.bytes) : value }
  const raws = Array.from({ length: batch }, () => fresh(raw))
  return { name: golden.name, raws, bytes: sizeOf(raw.value), isJson }
}

function goldensIn(folder: string): { name: string; raw: RawSession }[] {
  const base = new URL(`../lib/formats/fixtures/${folder}/`, import.meta.url)
  if (existsSync(new URL('manifest.json', base))) return goldensOf(folder)
  const file = new URL('person.json', base)
  return existsSync(file) ? [{ name: 'person', raw: rawOf(readFileSync(file)) }] : []
}

/** Short fields of text, as applications keep them, behind the opening brace. */
function padded(bytes: Buffer): StoredValue {
  let text = bytes.toString('utf8')
  for (let at = 0; Buffer.byteLength(text) < usualBytes; at += 1) {
    const room = Math.max(1, Math.min(30, usualBytes - Buffer.byteLength(text) - 12))
    text = text.replace('{', `{"field${at}":"${'lorem ipsum dolor sit amet con'.slice(0, room)}",`)
  }
  return stringOf(Buffer.from(text))
}

/** The same content in bytes of its own: what a format keeps of the last value does not help. */
function fresh(raw: RawSession): RawSession {
  const { value } = raw
  if (value.type === 'string') return { ...raw, value: stringOf(Buffer.from(value.bytes)) }
  return { ...raw, value: { ...value, fields: value.fields.map(([name, bytes]) => [name, Buffer.from(bytes)]) } }
}

function sizeOf(value: StoredValue): number {
  if (value.type === 'string') return value.bytes.length
  return value.fields.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0)
}

function parse(value: StoredValue): number {
  return value.type === 'string' && JSON.parse(value.bytes.toString('utf8')) !== null ? 1 : 0
}

function copy(value: StoredValue): number {
  if (value.type === 'string') return Buffer.from(value.bytes).length
  return value.fields.reduce((sum, [name, bytes]) => sum + name.length + Buffer.from(bytes).length, 0)
}
