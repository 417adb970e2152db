import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchScore } from './match'

test('the beginning of the label is better than of a word, that than the inside of one, that than letters in their order', () => {
  const scores = ['Audit', 'Export the audit', 'Reaudit', 'A user did it'].map((label) => matchScore(label, 'audit'))
  expect(scores).toEqual([4, 3, 2, 1])
})

test('every word must be found, in whatever order', () => {
  expect(matchScore('Export the audit as CSV', 'csv exp')).not.toBeNull()
  expect(matchScore('Export the audit as CSV', 'csv json')).toBeNull()
})

test('nothing typed names everything, and a label names itself', () => {
  fc.assert(
    fc.property(fc.string(), (label) => {
      expect(matchScore(label, '')).toBe(0)
      expect(matchScore(label, label)).not.toBeNull()
    }),
  )
})
