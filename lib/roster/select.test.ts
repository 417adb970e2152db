import fc from 'fast-check'
import { expect, test } from 'vitest'
import { few, selectRange } from './select'

/** Enough for a sample to be taken, and small enough to sort. */
const count = 40_000

const spreads: Record<string, (random: number, index: number) => number> = {
  'all different': (random) => random * 1e12,
  'few values': (random) => Math.floor(random * 4),
  'all equal': () => 7,
  'half without a value': (random) => (random < 0.5 ? Number.NaN : random),
  'nearly all without a value': (random) => (random < 0.999 ? Number.NaN : random),
  'one far away': (random, index) => (index === 99 ? 1e15 : random),
  'two heaps': (random) => (random < 0.5 ? 0 : 1e9) + Math.floor(random * 10),
  'in order': (_, index) => index,
  'negative too': (random) => random - 0.5,
}

for (const [name, spread] of Object.entries(spreads)) {
  test(`gives what sorting all of them gives: ${name}`, () => {
    let seed = 12_345
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed / 2 ** 32
    }
    const all = Float64Array.from({ length: count }, (_, index) => spread(random(), index))
    const items = Uint32Array.from({ length: count }, (_, index) => index)
    const fill = (values: Float64Array, of: Uint32Array) => {
      for (let at = 0; at < of.length; at += 1) values[at] = all[of[at] ?? 0] ?? Number.NaN
    }
    for (const order of ['asc', 'desc'] as const) {
      const sign = order === 'asc' ? 1 : -1
      const isNone = (item: number) => Number.isNaN(all[item] ?? 0)
      const sorted = [...items].sort((a, b) => {
        if (isNone(a) || isNone(b)) return Number(isNone(a)) - Number(isNone(b)) || a - b
        return sign * ((all[a] ?? 0) - (all[b] ?? 0)) || a - b
      })
      fc.assert(
        fc.property(fc.nat(count), fc.nat(600), (from, length) => {
          const to = Math.min(count, from + length)
          expect(selectRange(items, from, to, fill, order)).toEqual(sorted.slice(from, to))
          if (name !== 'few values') return
          expect(selectRange(items, from, to, few(fill.bind(null)), order)).toEqual(sorted.slice(from, to))
        }),
        {
          numRuns: 40,
          examples: [
            [0, 50],
            [count - 50, 50],
            [0, 600],
          ],
        },
      )
    }
  })
}
