import { expect, test } from 'vitest'
import { absoluteExpiresAtOf, expiresAtOf, isTime } from './lifetime'

const base = { lastSeenAt: 1_000, idleMs: 500, absoluteExpiresAt: null, extendedUntilAt: null }

test('a session ends its idle timeout after it was last seen', () => {
  expect(expiresAtOf(base)).toBe(1_500)
})

test('the absolute end wins over the idle timeout and over an extension', () => {
  expect(expiresAtOf({ ...base, absoluteExpiresAt: 1_200 })).toBe(1_200)
  expect(expiresAtOf({ ...base, absoluteExpiresAt: 1_800, extendedUntilAt: 9_000 })).toBe(1_800)
})

test('an extension lengthens and never shortens', () => {
  expect(expiresAtOf({ ...base, extendedUntilAt: 9_000 })).toBe(9_000)
  expect(expiresAtOf({ ...base, extendedUntilAt: 1_100 })).toBe(1_500)
})

test('the absolute end counts from creation, and null means none', () => {
  expect(absoluteExpiresAtOf(1_000, 50)).toBe(1_050)
  expect(absoluteExpiresAtOf(1_000, null)).toBeNull()
})

test('only whole milliseconds that a date can hold are times', () => {
  for (const value of [0, 1, 8.64e15]) expect(isTime(value)).toBe(true)
  for (const value of [-1, 1.5, 8.64e15 + 1, 1e300, Number.NaN, '1', null, undefined]) expect(isTime(value)).toBe(false)
})
