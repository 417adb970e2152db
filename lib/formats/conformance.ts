import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded, Facts, Rewrite } from '@/lib/session/plan'
import type { RawSession, StoredValue } from '@/lib/session/raw'
import { isLeaf, toWire } from '@/lib/session/tree'
import { createCompanionTest, formatOf, formats } from '.'
import type { SessionFormat } from './format'
import { testFuzz } from './fuzz-test'

/** A value from the real framework, or one built to the letter of its sources, and what a format must find in it. */
export type Golden = {
  name: string
  raw: RawSession
  facts: Partial<Facts>
  /** The tree as `toWire` gives it, where it is known from elsewhere; absent: what the format gives is looked at by nobody but its own tests. */
  tree?: unknown
  /** The times in the payload that an extension must never lower. */
  timesOf?: (tree: unknown) => (number | null)[]
  /** Encrypted with a secret that is not here: recognised, and said to be so. */
  isSealed?: boolean
}

const runs = 1_000
const dayMs = 86_400_000

/** The suite that every format passes. */
export function testConformance(format: SessionFormat, goldens: Golden[]): void {
  describe(`${format.id} conforms`, () => {
    test('has goldens, and its usual keys and companions are patterns as the interface asks', () => {
      expect(goldens.length).toBeGreaterThan(0)
      for (const pattern of format.usualKeys) expect(pattern.source).toMatch(/^\^\(.*\$$/)
      expect(format.companionKeys?.source ?? '').not.toMatch(/\((?!\?)|\\[1-9k]/)
      expect(format.companionKeys?.flags ?? '').toBe('')
    })

    for (const golden of goldens) testGolden(format, golden)

    testFuzz(format, goldens)
  })
}

function testGolden(format: SessionFormat, golden: Golden): void {
  const { raw, name } = golden
  const decoded = () => format.decode(raw)

  test(`${name}: is recognised as this format and no other, with the golden facts`, () => {
    expect(format.recognises(raw)).toBe(true)
    expect(formatOf(raw, formats).id).toBe(format.id)
    expect(createCompanionTest(formats)(raw.key.toString('latin1'))).toBe(false)
    if (golden.isSealed === true) {
      expect(decoded()).toHaveProperty('unreadable')
      return
    }
    expect(decoded()).not.toHaveProperty('unreadable')
    expect(factsIn(decoded())).toMatchObject(golden.facts)
  })

  if (golden.tree !== undefined) {
    test(`${name}: the tree is the whole payload, nothing masked or left out`, () => {
      expect(toWire(treeIn(decoded()))).toEqual(golden.tree)
    })
  }

  test(`${name}: cut anywhere, each fact of the head is the true one or null`, () => {
    const whole = factsIn(decoded())
    // What stands encoded in the payload, as a claim does in a token, is in no leaf.
    const texts = [null, whole?.principal, whole?.label, ...textsIn(treeIn(decoded()))]
    for (const head of headsOf(raw)) {
      for (const [fact, value] of Object.entries(factsIn(format.decode(head)) ?? {})) {
        if (fact === 'principal' || fact === 'label') expect(texts).toContain(value)
        else expect([null, whole?.[fact as keyof Facts]]).toContain(value)
      }
      expect(format.extend?.(head, raw.now + dayMs)?.rewrite ?? null).toBeNull()
    }
  })

  const text = raw.value.type === 'string' ? raw.value.bytes.toString('utf8') : ''
  if (text.startsWith('{')) {
    test(`${name}: names like __proto__ are shown and change nothing`, () => {
      const names = `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1`
      // The large number makes the careful reader take over from JSON.parse: both must hold.
      for (const poison of [names, `${names},"large":12345678901234567890`]) {
        const poisoned = format.decode({ ...raw, value: stringOf(Buffer.from(text.replace('{', `{${poison},`))) })
        expect(Object.keys(Object(treeIn(poisoned)))).toContain('__proto__')
        expect('polluted' in {}).toBe(false)
        expect(factsIn(poisoned)).toMatchObject(golden.facts)
      }
    })
  }

  const { extend } = format
  if (extend === undefined) return
  test(`${name}: an extension is kept by its own reading, never shortens, and is not made twice`, () => {
    fc.assert(
      fc.property(fc.integer({ min: -dayMs, max: 400 * dayMs }), (byMs) => {
        const untilAt = raw.now + byMs
        const extension = extend(raw, untilAt)
        if (extension === null) throw new Error('a whole value must be extendable')
        expect(extension.expiresAt).toBeLessThanOrEqual(untilAt)
        if (extension.rewrite === null) return
        const extended = { ...raw, value: rewritten(raw.value, extension.rewrite) }
        expect(format.recognises(extended)).toBe(true)
        expect(extend(extended, untilAt)?.rewrite).toBeNull()
        const before = timesIn(format, raw, golden)
        const after = timesIn(format, extended, golden)
        for (const [position, time] of before.entries()) {
          expect(after[position] ?? 0).toBeGreaterThanOrEqual(time ?? 0)
        }
      }),
      { numRuns: runs },
    )
  })
}

const sample: RawSession = {
  key: Buffer.from('sess:a'),
  prefix: 'sess:',
  rest: 'a',
  value: { type: 'string', bytes: Buffer.alloc(0), isTruncated: false },
  redisExpiresAt: 1_795_000_060_000,
  now: 1_795_000_000_000,
  related: [],
}

export function stringOf(bytes: Buffer, isTruncated = false): StoredValue {
  return { type: 'string', bytes, isTruncated }
}

/** A string under a key of no meaning. */
export function rawOf(
  bytes: Buffer,
  more: Partial<Pick<RawSession, 'now' | 'redisExpiresAt' | 'related'>> & {
    isTruncated?: boolean
    key?: string
    prefix?: string
  } = {},
): RawSession {
  const { isTruncated = false, key = 'sess:a', prefix = key.slice(0, key.lastIndexOf(':') + 1), ...rest } = more
  return {
    ...sample,
    ...rest,
    key: Buffer.from(key, 'latin1'),
    prefix,
    rest: key.slice(prefix.length),
    value: stringOf(bytes, isTruncated),
  }
}

/** One case of a manifest: `fixtures/README.md` says what each name means. `related`: what `SessionFormat.related` would be given, in base64. */
type Case = {
  name: string
  file: string
  key: string
  prefix: string
  redisExpiresAt: number | null
  takenAt: number
  facts: Partial<Facts>
  related?: (string | null)[]
} & ({ type: 'string' | 'hash' } | { redisType: 'string' | 'hash' })

/** The goldens of a folder of fixtures, as its manifest lists them; `only`: those whose names pass. */
export function goldensOf(folder: string, only: (name: string) => boolean = () => true): Golden[] {
  const base = new URL(`./fixtures/${folder}/`, import.meta.url)
  // The manifests are written by the scripts beside them.
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', base), 'utf8')) as Case[] | { cases: Case[] }
  const cases = Array.isArray(manifest) ? manifest : manifest.cases
  return cases
    .filter(({ name }) => only(name))
    .map(({ name, file, key, prefix, redisExpiresAt, takenAt, facts, related = [], ...kind }) => {
      const bytes = readFileSync(new URL(file, base))
      const isHash = ('type' in kind ? kind.type : kind.redisType) === 'hash'
      const raw: RawSession = {
        key: Buffer.from(key, 'latin1'),
        prefix,
        rest: key.slice(prefix.length),
        value: isHash ? { type: 'hash', fields: fieldsOf(bytes), isTruncated: false } : stringOf(bytes),
        redisExpiresAt,
        now: takenAt,
        related: related.map((text) => (text === null ? null : Buffer.from(text, 'base64'))),
      }
      return { name, raw, facts }
    })
}

/** A hash in a fixture is a JSON object of base64 texts. */
function fieldsOf(json: Buffer): [Buffer, Buffer][] {
  const fields: Record<string, string> = JSON.parse(json.toString('utf8'))
  return Object.entries(fields).map(([name, value]) => [Buffer.from(name, 'utf8'), Buffer.from(value, 'base64')])
}

/** At most two hundred places where a reading may have ended. */
function headsOf(raw: RawSession): RawSession[] {
  const { value } = raw
  if (value.type === 'hash') {
    return value.fields.map((_, count) => ({
      ...raw,
      value: { ...value, fields: value.fields.slice(0, count), isTruncated: true },
    }))
  }
  const step = Math.max(1, Math.ceil(value.bytes.length / 200))
  const ends = Array.from({ length: Math.ceil(value.bytes.length / step) }, (_, index) => index * step)
  return ends.map((end) => ({ ...raw, value: stringOf(value.bytes.subarray(0, end), true) }))
}

function rewritten(value: StoredValue, rewrite: Rewrite): StoredValue {
  if (rewrite.type === 'string') return stringOf(rewrite.bytes)
  if (value.type !== 'hash') throw new Error('a string is no hash')
  const isNew = ([name]: [Buffer, Buffer]) => !rewrite.fields.some(([other]) => other.equals(name))
  return { ...value, fields: [...value.fields.filter(isNew), ...rewrite.fields] }
}

export function factsIn(decoded: Decoded): Facts | null {
  return 'facts' in decoded ? decoded.facts : null
}

export function treeIn(decoded: Decoded): unknown {
  return 'tree' in decoded ? decoded.tree : null
}

function timesIn(format: SessionFormat, raw: RawSession, golden: Golden): (number | null)[] {
  const decoded = format.decode(raw)
  return 'tree' in decoded ? (golden.timesOf?.(decoded.tree) ?? []) : []
}

/** Every scalar of a payload as text: what a name or an id in its head may be. */
function textsIn(tree: unknown): string[] {
  if (typeof tree === 'string' || typeof tree === 'number') return [String(tree)]
  if (typeof tree !== 'object' || tree === null) return []
  if (isLeaf(tree)) return [tree.text]
  return Object.values(tree).flatMap(textsIn)
}
