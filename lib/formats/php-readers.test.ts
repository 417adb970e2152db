import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLeaf, toWire } from '@/lib/session/tree'
import { readIgbinary } from './igbinary'
import { maxDepth, maxInflatedBytes, maxNodes } from './limits'
import { readPhpMsgpack } from './php-msgpack'
import { phpHeadOf, readPhpSession } from './php-session'
import type { PhpRead } from './php-tree'
import { unpackLz4, unpackLzf, unpackSnappy } from './php-unpack'
import { readPhpValue } from './php-value'
import { unpackZstd } from './php-zstd'

const runs = 10_000
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const wire = (read: PhpRead) => ('tree' in read ? toWire(read.tree) : read)
const php = (text: string) => wire(readPhpValue(latin1(text), false))

/** What PHP's arrays can hold, as this reader shows it: a list counts from 0, names are texts. */
type Value = null | boolean | number | string | Value[] | { [name: string]: Value }
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0.5 : number)),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('__proto__', 'constructor', '"', ';', '|'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .dictionary(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('__proto__')), tie('value'), { maxKeys: 4 })
      .filter((object) => Object.keys(object).length > 0 && !Object.keys(object).some((name) => /^-?\d+$/.test(name))),
  ),
})).value

const entriesOf = (array: Value[] | { [name: string]: Value }): [number | string, Value][] =>
  Array.isArray(array) ? [...array.entries()] : Object.entries(array)

/** As PHP's serialize() writes it. */
function serialize(tree: Value): string {
  if (tree === null) return 'N;'
  if (typeof tree === 'boolean') return `b:${tree ? 1 : 0};`
  if (typeof tree === 'number') return Number.isSafeInteger(tree) ? `i:${tree};` : `d:${tree};`
  if (typeof tree === 'string') return `s:${Buffer.byteLength(tree)}:"${Buffer.from(tree).toString('latin1')}";`
  const members = entriesOf(tree)
  return `a:${members.length}:{${members.map(([key, inner]) => serialize(key) + serialize(inner)).join('')}}`
}

const big = (size: 1 | 4 | 8, number: number) => {
  const bytes = Buffer.alloc(size)
  if (size === 8) bytes.writeDoubleBE(number)
  else bytes.writeUIntBE(number, 0, size)
  return bytes
}

function igbinary(tree: Value, strings: Map<string, number>): Buffer {
  if (tree === null) return hex('00')
  if (typeof tree === 'boolean') return hex(tree ? '05' : '04')
  if (typeof tree === 'number') {
    if (!Number.isInteger(tree) || Math.abs(tree) > 0xffff_ffff) return Buffer.concat([hex('0c'), big(8, tree)])
    return Buffer.concat([hex(tree < 0 ? '0b' : '0a'), big(4, Math.abs(tree))])
  }
  if (typeof tree === 'string') {
    if (tree === '') return hex('0d')
    const again = strings.get(tree)
    if (again !== undefined) return Buffer.concat([hex('10'), big(4, again)])
    strings.set(tree, strings.size)
    const bytes = Buffer.from(tree)
    return Buffer.concat([hex('13'), big(4, bytes.length), bytes])
  }
  const members = entriesOf(tree).flatMap(([key, inner]) => [igbinary(key, strings), igbinary(inner, strings)])
  return Buffer.concat([hex('16'), big(4, members.length / 2), ...members])
}

function msgpack(tree: Value): Buffer {
  if (tree === null) return hex('c0')
  if (typeof tree === 'boolean') return hex(tree ? 'c3' : 'c2')
  if (typeof tree === 'number') {
    if (Number.isInteger(tree) && tree >= 0 && tree <= 0xffff_ffff) return Buffer.concat([hex('ce'), big(4, tree)])
    return Buffer.concat([hex('cb'), big(8, tree)])
  }
  if (typeof tree === 'string') return Buffer.concat([hex('db'), big(4, Buffer.byteLength(tree)), Buffer.from(tree)])
  if (Array.isArray(tree)) return Buffer.concat([hex('dd'), big(4, tree.length), ...tree.map(msgpack)])
  const members = Object.entries(tree).flatMap(([name, inner]) => [msgpack(name), msgpack(inner)])
  return Buffer.concat([hex('df'), big(4, members.length / 2), ...members])
}

const encodings: [
  name: string,
  write: (tree: Value) => Buffer,
  read: (bytes: Buffer, isTruncated: boolean) => PhpRead,
][] = [
  ['PHP serialize', (tree) => latin1(serialize(tree)), readPhpValue],
  ['igbinary', (tree) => Buffer.concat([hex('00000002'), igbinary(tree, new Map())]), readIgbinary],
  ['MessagePack', msgpack, readPhpMsgpack],
]

/** Names that do not begin with the mark of the wire. */
const shown = (tree: Value): unknown => toWire(tree)

