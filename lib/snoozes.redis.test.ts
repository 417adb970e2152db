import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import { createAudit } from '@/lib/audit'
import type { AuditEntry } from '@/lib/contract/audit'
import type { Connection } from '@/lib/redis/connection'
import { createSnoozes, type Snoozes } from './snoozes'

const actor = {
  admin: { username: 'olga', role: 'operator', idleExpiresAt: 0, absoluteExpiresAt: 0 } as const,
  requestId: 'request',
  ip: '10.0.0.9',
}
const dayMs = 24 * 60 * 60_000
const input = { reason: 'Known, fixed in the next release', forMs: dayMs }
const own = withRedis()
let other: Connection
let clock = 0
let snoozes: Snoozes
const open: Snoozes[] = []

function make(connection: Connection): Snoozes {
  const audit = createAudit({ home: connection, log: silent, chain: `chain-${open.length}` })
  const later = { ...connection, now: () => connection.now() + clock }
  const made = createSnoozes({ home: later, audit, isFinding: (id) => id === 'no-expiry' || id === 'oversized' })
  made.start()
  open.push(made)
  return made
}

beforeAll(async () => {
  other = await connectTo(addressOf(own.server))
})
afterAll(async () => {
  for (const one of open) one.close()
  await other?.close()
})
beforeEach(async () => {
  clock = 0
  snoozes = make(own.connection)
})

async function audited(): Promise<AuditEntry[]> {
  const found = await own.server.client().xrange('rollcall:audit', '-', '+')
  return found.map(([, fields]) => JSON.parse(fields[1] ?? ''))
}

test('a finding is put off with who, why and until when, in the audit too, and wakes by itself', async () => {
  const snooze = await snoozes.set(actor, 'no-expiry', input)
  expect(snooze).toMatchObject({ admin: 'olga', reason: input.reason })
  expect([...(await snoozes.read())]).toEqual([['no-expiry', snooze]])
  await until('it is audited', async () => (await audited()).length === 2)
  expect((await audited())[1]).toMatchObject({ deed: 'finding.snooze', admin: 'olga', outcome: 'done' })
  expect((await audited())[1]?.reason).toContain(input.reason)
  const before = snoozes.version()
  clock = dayMs
  expect([...snoozes.latest()]).toEqual([])
  expect(snoozes.version()).toBeGreaterThan(before)
})

test('it is told again when somebody says so, once', async () => {
  await snoozes.set(actor, 'no-expiry', input)
  await snoozes.wake(actor, 'no-expiry')
  expect((await snoozes.read()).size).toBe(0)
  await expect(snoozes.wake(actor, 'no-expiry')).rejects.toMatchObject({ code: 'not-found' })
})

test('only what is looked for can be put off', async () => {
  await expect(snoozes.set(actor, 'rollcall:secret', input)).rejects.toMatchObject({ code: 'not-found' })
  expect(await own.server.client().exists('rollcall:snoozes')).toBe(0)
})

test('another replica knows at once, and a look costs Redis nothing', async () => {
  const replica = make(other)
  await until('both follow', async () => own.connection.feed() === 'tracking' && other.feed() === 'tracking')
  await replica.read()
  await snoozes.set(actor, 'oversized', input)
  await until('the other knows', async () => (await replica.read()).has('oversized'))
  const calls = async () => /cmdstat_hgetall:calls=(\d+)/.exec(await own.server.client().info('commandstats'))?.[1]
  const before = await calls()
  for (let look = 0; look < 50; look += 1) await replica.read()
  expect(await calls()).toBe(before)
})

test('while the home is away nothing is hidden and nothing is put off', async () => {
  const strange = await connectTo(addressOf(own.server))
  const without = make(strange)
  await strange.close()
  expect((await without.read()).size).toBe(0)
  await expect(without.set(actor, 'no-expiry', input)).rejects.toMatchObject({ code: 'source-unavailable' })
})

test('it is put off until a moment as well, a minute to a year from now, and any other is refused and not audited', async () => {
  const { reason } = input
  const untilAt = own.connection.now() + 3 * dayMs
  expect(await snoozes.set(actor, 'no-expiry', { reason, untilAt })).toMatchObject({ untilAt })
  for (const other of [own.connection.now() - 1, own.connection.now() + 30_000, own.connection.now() + 367 * dayMs]) {
    await expect(snoozes.set(actor, 'no-expiry', { reason, untilAt: other })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/untilAt' }],
    })
  }
  expect((await snoozes.read()).get('no-expiry')?.untilAt).toBe(untilAt)
  await until('it is audited', async () => (await audited()).length === 2)
  clock = 3 * dayMs + 1_000
  expect(snoozes.latest().size).toBe(0)
})
