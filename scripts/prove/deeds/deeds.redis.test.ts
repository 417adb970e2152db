import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { cutReplies, mostSettleMs } from './cut-replies'
import { tryExtends } from './extend-cases'
import { tamper } from './tampering'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())

test('a deed whose line is cut is never falsely done nor falsely failed, and the audit gets its true end', async () => {
  const found = await cutReplies(redis, 8)
  expect(found).toMatchObject({ cut: 8, falseDone: 0, falseFailed: 0, settledWrongly: 0 })
  expect(found.unknown).toBeGreaterThan(0)
  expect(found.slowestSettleMs).toBeLessThan(mostSettleMs)
})

test('an extend of any length never creates, deletes, shortens or makes without an end, 500 cases', () =>
  tryExtends(redis, 500, Date.now() % 2 ** 31))

test('whatever is changed in an audit is found, 140 changes of seven kinds', () => {
  expect(tamper(140, Date.now() % 2 ** 31)).toEqual({ detected: 140, isQuietOtherwise: true })
})
