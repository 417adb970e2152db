import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { readGob } from './gob'

/** An encoder of no more than these tests need. */
function unsigned(number: number): Buffer {
  if (number < 0x80) return Buffer.from([number])
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(number, 0, 6)
  const from = bytes.findIndex((byte) => byte !== 0)
  return Buffer.concat([Buffer.from([256 - (6 - from)]), bytes.subarray(from)])
}
const signed = (number: number) => unsigned(number < 0 ? -number * 2 - 1 : number * 2)
const text = (value: string) => Buffer.concat([unsigned(Buffer.byteLength(value)), Buffer.from(value)])
const sized = (bytes: Buffer) => Buffer.concat([unsigned(bytes.length), bytes])

const mapId = 65
/** map[string]interface{} */
const definition = Buffer.concat([
  signed(-mapId),
  Buffer.from([4, 1, 2]),
  signed(mapId),
  Buffer.from([0, 1, 12, 1, 16, 0, 0]),
])
type Value = string | number | boolean | { [name: string]: Value }

function boxed(value: Value): Buffer {
  const box = (name: string, id: number, body: Buffer) =>
    Buffer.concat([text(name), signed(id), sized(Buffer.concat([Buffer.from([0]), body]))])
  if (typeof value === 'string') return box('string', 6, text(value))
  if (typeof value === 'number') return box('int', 2, signed(value))
  if (typeof value === 'boolean') return box('bool', 1, unsigned(Number(value)))
  return box('map[string]interface {}', mapId, map(value))
}

function map(value: { [name: string]: Value }): Buffer {
  const entries = Object.entries(value)
  return Buffer.concat([unsigned(entries.length), ...entries.flatMap(([name, inner]) => [text(name), boxed(inner)])])
}

const stream = (body: Buffer) =>
  Buffer.concat([sized(definition), sized(Buffer.concat([signed(mapId), Buffer.from([0]), body]))])

const { value: anyMap } = fc.letrec<{ value: { [name: string]: Value }; leaf: Value }>((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.boolean(),
    tie('value'),
  ),
  value: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__'), fc.constant('constructor')), tie('leaf'), {
    maxKeys: 4,
  }),
}))

test('whatever a float is, it is read as it was written, 10,000 cases', () => {
  const bits = Buffer.alloc(8)
  fc.assert(
    fc.property(fc.double(), (value) => {
      bits.writeDoubleLE(value)
      const wide = bits.readBigUInt64BE()
      const digits = wide
        .toString(16)
        .padStart(16, '0')
        .replace(/^(?:00)+/, '')
      const bytes = Buffer.from(digits, 'hex')
      const written =
        wide < 128n ? Buffer.from([Number(wide)]) : Buffer.concat([Buffer.from([256 - bytes.length]), bytes])
      const box = Buffer.concat([text('float64'), signed(4), sized(Buffer.concat([Buffer.from([0]), written]))])
      const read = readGob(stream(Buffer.concat([unsigned(1), text('price'), box])), false)
      const price = 'tree' in read ? Object(read.tree).price : read
      if (Number.isFinite(value) && !Object.is(value, -0)) expect(price).toBe(value)
      else expect(Number(price.text.replace('Inf', 'Infinity'))).toBe(value)
    }),
    { numRuns: 10_000 },
  )
})

test('whatever a map holds, it is read as it was written, 10,000 cases', () => {
  fc.assert(
    fc.property(anyMap, (value) => {
      const read = readGob(stream(map(value)), false)
      // A payload's own name that begins with # is told from a type on the wire; compared as JSON, so that __proto__ is a name.
      const wire = 'tree' in read ? JSON.stringify(read.tree) : null
      expect(wire).toBe(JSON.stringify(value))
    }),
    { numRuns: 10_000 },
  )
})

test('any bytes behind a true head end in an answer, 10,000 cases', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, isTruncated) => {
      const read = readGob(Buffer.concat([sized(definition), bytes]), isTruncated)
      if ('tree' in read) JSON.stringify(toWire(read.tree))
      else expect(read.reason).toMatch(/^[\w ]+$/)
    }),
    { numRuns: 10_000 },
  )
})

