import { isUtf8 } from 'node:buffer'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTextCutter } from './cut-text'

test('a text that is cut out is what Buffer makes of the same bytes, and none where they are no UTF-8, 10,000 cases', () => {
  const utf8 = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => Buffer.from(text))
  const bytes = fc.oneof(
    utf8,
    fc.constant(Buffer.from('a sign for what is no text: \ufffd')),
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  )
  fc.assert(
    fc.property(bytes, fc.nat(), fc.nat(), (all, from, to) => {
      const start = from % (all.length + 1)
      const end = start + (to % (all.length - start + 1))
      const part = all.subarray(start, end)
      expect(createTextCutter(all)(start, end)).toBe(isUtf8(part) ? part.toString('utf8') : null)
    }),
    { numRuns: 10_000 },
  )
})

test('a text that is kept keeps nothing else of the bytes in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const measure = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = measure()
  const kept = Array.from({ length: 300 }, (_, index) => {
    const cut = createTextCutter(Buffer.alloc(60_000, `${index},`))
    return [cut(0, 1), cut(0, 12), cut(0, 13), cut(0, 100)]
  })
  expect(measure() - before).toBeLessThan(2_000_000)
  expect(kept.flat()).not.toContain(null)
})
