import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import type { RawSession, StoredValue } from '@/lib/session/raw'
import type { Golden } from './conformance'
import type { SessionFormat } from './format'
import { anyValue, createDice } from './fuzz'
import { tryEverything } from './try-everything'

declare module 'vitest' {
  interface ProvidedContext {
    /** How many cases each decoder is given, and from which seed; absent: the usual number, another seed each time. */
    fuzz?: { cases: number; seed: number }
  }
}

const usualCases = 10_000
/** A case that takes longer hangs. */
const hangMs = 100
/** Values that once made a decoder fail: every format is given each of them, for ever. */
const kept: Kept[] = JSON.parse(readFileSync(new URL('./fixtures/fuzzed.json', import.meta.url), 'utf8'))

/** In base64; a hash as pairs. */
type Kept = { format: string; seed: number; value: string | [string, string][]; isTruncated: boolean; why: string }

/** Bends the real values of a format, and throws at none. What fails is left in `.rollcall/fuzz`, to be kept in `fixtures/fuzzed.json`. */
export function testFuzz(format: SessionFormat, goldens: Golden[]): void {
  const { cases, seed } = inject('fuzz') ?? { cases: usualCases, seed: Date.now() % 2 ** 31 }
  const real = goldens.map(({ raw }) => raw)
  const [sample] = real

  test(`fuzzed: no value makes it throw, hang or slip a byte into a reason, ${cases} cases`, {
    timeout: 60_000 + cases,
  }, () => {
    if (sample === undefined) throw new Error('There is no golden')
    const dice = createDice(seed)
    for (let at = 0; at < cases; at++) {
      const value = anyValue(real, dice)
      const fault = faultOf(format, { ...(real.length > 1 ? dice.pick(real) : sample), related: [], value })
      if (fault === null) continue
      throw new Error(`Case ${at} of seed ${seed}, kept as ${keep(format, seed, value, fault)}: ${fault}`)
    }
  })

  test('what once made a decoder fail does not', () => {
    if (sample === undefined) throw new Error('There is no golden')
    for (const one of kept)
      expect([one.why, faultOf(format, { ...sample, value: asStored(one) })]).toEqual([one.why, null])
  })
}

/** What is wrong with how a format answers about a value; null where nothing is. */
export function faultOf(format: SessionFormat, raw: RawSession): string | null {
  try {
    const startedAt = performance.now()
    tryEverything(format, raw)
    // Whatever else the machine does takes time too: only what takes the processor's, each time, hangs.
    return performance.now() - startedAt < hangMs || !hangs(() => tryEverything(format, raw))
      ? null
      : `it takes more than ${hangMs} ms`
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

function hangs(work: () => void): boolean {
  for (let times = 0; times < 3; times++) {
    const startedAt = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(startedAt)
    if (user + system < hangMs * 1000) return false
  }
  return true
}

function keep(format: SessionFormat, seed: number, value: StoredValue, why: string): string {
  const folder = join(process.cwd(), '.rollcall/fuzz')
  const file = join(folder, `${format.id}-${seed}.json`)
  mkdirSync(folder, { recursive: true })
  const { isTruncated } = value
  const base64 = (bytes: Buffer) => bytes.toString('base64')
  const bytes = value.type === 'string' ? base64(value.bytes) : value.fields.map((field) => field.map(base64))
  writeFileSync(file, JSON.stringify({ format: format.id, seed, value: bytes, isTruncated, why: why.split('\n')[0] }))
  return file
}

function asStored({ value, isTruncated }: Kept): StoredValue {
  const bytes = (base64: string) => Buffer.from(base64, 'base64')
  if (typeof value === 'string') return { type: 'string', bytes: bytes(value), isTruncated }
  return { type: 'hash', fields: value.map(([name, field]) => [bytes(name), bytes(field)]), isTruncated }
}