test('hostile streams end within a second each: depth, counts and lengths that lie, types without end', () => {
  let deep = map({})
  for (let depth = 0; depth < 2_000; depth += 1)
    deep = Buffer.concat([
      unsigned(1),
      text('a'),
      text('m'),
      signed(mapId),
      sized(Buffer.concat([Buffer.from([0]), deep])),
    ])
  const huge = Buffer.from([0xfa, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff])
  const self = Buffer.concat([
    signed(-mapId),
    Buffer.from([2, 1, 2]),
    signed(mapId),
    Buffer.from([0, 1]),
    signed(mapId),
    Buffer.from([0, 0]),
  ])
  const own = Buffer.concat([
    sized(self),
    sized(Buffer.concat([signed(mapId), Buffer.from([0]), Buffer.alloc(5_000, 1)])),
  ])
  const many = Array.from({ length: 5_000 }, (_, at) =>
    sized(
      Buffer.concat([signed(-(mapId + at)), Buffer.from([2, 1, 2]), signed(mapId + at), Buffer.from([0, 1, 12, 0, 0])]),
    ),
  )
  const wide = Buffer.concat([unsigned(300_000), ...Array(300_000).fill(Buffer.concat([text('a'), boxed(true)]))])
  const bodies = [
    stream(deep),
    stream(huge),
    stream(Buffer.concat([unsigned(1), huge])),
    own,
    Buffer.concat(many),
    stream(wide),
  ]
  const startedAt = performance.now()
  const reads = bodies.map((bytes) => readGob(bytes, false))
  expect(performance.now() - startedAt).toBeLessThan(1_000 * bodies.length)
  expect(reads.map((read) => ('reason' in read ? 'refused' : read.isCut ? 'cut' : 'whole'))).toEqual([
    'cut',
    'refused',
    'refused',
    'cut',
    'refused',
    'cut',
  ])
})

test('of a stream cut short the head is kept where it is known to be cut, and refused where it is not', () => {
  const bytes = stream(map({ user_id: 42, name: 'ann' }))
  const head = bytes.subarray(0, bytes.length - 2)
  const read = readGob(head, true)
  expect('tree' in read && toWire(read.tree)).toEqual({ user_id: 42 })
  expect(readGob(head, false)).toEqual({ reason: 'is no whole value of gob' })
})

test('keys that would have one name are all kept: each after the first bears its type', () => {
  const anyKeys = Buffer.concat([
    signed(-mapId),
    Buffer.from([4, 1, 2]),
    signed(mapId),
    Buffer.from([0, 1, 16, 1, 16, 0, 0]),
  ])
  const own = (name: string, value: number) =>
    Buffer.concat([text(name), signed(2), sized(Buffer.concat([Buffer.from([0]), signed(value)]))])
  const mapKey = (value: number) =>
    Buffer.concat([text('m'), signed(mapId), sized(Buffer.concat([Buffer.from([0, 1]), boxed('a'), boxed(value)]))])
  const entries: [Buffer, string][] = [
    [boxed('1'), 'text'],
    [boxed(1), 'number'],
    [own('example.com/shop/cart.Key', 1), 'own number'],
    [boxed('true'), 'word'],
    [boxed(true), 'truth'],
    [mapKey(1), 'one map'],
    [mapKey(2), 'another'],
    [boxed('1'), 'text again'],
  ]
  const body = Buffer.concat([unsigned(entries.length), ...entries.flatMap(([key, value]) => [key, boxed(value)])])
  const read = readGob(
    Buffer.concat([sized(anyKeys), sized(Buffer.concat([signed(mapId), Buffer.from([0]), body]))]),
    false,
  )
  expect('tree' in read && read.tree).toEqual({
    1: 'text',
    'int(1)': 'number',
    'cart.Key(1)': 'own number',
    true: 'word',
    'bool(true)': 'truth',
    'a key of another kind': 'one map',
    'a key of another kind, after 6 others': 'another',
    'string(1)': 'text again',
  })
})
