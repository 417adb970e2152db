import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLeaf, toWire } from '@/lib/session/tree'
import { maxDepth } from './limits'
import { readPickle } from './pickle'

const runs = 10_000

describe('a pickle', () => {
  test(`of plain values comes back as it was, ${runs} cases`, () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(
      fc.property(values, (value) => {
        const read = readPickle(Buffer.concat([Buffer.from([0x80, 4]), write(value), Buffer.from('.')]), false)
        expect('tree' in read ? toWire(read.tree) : read).toEqual(toWire(named(value)))
      }),
      { numRuns: runs },
    )
  })

  test(`of any opcodes ends in a tree or a reason, ${runs} cases`, () => {
    const opcodes = Buffer.from(
      '(.012FGIJKLMNPQRSTUVXabcdeghijlopqrstu}])B\x80\x81\x85\x86\x87\x88\x89\x8c\x8f\x90\x91\x92\x93\x94',
      'latin1',
    )
    const byte = fc.oneof(fc.constantFrom(...opcodes), fc.constantFrom(...Buffer.from('N]}(K\n01')), fc.nat(255))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.boolean(), (bytes, isTruncated) => {
        const read = readPickle(Buffer.from(bytes), isTruncated)
        if ('tree' in read) expect(JSON.stringify(toWire(read.tree))).toBeTypeOf('string')
        else expect(`It ${read.reason}.`).toMatch(/^It [\w\s(),.'-]+\.$/)
      }),
      { numRuns: runs },
    )
  })

  test('that would run a command is a name with its arguments', () => {
    expect(treeOf("cos\nsystem\n(S'touch /tmp/never'\ntR.")).toEqual({
      '#type': 'os.system',
      args: ['touch /tmp/never'],
    })
    expect(treeOf("(S'touch /tmp/never'\nios\nsystem\n.")).toEqual({ '#type': 'os.system', args: ['touch /tmp/never'] })
    expect(treeOf('c__builtin__\neval\n.')).toEqual({ '#type': 'class', '#value': '__builtin__.eval' })
  })

  test('that holds itself names where, and one that doubles itself stays small', () => {
    expect(treeOf('(lp0\ng0\na.')).toEqual([{ '#type': 'reference', '#value': 'value 0' }])
    const laughs = `(lp0\n${Array.from({ length: 60 }, (_, n) => `(lp${n + 1}\ng${n}\nag${n}\na`).join('')}.`
    expect(JSON.stringify(readPickle(Buffer.from(laughs), false)).length).toBeLessThan(1_000)
  })

  test('with a name like __proto__ or constructor has it as a name', () => {
    const tree = treeOf('(dV__proto__\n(dVpolluted\nI1\nssVconstructor\nI2\ns.')
    expect(Object.keys(Object(tree))).toEqual(['__proto__', 'constructor'])
    expect('polluted' in {}).toBe(false)
  })

  test('tells dates of UTC and of an offset as moments, and others as they stand', () => {
    const state = '\x07\xea\x01\x02\x03\x04\x05\0\0\0'
    const date = (zone: string) => `\x80\x04cdatetime\ndatetime\nC\n${state}${zone}R.`
    const zone = 'cdatetime\ntimezone\ncdatetime\ntimedelta\nK\0M\x10\x0eK\0\x87R\x85R\x86'
    expect(treeOf(date('\x85'))).toEqual({ '#type': 'datetime', '#value': '2026-01-02T03:04:05.000' })
    expect(treeOf(date(zone))).toEqual({ '#type': 'datetime', '#value': '2026-01-02T02:04:05.000Z' })
  })

  test('keeps all digits of a large integer', () => {
    expect(treeOf('\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\0.')).toEqual({
      '#type': 'integer',
      '#value': '18446744073709551615',
    })
    expect(treeOf('\x80\x02\x8a\x02\0\xff.')).toBe(-256)
  })

  test.each([
    ['lists', '', (inner: string) => `](${inner}e`],
    ['tuples', '', (inner: string) => `${inner}\x85`],
    ['dicts', '', (inner: string) => `}(K\x01${inner}u`],
    ['arguments', '', (inner: string) => `(ca\nB\n${inner}o`],
    ['arguments by name', '', (inner: string) => `ca\nB\n)${inner}\x92`],
    ['states', '', (inner: string) => `ca\nB\n)R${inner}b`],
    ['items of objects', '', (inner: string) => `ca\nB\n)R(${inner}e`],
  ])('of nested %s is read to the greatest depth, and refused beyond', (_, start, nest) => {
    const depths = Array.from({ length: 140 }, (_, count) => {
      let text = `${start}N`
      for (let n = 0; n < count; n++) text = nest(text)
      const read = readPickle(Buffer.from(`\x80\x05${text}.`, 'latin1'), false)
      return 'tree' in read ? depthOf(read.tree) : null
    })
    const read = depths.filter((depth) => depth !== null)
    expect(Math.max(...read)).toBeGreaterThanOrEqual(maxDepth - 1)
    expect(Math.max(...read)).toBeLessThanOrEqual(maxDepth + 1)
    expect(depths.slice(read.length).every((depth) => depth === null)).toBe(true)
  })

  test.each([
    ['depth', `${'('.repeat(100_000)}${'l'.repeat(100_000)}.`],
    ['depth of tuples', `N${'\x85'.repeat(100_000)}.`],
    ['a length that lies', '\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fa.'],
    ['many memos', `N${'\x94'.repeat(1_000_000)}.`],
    ['a long text often', `\x80\x04X\0\0\x0f\0${'a'.repeat(0xf0000)}\x94${'h\0'.repeat(9_000)}.`],
    ['digits without end', `L${'9'.repeat(1_000_000)}L\n.`],
  ])('hostile by %s ends within a second', (_, text) => {
    const startedAt = performance.now()
    const read = readPickle(Buffer.from(text, 'latin1'), false)
    if ('tree' in read) JSON.stringify(toWire(read.tree))
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})

/** How many lists and objects hold one another. */
function depthOf(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null || isLeaf(tree)) return 0
  return 1 + Math.max(0, ...Object.values(tree).map(depthOf))
}

function treeOf(latin1: string): unknown {
  const read = readPickle(Buffer.from(latin1, 'latin1'), false)
  return 'tree' in read ? toWire(read.tree) : read
}

/** What a decoder makes of plain objects: the same without a prototype. */
function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named)
  if (typeof value !== 'object' || value === null) return value
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner)])),
  )
}

/** Plain values as Python's pickler would, without memos. */
function write(value: unknown): Buffer {
  if (value === null) return Buffer.from('N')
  if (typeof value === 'boolean') return Buffer.from([value ? 0x88 : 0x89])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9)
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
      bytes[0] = 0x4a
      bytes.writeInt32LE(value, 1)
      return bytes.subarray(0, 5)
    }
    bytes[0] = 0x47
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    const head = Buffer.from('X\0\0\0\0', 'latin1')
    head.writeUInt32LE(text.length, 1)
    return Buffer.concat([head, text])
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from(']('), ...value.map(write), Buffer.from('e')])
  const items = Object.entries(Object(value)).flatMap(([name, inner]) => [write(name), write(inner)])
  return Buffer.concat([Buffer.from('}('), ...items, Buffer.from('u')])
}
