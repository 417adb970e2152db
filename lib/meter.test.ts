import { expect, test } from 'vitest'
import { createMeter } from './meter'

test('a duration counts in its own bucket and in every larger one', () => {
  const meter = createMeter([1, 10, 100])
  for (const tookMs of [0.5, 1, 5, 1000]) meter.note(['a'], tookMs)
  const [set] = meter.read()
  expect(set).toMatchObject({ names: ['a'], count: 4, sumMs: 1006.5 })
  expect(set?.buckets.map(({ count }) => count)).toEqual([2, 3, 3])
})

test('names from an open list cannot grow it without end', () => {
  const meter = createMeter()
  for (let index = 0; index < 10_000; index += 1) meter.note([`name ${index}`, 'x'])
  const sets = meter.read()
  expect(sets.length).toBeLessThan(510)
  expect(sets.reduce((sum, { count }) => sum + count, 0)).toBe(10_000)
  expect(sets.find(({ names }) => names[0] === 'other')?.count).toBeGreaterThan(9000)
})