describe.each(encodings)('%s', (_, write, read) => {
  test(`what is written is read again, ${runs} cases`, () => {
    fc.assert(
      fc.property(value, (tree) => {
        expect(wire(read(write(tree), false))).toEqual(shown(tree))
        expect('polluted' in {}).toBe(false)
      }),
      { numRuns: runs },
    )
  })

  test('cut anywhere it never throws, and untruncated bytes that end early are refused', () => {
    const whole = write({ user: { id: 42, tags: ['a', 'b', { c: null }], on: true, ratio: 0.5 }, name: 'Zoë' })
    for (let end = 0; end < whole.length; end++) {
      expect(read(whole.subarray(0, end), false)).toHaveProperty('reason')
      read(whole.subarray(0, end), true)
    }
    expect(wire(read(whole.subarray(0, whole.length - 1), true))).toMatchObject({ user: { id: 42 } })
  })

  test('depth and number of values are bounded', () => {
    const nested = (depth: number) => Array.from({ length: depth }).reduce<Value>((inner) => [inner], 1)
    expect(read(write(nested(maxDepth - 1)), false)).toHaveProperty('tree')
    expect(read(write(nested(maxDepth + 2)), false)).toEqual({ reason: `is nested deeper than ${maxDepth} levels` })
    const many = read(write(Array.from({ length: maxNodes * 2 }, (_, index) => index)), false)
    if ('reason' in many || !Array.isArray(many.tree)) throw new Error('no list')
    expect(many.isCut).toBe(true)
    expect(many.tree.length).toBeLessThan(maxNodes)
  })
})

test('every kind of value of PHP serialize is shown as what it is', () => {
  expect(php('i:9223372036854775807;')).toEqual({ '#type': 'integer', '#value': '9223372036854775807' })
  expect(php('i:-9223372036854775808;')).toEqual({ '#type': 'integer', '#value': '-9223372036854775808' })
  expect(php('d:INF;')).toEqual({ '#type': 'float', '#value': 'INF' })
  expect(php('d:-0;')).toEqual({ '#type': 'float', '#value': '-0' })
  expect(php('s:2:"\xff\xfe";')).toEqual({ '#type': 'bytes', '#value': 'fffe' })
  expect(php('s:3:"";s";')).toBe('";s')
  expect(php('E:10:"Role:Admin";')).toEqual({ '#type': 'enum', '#value': 'Role::Admin' })
  expect(php('a:2:{i:0;a:0:{}i:1;R:2;}')).toEqual([[], { '#type': 'reference', '#value': 'value 2' }])
  expect(php('C:3:"Old":6:{i:1;xx}')).toEqual({ '#type': 'Old', serialized: 'i:1;xx' })
  expect(php('C:3:"Old":18:{a:1:{s:1:"a";i:1;}}')).toEqual({ '#type': 'Old', serialized: { a: 1 } })
  expect(php('O:1:"A":3:{s:1:"x";i:1;s:4:"\0*\0y";i:2;s:4:"\0A\0x";i:3;}')).toEqual({
    '#type': 'A',
    x: 1,
    y: 2,
    'A::x': 3,
  })
  const date = (zone: string) =>
    `O:8:"DateTime":3:{s:4:"date";s:26:"2026-01-02 03:04:05.500000";s:13:"timezone_type";i:1;s:8:"timezone";s:${zone.length}:"${zone}";}`
  expect(php(date('+02:00'))).toEqual({ '#type': 'datetime', '#value': '2026-01-02T01:04:05.500Z' })
  expect(php(date('Europe/Berlin'))).toMatchObject({ '#type': 'DateTime', timezone: 'Europe/Berlin' })
})

test('names of prototypes are names in every encoding, and nothing is polluted', () => {
  const poison = 's:9:"__proto__";a:1:{s:8:"polluted";b:1;}s:11:"constructor";i:1;'
  const read = readPhpValue(latin1(`a:2:{${poison}}`), false)
  expect(Object.keys(Object('tree' in read && read.tree))).toEqual(['__proto__', 'constructor'])
  const object = readPhpValue(latin1(`O:9:"__proto__":2:{${poison}}`), false)
  expect('tree' in object && isLeaf(object.tree)).toBe(false)
  expect(wire(object)).toMatchObject({ '#type': '__proto__', constructor: 1 })
  expect('polluted' in {}).toBe(false)
})

test.each([
  'a:1000000000:{}',
  's:1000000000:"a";',
  's:-1:"";',
  'a:1:{a:0:{}i:1;}',
  'i:1',
  'i:;',
  'i:99999999999999999999999;',
  'd:1e;',
  'b:2;',
  'O:1:"A":99999999999:{}',
  'C:1:"A":99:{}',
  'R:x;',
  's:1:"ab";',
  'i:1;i:2;',
  'o:1:{}',
])('lengths and counts that lie are refused: %s', (text) => {
  expect(php(text)).toHaveProperty('reason')
})

