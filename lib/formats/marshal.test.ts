import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { maxDepth } from './limits'
import { isMarshalHash, readMarshal } from './marshal'

const runs = 10_000

describe('Ruby Marshal', () => {
  test(`of plain values comes back as it was, ${runs} cases`, () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(
      fc.property(values, (value) => {
        for (const bytes of [dump(value), dump(value, true)]) {
          const read = readMarshal(bytes, false)
          expect('tree' in read ? toWire(read.tree) : read).toEqual(toWire(named(value)))
        }
      }),
      { numRuns: runs },
    )
  })

  test(`of any bytes ends in a tree or a reason, ${runs} cases`, () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('0TFi:;lf"/[{}SouUdCecmMI@+-\x00\x06\x07\x08E')), fc.nat(255))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.boolean(), (bytes, isTruncated) => {
        const read = readMarshal(Buffer.from([4, 8, ...bytes]), isTruncated)
        if ('tree' in read) expect(JSON.stringify(toWire(read.tree))).toBeTypeOf('string')
        else expect(`It ${read.reason}.`).toMatch(/^It [\w\s(),.'-]+\.$/)
      }),
      { numRuns: runs },
    )
  })

  test(`cut anywhere keeps what was whole, ${runs / 10} cases`, () => {
    const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, maxKeys: 6 })
    fc.assert(
      fc.property(texts, fc.double({ min: 0, max: 1, noNaN: true }), (whole, part) => {
        const bytes = dump(whole)
        const read = readMarshal(bytes.subarray(0, 4 + Math.floor((bytes.length - 4) * part)), true)
        if ('reason' in read) throw new Error('a head must be read')
        expect(toWire(named(whole))).toMatchObject(Object(toWire(read.tree)))
      }),
      { numRuns: runs / 10 },
    )
  })

  // The first twenty are what Ruby 3.1 itself wrote.
  test.each([
    ['2**40', '6c2b08000000000001', 2 ** 40],
    ['-(2**31)', '6c2d0700000080', -(2 ** 31)],
    ['-129', '69ff7f', -129],
    ['-123', '6980', -123],
    ['256', '69020001', 256],
    ['1.0 / 0', '6608696e66', { '#type': 'float', '#value': 'inf' }],
    ['-0.0', '66072d30', { '#type': 'float', '#value': '-0.0' }],
    ['/a+/mi', '492f07612b05063a064546', { '#type': 'regexp', '#value': '/a+/mi' }],
    ['String', '630b537472696e67', { '#type': 'class', '#value': 'String' }],
    ['Kernel', '6d0b4b65726e656c', { '#type': 'module', '#value': 'Kernel' }],
    ['Hash.new(5).update(:a => 1)', '7d063a06616906690a', { a: 1, '(default)': 5 }],
    ['{ 1 => 2, nil => 3, :b => 4 }', '7b08690669073069083a06626909', { '1': 2, nil: 3, b: 4 }],
    ['{ "a" => 1, :a => 2 }', '7b0749220661063a06455469063a06616907', { a: 1, ':a': 2 }],
    ['a = []; a << a', '5b064000', [{ '#type': 'reference', '#value': 'value 0' }]],
    ['s = "x"; [s, s, :y, :y]', '5b0949220678063a06455440063a06793b06', ['x', 'x', symbol('y'), symbol('y')]],
    ['"é" in ISO-8859-1', '492206e9063a0d656e636f64696e67220f49534f2d383835392d31', 'é'],
    ['"\\xff"', '2206ff', { '#type': 'bytes', '#value': 'ff' }],
    [
      'Date.new(2026, 1, 2)',
      '553a09446174655b0b69006903738d25690069006900660c32323939313631',
      { '#type': 'date', '#value': '2026-01-02' },
    ],
    ['Rational(1, 2)', '553a0d526174696f6e616c5b0769066907', { '#type': 'Rational', data: [1, 2] }],
    [
      'BigDecimal("0.1")',
      '753a0f426967446563696d616c0d31383a302e316530',
      { '#type': 'BigDecimal', dumped: '18:0.1e0' },
    ],
    [
      'an object that holds itself',
      '6f3a0641063a0a4073656c664000',
      { '#type': 'A', '@self': { '#type': 'reference', '#value': 'value 0' } },
    ],
    ['an extended string', '653a0f436f6d70617261626c65220661', { '#type': 'Comparable', '#value': 'a' }],
    ['a subclass of String', '49433a0653220661063a064554', { '#type': 'S', '#value': 'a' }],
  ])('%s', (_, hex, wire) => {
    const read = readMarshal(Buffer.from(`0408${hex}`, 'hex'), false)
    expect('tree' in read ? toWire(read.tree) : read).toEqual(wire)
  })

  test('an encoding by a symbol that is not there is refused', () => {
    const of = (symbol: string) =>
      readMarshal(Buffer.from(`04085b0749220661063a06455449220662063b${symbol}54`, 'hex'), false)
    expect(of('00')).toMatchObject({ tree: ['a', 'b'] })
    for (const symbol of ['06', 'fa', '80']) expect(of(symbol)).toHaveProperty('reason')
  })

  test('names like __proto__ are names', () => {
    const read = readMarshal(dump(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')), false)
    expect(Object.keys('tree' in read ? Object(read.tree) : {})).toEqual(['__proto__', 'constructor'])
    expect('polluted' in {}).toBe(false)
  })

  test('classes that run code when they are loaded are names with what was given to them', () => {
    const read = readMarshal(Buffer.from('\x04\x08o:\x15Gem::Requirement\x06:\x12@requirements[\x00', 'latin1'), false)
    expect('tree' in read ? toWire(read.tree) : read).toEqual({ '#type': 'Gem::Requirement', '@requirements': [] })
    const gadget = readMarshal(Buffer.from('\x04\x08U:\x0bGadget"\x0ctouch x', 'latin1'), false)
    expect('tree' in gadget ? toWire(gadget.tree) : gadget).toEqual({ '#type': 'Gadget', data: 'touch x' })
  })

  test.each([
    ['depth', Buffer.concat([Buffer.from('0408', 'hex'), Buffer.from('5b06'.repeat(200_000), 'hex')])],
    ['depth by variables', Buffer.concat([Buffer.from('0408', 'hex'), Buffer.from('I'.repeat(200_000))])],
    ['depth by modules', Buffer.concat([Buffer.from('0408', 'hex'), Buffer.from('e:\x06A'.repeat(100_000), 'latin1')])],
    [
      'depth by symbols',
      Buffer.concat([Buffer.from('0408', 'hex'), Buffer.from(`:\x06a${'I'.repeat(100)}`, 'latin1')]),
    ],
    ['a count that lies', Buffer.from('04085b04ffffff7f', 'hex')],
    ['a length that lies', Buffer.from('04082204ffffff7f', 'hex')],
    ['a negative length', Buffer.from('040822fcffffff80', 'hex')],
    ['a reference ahead', Buffer.from('04085b064005', 'hex')],
    ['a symbol that is not there', Buffer.from('04083b06', 'hex')],
    ['a huge integer', Buffer.concat([Buffer.from('04086c2b03404b4c', 'hex'), Buffer.alloc(10_000_000, 0xff)])],
    ['an end behind the end', Buffer.from('04083030', 'hex')],
    [
      'texts without end',
      Buffer.concat([
        Buffer.from('04085b02ffff2203400d03', 'hex'),
        Buffer.alloc(200_000, 0x61),
        Buffer.from('4006'.repeat(65_534), 'hex'),
      ]),
    ],
  ])('hostile %s ends in a moment', (_, bytes) => {
    const startedAt = performance.now()
    for (const isTruncated of [false, true]) {
      const read = readMarshal(bytes, isTruncated)
      if ('tree' in read) expect(depthOf(read.tree)).toBeLessThanOrEqual(maxDepth + 1)
      else expect(`It ${read.reason}.`).toMatch(/^It [\w\s(),.'-]+\.$/)
    }
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  test('is known by its first bytes', () => {
    expect(isMarshalHash(dump({}))).toBe(true)
    for (const bytes of [dump([]), Buffer.from('{"a":1}'), Buffer.alloc(0)]) expect(isMarshalHash(bytes)).toBe(false)
  })
})

function symbol(name: string) {
  return { '#type': 'symbol', '#value': name }
}

function depthOf(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null) return 0
  return 1 + Math.max(0, ...Object.values(tree).map(depthOf))
}

/** Objects without a prototype, as a tree has them. */
function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named)
  if (typeof value !== 'object' || value === null) return value
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner)])),
  )
}

