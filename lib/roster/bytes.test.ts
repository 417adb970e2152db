import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBytes, hashOf } from './bytes'
import { createStrings } from './strings'

test('finds what is there and nothing else, whatever comes and goes', () => {
  const step = fc.record({ name: fc.uint8Array({ maxLength: 6, max: 3 }), comes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const bytes = createBytes()
      const known = new Map<string, number>()
      const free: number[] = []
      let end = 0
      for (const { name, comes } of steps) {
        const text = Buffer.from(name).toString('latin1')
        const hash = hashOf(name, name.length)
        const id = known.get(text)
        if (comes && id === undefined) {
          const next = free.pop() ?? end++
          bytes.add(next, name, name.length, hash)
          known.set(text, next)
        } else if (!comes && id !== undefined) {
          bytes.remove(id)
          free.push(id)
          known.delete(text)
        }
        expect(bytes.find(name, name.length, hash)).toBe(known.get(text) ?? -1)
      }
      for (const [text, id] of known) {
        const read = bytes.chunk(id).toString('latin1', bytes.start(id), bytes.start(id) + bytes.length(id))
        expect(read).toBe(text)
      }
    }),
  )
})

test('holds a record that is larger than a chunk, and two with the same hash', () => {
  const bytes = createBytes()
  const large = Buffer.alloc(3_000_000, 7)
  bytes.add(0, large, large.length, 5)
  bytes.add(1, Buffer.from('a'), 1, 5)
  bytes.add(2, Buffer.from('b'), 1, 5)
  expect(bytes.find(large, large.length, 5)).toBe(0)
  expect(bytes.find(Buffer.from('b'), 1, 5)).toBe(2)
  bytes.remove(2)
  expect(bytes.find(Buffer.from('a'), 1, 5)).toBe(1)
  expect(bytes.find(Buffer.from('b'), 1, 5)).toBe(-1)
})

test('many texts are put into order in slices, and those that come and go later too', async () => {
  const strings = createStrings()
  const texts = Array.from({ length: 20_000 }, (_, index) => `Person ${(index * 7919) % 20_000}`)
  const ids = texts.map((text) => strings.take(text))
  let turns = 0
  const counting = setInterval(() => {
    turns += 1
  }, 0)
  await strings.settle()
  clearInterval(counting)
  expect(turns).toBeGreaterThan(0)
  for (const id of ids.slice(0, 5000)) strings.give(id)
  const more = ['Person 1000a', 'aaa', 'ÄÖ'].map((text) => strings.take(text))
  await strings.settle()
  const left = [...ids.slice(5000), ...more]
  const ranks = strings.ranks()
  const sorted = left.toSorted((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0)).map((id) => strings.at(id) ?? '')
  expect(sorted).toEqual(left.map((id) => strings.at(id) ?? '').sort())
})

test('a text is found by any part of it, without case, beyond ASCII too', () => {
  const strings = createStrings()
  const ids = ['Alice', 'ALICIA', 'Böb', 'ÄRGER', '10.0.0.1'].map((text) => strings.take(text))
  const found = (needle: string) => ids.filter((id) => strings.search(needle)[id] === 1).map((id) => strings.at(id))
  expect(found('lic')).toEqual(['Alice', 'ALICIA'])
  expect(found('ärg')).toEqual(['ÄRGER'])
  expect(found('b')).toEqual(['Böb'])
  expect(found('0.0.1')).toEqual(['10.0.0.1'])
  expect(found('alicee')).toEqual([])
})
