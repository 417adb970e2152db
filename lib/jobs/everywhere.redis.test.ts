import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { openReplica, type Replica } from '@/e2e/support/rollcall-replica'

let redis: RedisServer
let client: ReturnType<RedisServer['client']>
const open: Replica[] = []

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterEach(async () => {
  for (const replica of open.splice(0)) await replica.close()
  await client.flushall()
})
afterAll(() => redis?.stop())

async function start(): Promise<Replica> {
  const replica = await openReplica(redis)
  open.push(replica)
  return replica
}

const save = (name: string, createdAt: number, userId = 'alice') =>
  client.set(`sess:${name}`, JSON.stringify({ userId, createdAt }), 'PX', 600_000)
const names = async (what: string) => (await client.keys(`sess:${what}-*`)).length

const oldOnes = 100

/** Two hundred a second until told to stop, however busy the machine is: by turns one of ten minutes ago, as long as there are any, and one of now. */
function keepSigningIn(clock: () => number) {
  const made = { new: 0, old: 0 }
  const startedAt = performance.now()
  let isOver = false
  const done = (async () => {
    while (!isOver) {
      const due = (performance.now() - startedAt) / 5
      while (made.new + Math.min(made.new, oldOnes) < due) {
        if (made.old < oldOnes) void save(`old-${made.old++}`, clock() - 600_000)
        void save(`new-${made.new++}`, clock() + 1)
      }
      await sleep(5)
    }
    await client.ping()
  })()
  return {
    made,
    stop: () => {
      isOver = true
      return done
    },
  }
}

test('logged out everywhere: of 200 sign-ins a second none of before lives, at any replica, and all of later do', async () => {
  const [first, second] = [await start(), await start()]
  for (let at = 0; at < 20; at += 1) await save(`old-before-${at}`, first.now() - 1000)
  // Nobody has anything against him.
  await save('other', first.now() - 600_000, 'bob')
  await until('both see them', () => [first, second].every(({ roster }) => roster.count() === 21))
  const job = await first.logOut('alice')
  const signIns = keepSigningIn(first.now)
  await until('the job is over', async () => (await first.jobs.answer(job)).endedAt !== null, 20_000)
  await signIns.stop()
  await until('none of before lives', async () => (await names('old')) === 0, 3000)
  expect(signIns.made.old).toBe(oldOnes)
  expect(await names('new')).toBe(signIns.made.new)

  // The one that did it is gone, and one that comes is told by the home.
  open.splice(open.indexOf(first), 1)
  await first.close()
  await save('old-late', second.now() - 600_000)
  await until('the other ends it', async () => (await names('old')) === 0, 3000)
  const third = await start()
  open.splice(open.indexOf(second), 1)
  await second.close()
  await save('old-later', third.now() - 600_000)
  await until('a new one ends it too', async () => (await names('old')) === 0, 3000)
  expect(await names('new')).toBe(signIns.made.new)
  expect(await client.exists('sess:other')).toBe(1)
  expect(third.entries.filter(({ deed }) => deed === 'guard.end')).toMatchObject([{ admin: null, principal: 'alice' }])
}, 30_000)

test('after an undo what was ended lives again, and nothing of the person stands in the home in clear', async () => {
  const first = await start()
  const second = await start()
  await save('old-1', first.now() - 600_000)
  await until('both see it', () => [first, second].every(({ roster }) => roster.count() === 1))
  const job = await first.logOut('alice')
  await until('the job is over', async () => (await first.jobs.answer(job)).endedAt !== null, 20_000)
  expect(await names('old')).toBe(0)
  const told = await client.xrange('rollcall:tombstones', '-', '+')
  expect(told.length).toBeGreaterThan(0)
  expect(JSON.stringify(told)).not.toContain('alice')
  await first.undo(job)
  await until('it is back', async () => (await names('old')) === 1, 3000)
  // Two beats of each guard, in which the mark would act.
  await sleep(2500)
  expect(await names('old')).toBe(1)
}, 30_000)
