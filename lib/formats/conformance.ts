import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/source'
import { formatOf } from '.'
import type { Facts, Reading, SessionFormat } from './format'
import { canary, hostile } from './hostile'

/** A value from the real framework, when it was read, and what a format must find in it. */
export type Golden = {
  name: string
  bytes: Buffer
  reading: Reading
  facts: Partial<Facts>
  /** The times in the payload that an extension must never lower. */
  timesOf?: (tree: unknown) => (number | null)[]
}

const runs = 1_000
const dayMs = 86_400_000

/** The suite that every format passes. Values are strings of JSON; a format of another kind brings its own corpus beside this one. */
export function testConformance(format: SessionFormat, goldens: Golden[]): void {
  describe(`${format.id} conforms`, () => {
    for (const golden of goldens) {
      const value = stringOf(golden.bytes)

      test(`${golden.name}: is recognised as this format and no other, with the golden facts`, () => {
        expect(format.recognises(value)).toBe(true)
        expect(formatOf(value, null).id).toBe(format.id)
        expect(factsOf(format, value, golden.reading)).toMatchObject(golden.facts)
      })

      test(`${golden.name}: the tree is the whole payload, nothing masked or left out`, () => {
        const decoded = format.decode(value, golden.reading)
        expect('tree' in decoded && decoded.tree).toEqual(JSON.parse(golden.bytes.toString('utf8')))
      })

      test(`${golden.name}: cut anywhere, each fact of the head is the true one or null`, () => {
        const whole = factsOf(format, value, golden.reading)
        for (let end = 0; end < golden.bytes.length; end++) {
          const head = stringOf(golden.bytes.subarray(0, end), true)
          const cut = factsOf(format, head, golden.reading)
          for (const [name, fact] of Object.entries(cut ?? {})) {
            if (name === 'principal' || name === 'label') expect([null, ...textsOf(golden.bytes)]).toContain(fact)
            else expect([null, whole?.[name as keyof Facts]]).toContain(fact)
          }
          expect(format.extend?.(head, golden.reading.now + dayMs, golden.reading) ?? null).toBeNull()
        }
      })

      test(`${golden.name}: names like __proto__ are shown and change nothing`, () => {
        const names = `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1`
        // The large number makes the careful reader take over from JSON.parse: both must hold.
        for (const poison of [names, `${names},"large":12345678901234567890`]) {
          const value = stringOf(Buffer.from(golden.bytes.toString('utf8').replace('{', `{${poison},`)))
          const decoded = format.decode(value, golden.reading)
          expect('tree' in decoded && Object.keys(Object(decoded.tree))).toContain('__proto__')
          expect('polluted' in {}).toBe(false)
          expect(factsOf(format, value, golden.reading)).toMatchObject(golden.facts)
        }
      })

      const { extend } = format
      if (extend === undefined) continue
      test(`${golden.name}: an extension is kept by its own reading, never shortens, and is not made twice`, () => {
        fc.assert(
          fc.property(fc.integer({ min: -dayMs, max: 400 * dayMs }), (byMs) => {
            const untilAt = golden.reading.now + byMs
            const extension = extend(value, untilAt, golden.reading)
            if (extension === null) throw new Error('a whole value must be extendable')
            expect(extension.expiresAt).toBeLessThanOrEqual(untilAt)
            if (extension.value === null) return
            const extended = stringOf(extension.value)
            expect(format.recognises(extended)).toBe(true)
            expect(extend(extended, untilAt, golden.reading)?.value).toBeNull()
            const before = timesIn(format, value, golden)
            const after = timesIn(format, extended, golden)
            for (const [position, time] of before.entries()) {
              expect(after[position] ?? 0).toBeGreaterThanOrEqual(time ?? 0)
            }
          }),
          { numRuns: runs },
        )
      })
    }

    test(`no bytes make it throw or slip a byte into a reason, ${runs} cases`, () => {
      fc.assert(
        fc.property(anyValue(goldens), fc.boolean(), (bytes, isTruncated) => {
          tryEverything(format, stringOf(bytes, isTruncated))
          tryEverything(format, { type: 'hash', fields: [[bytes, bytes]], isTruncated })
        }),
        { numRuns: runs },
      )
    })

    test('hostile values end in an answer, within a second each', () => {
      for (const bytes of hostile) {
        const startedAt = performance.now()
        tryEverything(format, stringOf(bytes))
        tryEverything(format, stringOf(bytes, true))
        tryEverything(format, { type: 'hash', fields: [[bytes, bytes]], isTruncated: false })
        expect(performance.now() - startedAt).toBeLessThan(1_000)
      }
    })
  })
}

export function stringOf(bytes: Buffer, isTruncated = false): StoredValue {
  return { type: 'string', bytes, isTruncated }
}

function tryEverything(format: SessionFormat, value: StoredValue): void {
  const reading = { now: 1_795_000_000_000, redisExpiresAt: 1_795_000_060_000 }
  format.recognises(value)
  format.companions(Buffer.from('sess:a'), 'sess:', value)
  const decoded = format.decode(value, reading)
  if ('unreadable' in decoded) {
    expect(decoded.unreadable).toMatch(/^It [\w\s(),.'-]+\.$/)
    expect(decoded.unreadable).not.toContain(canary)
  } else {
    expect(JSON.stringify(decoded.tree)).toBeTypeOf('string')
    const { createdAt, lastSeenAt, expiresAt } = decoded.facts
    for (const time of [createdAt, lastSeenAt, expiresAt]) expect(time === null || isTime(time)).toBe(true)
  }
  const extension = format.extend?.(value, reading.now + dayMs, reading) ?? null
  if (extension !== null) expect(extension.expiresAt).toBeLessThanOrEqual(reading.now + dayMs)
}

/** Any bytes, any JSON, and real values with a few bytes changed. */
function anyValue(goldens: Golden[]): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
  const json = fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text))
  const real = fc.constantFrom(...goldens.map((golden) => golden.bytes))
  const bent = fc
    .tuple(real, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
    .map(([whole, changes, cut]) => {
      const copy = Buffer.concat([whole])
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      return copy.subarray(0, 1 + (cut % copy.length))
    })
  return fc.oneof(bytes, json, bent)
}

function factsOf(format: SessionFormat, value: StoredValue, reading: Reading): Facts | null {
  const decoded = format.decode(value, reading)
  return 'facts' in decoded ? decoded.facts : null
}

function timesIn(format: SessionFormat, value: StoredValue, golden: Golden): (number | null)[] {
  const decoded = format.decode(value, golden.reading)
  return 'tree' in decoded ? (golden.timesOf?.(decoded.tree) ?? []) : []
}

/** Every scalar of a payload as text: what a name or an id in its head may be. */
function textsOf(bytes: Buffer): string[] {
  const texts: string[] = []
  JSON.parse(bytes.toString('utf8'), (_, value) => {
    if (typeof value === 'string' || typeof value === 'number') texts.push(String(value))
    return value
  })
  return texts
}
