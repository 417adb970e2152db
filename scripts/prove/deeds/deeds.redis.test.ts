import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { readLink, verify } from '@/lib/audit-chain.mjs'
import { cutReplies, mostSettleMs } from './cut-replies'
import { tryExtends } from './extend-cases'
import { tamper } from './tampering'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())

test('a deed whose line is cut is never falsely done nor falsely failed, and the audit gets its true end', async () => {
  const found = await cutReplies(redis, 4)
  expect(found).toMatchObject({ cut: 4, falseDone: 0, falseFailed: 0, settledWrongly: 0 })
  expect(found.unknown).toBeGreaterThan(0)
  expect(found.slowestSettleMs).toBeLessThan(mostSettleMs)
})

test('an extend of any length never creates, deletes, shortens or makes without an end, 500 cases', () =>
  tryExtends(redis, 500, Date.now() % 2 ** 31))

test('whatever is changed in an audit is found, 140 changes of seven kinds', () => {
  expect(tamper(140, Date.now() % 2 ** 31)).toEqual({ detected: 140, isQuietOtherwise: true })
})

test('the control: "unknown" told as done is falsely done, and told as failed is falsely failed', async () => {
  const told = (count: number, instead: 'done' | 'failed') =>
    cutReplies(redis, count, (outcome) => (outcome === 'unknown' ? instead : outcome))
  // The first loses the request, the third the reply.
  expect((await told(1, 'done')).falseDone).toBeGreaterThan(0)
  expect((await told(3, 'failed')).falseFailed).toBeGreaterThan(0)
})

test('the control: an end that is set without GT shortens, and that is found', async () => {
  const client = redis.client()
  const withoutGt = async (key: Buffer, at: number) =>
    (await client.pexpireat(key, Math.trunc(at))) === 1 ? 'done' : 'gone'
  await expect(tryExtends(redis, 200, 1, withoutGt)).rejects.toThrow('Property failed')
})

test('the control: edits of what is in no chain are not found', () => {
  const links = ['{"deed":"session.revoke"}', '{"deed":"mallory"}'].map((text, at) =>
    readLink(`${at + 1}-0`, ['entry', text]),
  )
  expect(verify(links, '2-0').faults).toEqual([])
})
