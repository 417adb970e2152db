import { expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { startRedis } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import { type AuditEntry, AuditPage, AuditQuery } from '@/lib/contract/audit'
import { createAudit } from './audit'
import { auditStream } from './audit-chain.mjs'
import { createAuditHistory, joinEntries } from './audit-history'

const own = withRedis()

const plain: Omit<AuditEntry, 'id' | 'at'> = {
  phase: 'outcome',
  deed: 'session.revoke',
  admin: 'olga',
  handle: 'h',
  principal: '42',
  outcome: 'done',
  reason: null,
  requestId: 'r',
  ip: null,
}
const ask = (query: object = {}) =>
  createAuditHistory({ home: own.connection, bootId: 'boot' }).read(AuditQuery.parse(query))

test('intent and outcome of one request are one row; an intent alone has no outcome', async () => {
  const audit = createAudit({ home: own.connection, log: silent, chain: 'one' })
  await audit.write({ ...plain, phase: 'intent', outcome: null })
  await audit.write({ ...plain, outcome: 'unknown', reason: 'no answer in time' })
  await audit.write(plain)
  await audit.write({ ...plain, phase: 'intent', outcome: null, requestId: 'other' })
  const { rows, ...page } = AuditPage.parse(await ask())
  expect(page).toMatchObject({ total: 2, lookedAt: 4, isComplete: true, unreadable: 0, admins: ['olga'] })
  const ends = rows.map(({ requestId, outcome, reason }) => ({ requestId, outcome, reason }))
  expect(ends).toContainEqual({ requestId: 'r', outcome: 'done', reason: null })
  expect(ends).toContainEqual({ requestId: 'other', outcome: null, reason: null })
})

test('one request on two handles is two rows, each at the time of its intent', () => {
  const at = (time: number, more: Partial<AuditEntry>): AuditEntry => ({ ...plain, id: `${time}`, at: time, ...more })
  const rows = joinEntries([
    at(4, { handle: 'b', outcome: 'refused' }),
    at(3, { handle: 'a' }),
    at(2, { handle: 'b', phase: 'intent', outcome: null }),
    at(1, { handle: 'a', phase: 'intent', outcome: null }),
  ])
  expect(rows.map(({ handle, at: time, outcome }) => [handle, time, outcome])).toEqual([
    ['b', 2, 'refused'],
    ['a', 1, 'done'],
  ])
})

test('deed, admin, handle and since restrict; page and size cut', async () => {
  const audit = createAudit({ home: own.connection, log: silent, chain: 'one' })
  const deeds = ['session.revoke', 'session.extend', 'admin.sign-in'] as const
  for (let index = 0; index < 30; index++) {
    const deed = deeds[index % 3] ?? 'session.revoke'
    await audit.write({
      ...plain,
      deed,
      admin: index < 15 ? 'olga' : 'admin',
      handle: `h${index}`,
      requestId: `r${index}`,
    })
  }
  expect((await ask({ deed: 'session.extend,admin.sign-in' })).total).toBe(20)
  expect((await ask({ admin: 'olga' })).total).toBe(15)
  expect((await ask({ handle: 'h7' })).rows.map(({ requestId }) => requestId)).toEqual(['r7'])
  expect((await ask({ since: own.connection.now() + 1000 })).total).toBe(0)
  const second = await ask({ page: 2, size: 20 })
  expect(second.rows).toHaveLength(10)
  expect(second.rows.at(-1)?.requestId).toBe('r0')
})

test('never more than 10,000 entries are looked at, and the answer says that there are more', async () => {
  const pipeline = own.server.client().pipeline()
  for (let index = 0; index < 10_500; index++) {
    pipeline.xadd(
      auditStream,
      '*',
      'entry',
      JSON.stringify({ ...plain, id: `${index}`, at: index, requestId: `${index}` }),
    )
  }
  await pipeline.exec()
  const page = await ask({ size: 1 })
  expect(page).toMatchObject({ total: 10_000, lookedAt: 10_000, isComplete: false })
  expect(page.rows[0]?.requestId).toBe('10499')
})

test('an entry that is not as Rollcall writes it is counted, not hidden', async () => {
  await createAudit({ home: own.connection, log: silent, chain: 'one' }).write(plain)
  await own.server.client().xadd(auditStream, '*', 'entry', 'nonsense')
  expect(await ask()).toMatchObject({ total: 1, lookedAt: 2, unreadable: 1 })
})

test('the ETag holds until something is written, by whichever replica', async () => {
  const history = createAuditHistory({ home: own.connection, bootId: 'boot' })
  const query = AuditQuery.parse({})
  const before = await history.etag(query, 'operator')
  expect(await history.etag(query, 'operator')).toBe(before)
  expect(await history.etag(AuditQuery.parse({ page: 2 }), 'operator')).not.toBe(before)
  await createAudit({ home: own.connection, log: silent, chain: 'elsewhere' }).write(plain)
  expect(await history.etag(query, 'operator')).not.toBe(before)
})

test('where the home does not answer it is said, not shown as nothing', async () => {
  const own = await startRedis()
  const lost = await connectTo(addressOf(own))
  await own.kill()
  await expect(createAuditHistory({ home: lost, bootId: 'boot' }).read(AuditQuery.parse({}))).rejects.toMatchObject({
    code: 'source-unavailable',
  })
  await lost.close()
  await own.stop()
})
