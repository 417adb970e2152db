import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { goldensOf, rawOf, testConformance, treeIn } from './conformance'
import { msgpack } from './msgpack'

testConformance(msgpack, goldensOf('msgpack'))

test('a timestamp of MessagePack is a moment, and __proto__ a name', () => {
  const bytes = Buffer.concat([
    Buffer.from('82a2', 'hex'),
    Buffer.from('at'),
    Buffer.from('d6ff695735a5a9', 'hex'),
    Buffer.from('__proto__\x01'),
  ])
  const tree = treeIn(msgpack.decode(rawOf(bytes)))
  expect(toWire(tree)).toMatchObject({ at: { '#type': 'datetime', '#value': '2026-01-02T03:04:05.000Z' } })
  expect(Object.keys(Object(tree))).toEqual(['at', '__proto__'])
  expect('polluted' in {}).toBe(false)
})

test('a timestamp with nanoseconds, also before 1970, is told to the millisecond', () => {
  const at = (hex: string) => toWire(treeIn(msgpack.decode(rawOf(Buffer.from(`81a161${hex}`, 'hex')))))
  expect(at('d7ff773594006957 35a5'.replace(' ', ''))).toEqual({
    a: { '#type': 'datetime', '#value': '2026-01-02T03:04:05.500Z' },
  })
  expect(at('c70cff00000000ffffffffffffffff')).toEqual({
    a: { '#type': 'datetime', '#value': '1969-12-31T23:59:59.000Z' },
  })
})
