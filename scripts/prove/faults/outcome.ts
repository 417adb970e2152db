import { expect, type TestContext } from 'vitest'
import { tell } from '@/bench/support/row'
import type { Outcome } from '@/e2e/support/faults/trial'

/** Puts it into the table of this run, with all that was seen of it, and fails where the fault was not survived. */
export function tellOutcome(context: TestContext, outcome: Outcome): void {
  const isSurvived = outcome.against.length === 0
  tell(context, {
    ...outcome,
    ...{ what: `${outcome.id} ${outcome.name}: survived`, value: isSurvived ? 1 : 0, unit: 'times' },
    bound: { of: 'value', least: 1 },
  })
  expect(outcome.against.join('; ')).toBe('')
}
