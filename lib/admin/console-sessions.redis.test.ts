import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createConsoleSessions } from './console-sessions'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server?.stop())

test('a session that rests on a change of just now is looked at again before it ends, and one of before the change ends', async () => {
  const home = await connectTo(addressOf(server))
  const proofs = { told: 'before', true: 'before' }
  const of = (proofOf: () => string) =>
    createConsoleSessions({
      ...{ home, idleMs: 60_000, absoluteMs: 60_000, log: silent, proofOf },
      refresh: async () => {
        proofs.told = proofs.true
      },
    })
  const [changed, late] = [of(() => proofs.true), of(() => proofs.told)]
  const before = await late.open('olga')
  proofs.true = 'after'
  const after = await changed.open('olga')
  expect(await late.find(after, { isPoll: true })).toMatchObject({ username: 'olga' })
  expect(await late.find(before, { isPoll: true })).toBeNull()
  expect(await changed.find(after, { isPoll: true })).toMatchObject({ username: 'olga' })
  await home.close()
})
