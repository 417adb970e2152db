import { afterAll, beforeEach, expect, test } from 'vitest'
import { silent } from '@/e2e/support/connection'
import { until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import { createHistory, type History } from './history'

const minuteMs = 60_000
const own = withRedis()
let clock = 0
const open: History[] = []

afterAll(async () => {
  for (const history of open) history.close()
})
beforeEach(async () => {
  for (const history of open.splice(0)) history.close()
  clock = Math.floor(own.connection.now() / minuteMs) * minuteMs + 59_000
})

/** A history on a clock that the test moves. */
function begin(total: number | null): History {
  const flow = { arrived: 2, expired: 1, ended: 0, revoked: 0, cameBack: 0 }
  const look = () => (total === null ? null : { total, ...flow })
  const history = createHistory({ home: { ...own.connection, now: () => clock }, log: silent, look })
  history.start()
  open.push(history)
  return history
}

const written = () => own.server.client().xlen('rollcall:history')

async function pass(minutes = 1, count = 1) {
  clock += minutes * minuteMs
  await until('the minute is written', async () => (await written()) === count)
}

test('a minute that is over is one point, whoever writes it first, and it is there after a restart', async () => {
  const first = begin(7)
  const second = begin(7)
  await until('both have begun', () => first.version() === 1 && second.version() === 1)
  await pass()
  await until('both know the minute', () => first.version() === 2 && second.version() === 2)
  expect(await written()).toBe(1)
  for (const history of open.splice(0)) history.close()
  const later = begin(null)
  await until('it was read back', () => later.version() === 1)
  const points = later.read('1h', clock).points
  expect(points).toHaveLength(60)
  expect(points.at(-2)).toMatchObject({ total: 7, arrived: 2, expired: 1 })
})

test('a minute in which nobody could look is a gap and no nought', async () => {
  const blind = begin(null)
  await until('it has begun', () => blind.version() === 1)
  const seeing = begin(3)
  await until('it has begun', () => seeing.version() === 1)
  await pass()
  expect(blind.read('1h', clock).points.map(({ total }) => total)).toEqual(Array(60).fill(null))
  const points = seeing.read('1h', clock).points
  expect(points.slice(-3).map(({ total }) => total)).toEqual([null, 3, 3])
})

test('a step of a longer range has the last count and the sum of what came and went', async () => {
  clock = Math.floor(clock / (10 * minuteMs)) * 10 * minuteMs + 59_000
  const history = begin(5)
  await until('it has begun', () => history.version() === 1)
  await pass(1, 1)
  await pass(1, 2)
  const { points, stepMs } = history.read('24h', clock)
  expect([points.length, stepMs]).toEqual([144, 10 * minuteMs])
  expect(points.at(-1)).toMatchObject({ total: 5, arrived: 6, expired: 3 })
})
