import { test } from 'vitest'
import { tell } from '@/bench/support/row'
import { startRedis } from '@/e2e/support/redis'
import { tryExtends } from './extend-cases'

const cases = 10_000

test('any extend on a real Redis', { timeout: 3_600_000 }, async (context) => {
  const redis = await startRedis()
  const seed = Date.now() % 2 ** 31
  try {
    await tryExtends(redis, cases, seed)
    tell(context, {
      ...{
        id: 'M-07',
        seed,
        what: 'extends that created, deleted, shortened or took an end away: none of so many',
        value: cases,
      },
      ...{ unit: 'times', bound: { of: 'value', least: cases } },
    })
  } finally {
    await redis.stop()
  }
})
