import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { goldensOf } from './conformance'
import { readJava } from './java'

const streams = goldensOf('spring').flatMap(({ raw }) =>
  raw.value.type === 'hash' ? raw.value.fields.map(([, value]) => value).filter((value) => value[0] === 0xac) : [],
)

test('every real stream is read to its end', () => {
  expect(streams.length).toBeGreaterThan(20)
  for (const stream of streams) expect(readJava(stream)).toHaveProperty('tree')
})

test('whatever is done to a real stream, it ends in an answer that can be shown, 10,000 cases', () => {
  const change = fc.tuple(
    fc.constantFrom(...streams),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
    fc.nat(),
  )
  fc.assert(
    fc.property(change, ([stream, changes, cut]) => {
      const copy = Buffer.from(stream)
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      const read = readJava(cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy)
      if ('tree' in read) expect(JSON.stringify(toWire(read.tree))).toBeTypeOf('string')
      else expect(read.reason).toMatch(/^[\w ,']+$/)
      expect('polluted' in {}).toBe(false)
    }),
    { numRuns: 10_000 },
  )
})

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')

test('a text, also one with what only Java writes so', () => {
  expect(readJava(hex('aced0005 74 0003 616e6e'))).toEqual({ tree: 'ann' })
  // A zero byte in two, and a character beyond the first plane as two halves of three.
  expect(readJava(hex('aced0005 74 0008 c080 eda0bd edb882'))).toEqual({ tree: '\u0000😂' })
})

test('a cycle, a stream of references and a depth without end stay small', () => {
  // A list that holds itself: 0x7e0001 is its own handle.
  const list = `aced0005 7372 0013 ${Buffer.from('java.util.ArrayList').toString('hex')} 7881d21d99c7619d 03 0001 49 0004 73697a65 7870 00000001 7704 00000001 71 007e0001 78`
  expect(readJava(hex(list))).toMatchObject({ tree: [{ text: 'java.util.ArrayList' }] })
  const deep = Buffer.concat([
    hex('aced0005'),
    ...Array.from({ length: 100_000 }, () => hex('7572000161000000000000000002000078707fffffff')),
  ])
  const startedAt = performance.now()
  expect(readJava(deep)).toHaveProperty('reason')
  expect(performance.now() - startedAt).toBeLessThan(200)
})
