import { expect, test } from 'vitest'
import { sayAge, sayBothTimes, sayBytes, sayLeft, sayMany } from './words'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

test('what is left counts down in the units that matter', () => {
  const said = [-5, 0, 999, 45_000, 28 * minute + 4_000, 3 * hour + 12 * minute, 6 * day + 23 * hour].map(sayLeft)
  expect(said).toEqual(['0 s', '0 s', '0 s', '45 s', '28 min 04 s', '3 h 12 min', '6 d'])
})

test('an age has two units at most', () => {
  const said = [12_000, 12 * minute, 3 * hour, 3 * hour + 12 * minute, 2 * day + 4 * hour + 30 * minute].map(sayAge)
  expect(said).toEqual(['12 s', '12 min', '3 h', '3 h 12 min', '2 d 4 h'])
})

test('a size has one decimal from a kilobyte on', () => {
  expect([0, 312, 1024, 4300, 1_363_149].map(sayBytes)).toEqual(['0 B', '312 B', '1.0 KB', '4.2 KB', '1.3 MB'])
})

test('one is singular and thousands are separated', () => {
  expect([sayMany(1, 'session'), sayMany(4210, 'session'), sayMany(0, 'session')]).toEqual([
    '1 session',
    '4,210 sessions',
    '0 sessions',
  ])
})

test('a time that no calendar holds is said and does not throw', () => {
  expect(sayBothTimes(Number.MAX_SAFE_INTEGER)).toBe('beyond any calendar')
  expect(sayBothTimes(Date.UTC(2026, 10, 24, 14, 3, 22))).toContain('2026-11-24 14:03:22 UTC')
})
