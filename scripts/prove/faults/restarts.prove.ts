import { expect, test } from 'vitest'
import { counted, tell } from '@/bench/support/row'
import { rollRestarts } from '@/e2e/support/rolling'

const restarts = 50
const perSecond = 200
const none = { of: 'value', most: 0 } as const

test(`${restarts} rolling restarts under ${perSecond} requests a second`, async (context) => {
  const { requests, lost, retried, deeds, wrongDeeds, openDeeds, worstMs } = await rollRestarts(restarts, perSecond)
  const how = `of ${counted.format(requests)} in ${restarts} restarts`
  tell(
    context,
    { what: `requests lost, ${how}`, value: lost.length, unit: 'times', bound: none },
    { what: 'the same: asked again of the other replica', value: retried, unit: 'times' },
    { what: 'the same: slowest', value: worstMs, unit: 'ms', bound: { of: 'value', most: 5000 } },
    { what: `deeds that are not as they were told, of ${deeds}`, value: wrongDeeds.length, unit: 'times', bound: none },
    { what: 'deeds without an end in the audit', value: openDeeds, unit: 'times', bound: none },
  )
  expect([...lost.slice(0, 5), ...wrongDeeds.slice(0, 5)]).toEqual([])
}, 600_000)
