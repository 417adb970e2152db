import { expect, test } from 'vitest'
import { branch, leaf } from '@/lib/session/tree'
import { rawOf } from './conformance'
import { anyValue, createDice } from './fuzz'
import { faultOf } from './fuzz-test'
import { canary } from './hostile'
import { plain } from './plain'

const raw = rawOf(Buffer.from('{"userId":42}'))
const facts = {
  principal: null,
  label: null,
  createdAt: null,
  lastSeenAt: null,
  expiresAt: null,
  ip: null,
  userAgent: null,
}
const loop = branch()
loop.itself = loop

function spin(): void {
  const startedAt = process.cpuUsage()
  while (process.cpuUsage(startedAt).user < 150_000) Math.sqrt(2)
}

test('the control: a decoder that throws, hangs, pollutes, repeats bytes or answers what is none is found', () => {
  const answers: Record<string, () => unknown> = {
    throws: () => {
      throw new RangeError('out of range')
    },
    hangs: () => spin(),
    'repeats bytes': () => ({ unreadable: `It is ${canary}.` }),
    'says no sentence': () => ({ unreadable: 'Unexpected token' }),
    'gives no number': () => ({ facts, tree: { a: Number.NaN }, encodings: [] }),
    'gives no time': () => ({ facts: { ...facts, createdAt: 1e30 }, tree: {}, encodings: [] }),
    'gives a loop': () => ({ facts, tree: loop, encodings: [] }),
    'gives an object of a class': () => ({ facts, tree: { at: new Date(0) }, encodings: [] }),
    'gives too much': () => ({ facts, tree: Array.from({ length: 50_000 }, () => 1), encodings: [] }),
  }
  for (const [what, decode] of Object.entries(answers)) {
    expect([what, faultOf({ ...plain, decode: () => decode() as never }, raw)]).toEqual([what, expect.any(String)])
  }
  const pollute = () => {
    Reflect.set(Object.prototype, 'polluted', 1)
    return { facts, tree: {}, encodings: [] }
  }
  expect(faultOf({ ...plain, decode: pollute }, raw)).toMatch(/prototype/)
  Reflect.deleteProperty(Object.prototype, 'polluted')
  const sound = { facts, tree: { a: [1, leaf('bytes', '00')] }, encodings: [] }
  expect(faultOf({ ...plain, decode: () => sound }, raw)).toBeNull()
})

test('the same seed gives the same values, and most of them are no copies', () => {
  const make = (seed: number) => {
    const dice = createDice(seed)
    return Array.from({ length: 500 }, () => JSON.stringify(anyValue([raw], dice)))
  }
  expect(make(7)).toEqual(make(7))
  expect(make(7)).not.toEqual(make(8))
  expect(new Set(make(7)).size).toBeGreaterThan(300)
})