/** Plain values as Ruby would; without links each string brings the name of its encoding. */
function dump(value: unknown, isLinked = false): Buffer {
  let count = 0
  const encoding = () => Buffer.from(isLinked && count++ > 0 ? '\x06;\x00T' : '\x06:\x06ET', 'latin1')
  return Buffer.concat([Buffer.from([4, 8]), write(value, encoding)])
}

function write(value: unknown, encoding: () => Buffer): Buffer {
  if (value === null) return Buffer.from('0')
  if (typeof value === 'boolean') return Buffer.from(value ? 'T' : 'F')
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value === 'string') {
    return Buffer.concat([Buffer.from('I"'), sized(Buffer.from(value)), encoding()])
  }
  const writeOne = (inner: unknown) => write(inner, encoding)
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('['), numberOf(value.length), ...value.map(writeOne)])
  const items = Object.entries(Object(value))
  return Buffer.concat([
    Buffer.from('{'),
    numberOf(items.length),
    ...items.flatMap(([name, inner]) => [writeOne(name), writeOne(inner)]),
  ])
}

function writeNumber(value: number): Buffer {
  if (!Number.isInteger(value)) return Buffer.concat([Buffer.from('f'), sized(Buffer.from(String(value)))])
  if (value >= -(2 ** 30) && value < 2 ** 30) return Buffer.concat([Buffer.from('i'), numberOf(value)])
  const digits = Buffer.alloc(8)
  digits.writeBigUInt64LE(BigInt(Math.abs(value)))
  return Buffer.concat([Buffer.from(value < 0 ? 'l-' : 'l+'), numberOf(4), digits])
}

const sized = (bytes: Buffer) => Buffer.concat([numberOf(bytes.length), bytes])

function numberOf(value: number): Buffer {
  if (value === 0) return Buffer.from([0])
  if (value > 0 && value < 123) return Buffer.from([value + 5])
  if (value < 0 && value > -124) return Buffer.from([value - 5 + 256])
  const size = [1, 2, 3, 4].find((bytes) => (value > 0 ? value < 256 ** bytes : value >= -(256 ** bytes))) ?? 4
  const bytes = Buffer.alloc(size + 1)
  bytes[0] = value > 0 ? size : 256 - size
  bytes.writeUIntLE(value < 0 ? value + 256 ** size : value, 1, size)
  return bytes
}
