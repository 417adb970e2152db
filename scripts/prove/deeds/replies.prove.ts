import { test } from 'vitest'
import { tell } from '@/bench/support/row'
import { startRedis } from '@/e2e/support/redis'
import { cutReplies, mostSettleMs } from './cut-replies'

const cuts = 1000
const none = { unit: 'times', bound: { of: 'value', most: 0 } } as const

test('lines cut at the command of a deed', { timeout: 3_600_000 }, async (context) => {
  const redis = await startRedis()
  try {
    const found = await cutReplies(redis, cuts)
    tell(
      context,
      {
        id: 'M-01',
        what: `false "done" of ${found.cut} cut deeds, by turns before and after Redis did them`,
        value: found.falseDone,
        ...none,
      },
      { id: 'M-01', what: 'false "failed" of the same', value: found.falseFailed, ...none },
      { id: 'M-01', what: '"unknown", and settled wrongly by re-reading', value: found.settledWrongly, ...none },
      {
        ...{
          id: 'M-01',
          what: `the slowest of ${found.unknown} "unknown" to be settled`,
          value: found.slowestSettleMs,
        },
        ...{ unit: 'ms', bound: { of: 'value', most: mostSettleMs } },
      },
    )
  } finally {
    await redis.stop()
  }
})