test('igbinary that points nowhere or lies of its lengths is refused', () => {
  for (const digits of ['0e05', '13ffffffff41', '16ffffffff', '1a00', '18ffff', '1703414141', '27', '2525', '26']) {
    expect(readIgbinary(hex(`00000002${digits}`), false), digits).toHaveProperty('reason')
  }
  const references = Buffer.concat([hex('00000002'), Buffer.alloc(100_000, 0x25)])
  expect(readIgbinary(references, false)).toEqual({ reason: `is nested deeper than ${maxDepth} levels` })
})

test('igbinary of the documentation is read, and its repeated texts are found again', () => {
  const bytes = hex(
    '0000000214051107757365725f6964062a11046e616d651103616e6e11026f6b051101660c3ff800000000000011016e00',
  )
  expect(wire(readIgbinary(bytes, false))).toEqual({ user_id: 42, name: 'ann', ok: true, f: 1.5, n: null })
  expect(wire(readIgbinary(hex('00000001 1402 0600 1101 61 0601 0e00'), false))).toEqual(['a', 'a'])
})

test('a MessagePack map is a PHP session only where its first key is nil', () => {
  expect(phpHeadOf(hex('82c001a161 01'))).not.toBeNull()
  expect(phpHeadOf(hex('81a16101'))).toBeNull()
})

const many = (digits: string, count: number) => Buffer.alloc((digits.length / 2) * count, hex(digits))
const lzfBomb = Buffer.concat([hex('0041'), many('e0ff00', 60_000)])
const lz4Bomb = Buffer.concat([hex('1f410100'), Buffer.alloc(60_000, 255)])
const zstdBlocks = Buffer.concat([hex('28b52ffda000001000'), many('02001041', 200_000)])

/** What unpacks to very much, in bytes or in time. */
const bombs: [name: string, unpacked: () => unknown][] = [
  ['LZF', () => unpackLzf(lzfBomb, false)],
  ['LZ4 that says so', () => unpackLz4(Buffer.alloc(100), 0x7fff_ffff, false)],
  ['LZ4 that lies', () => unpackLz4(lz4Bomb, 1_000, false)],
  ['Snappy that says so', () => unpackSnappy(hex('ffffffff0f0041fe0100'), false)],
  ['Snappy that lies', () => unpackSnappy(Buffer.concat([hex('640041'), many('fe0100', 60_000)]), false)],
  ['zstd that says so', () => unpackZstd(hex('28b52ffde0ffffffffffffff0f030000'), false)],
  ['zstd of many blocks', () => unpackZstd(zstdBlocks, false)],
]
test.each(bombs)('a bomb of %s is refused within a second and a few megabytes', (_, unpack) => {
  const startedAt = performance.now()
  const before = process.memoryUsage().arrayBuffers
  expect(unpack()).toHaveProperty('reason')
  expect(performance.now() - startedAt).toBeLessThan(1_000)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * maxInflatedBytes)
})

test('zstd gives what its frame declares, and not a byte more', () => {
  const unpacked = unpackZstd(hex('28b52ffd200503001041'), false)
  expect('bytes' in unpacked && unpacked.bytes.toString()).toBe('AAAAA')
  // Nought, in a window of a gigabyte.
  const before = process.memoryUsage().arrayBuffers
  const empty = unpackZstd(hex('28b52ffd80a000000000010000'), false)
  expect('bytes' in empty && empty.bytes.length).toBe(0)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * maxInflatedBytes)
})

test(`no bytes make a decompressor throw or give more than it may, ${runs} cases`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), fc.nat(3_000), (array, isTruncated, declared) => {
      const bytes = Buffer.from(array)
      const zstd = Buffer.concat([hex('28b52ffd'), bytes])
      for (const unpacked of [
        unpackLzf(bytes, isTruncated),
        unpackLz4(bytes, declared, isTruncated),
        unpackSnappy(bytes, isTruncated),
        unpackZstd(zstd, false),
      ]) {
        if ('bytes' in unpacked) expect(unpacked.bytes.length).toBeLessThanOrEqual(maxInflatedBytes)
      }
    }),
    { numRuns: runs },
  )
})

test(`no bytes make a reader of sessions throw, ${runs} cases`, () => {
  const starts = ['a|', '\x01a', 'a:9:{', '\0\0\0\x02\x14\x05', '\x85\xc0\x01', '']
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.uint8Array({ maxLength: 100 }),
      fc.boolean(),
      (start, rest, isTruncated) => {
        const read = readPhpSession(Buffer.concat([latin1(start), rest]), isTruncated)
        if ('reason' in read) expect(read.reason).toMatch(/^[\w\s(),.'-]+$/)
      },
    ),
    { numRuns: runs },
  )
})

test('other compressed data is no PHP session', () => {
  expect(readPhpSession(deflateSync('user_id|i:42;'), false)).toEqual({ reason: 'is no PHP session' })
})
