import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { tamper } from './tampering'

const changes = 1000

test('audits that were changed', { timeout: 600_000 }, (context) => {
  const seed = Date.now() % 2 ** 31
  const { detected, isQuietOtherwise } = tamper(changes, seed)
  expect(isQuietOtherwise).toBe(true)
  tell(context, {
    ...{
      id: 'M-15',
      seed,
      what: 'edits, inserts, deletions, reorders, truncations and forgeries of the audit that were found',
      value: detected,
    },
    ...{ unit: 'times', bound: { of: 'value', least: changes } },
  })
})
