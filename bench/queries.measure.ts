import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { fill, visit } from './support/data'
import { counted, quantile, type Row, tell } from './support/row'
import { longestWaitMs, type MeasuredServer, readLongWaits, startServer } from './support/server'

/** Asked so often, each at another version of the roster; the first ones are for the compiler and do not count. */
const warmRounds = 4
const rounds = 9
/** Longer than the roster lets changes come together. */
const nextVersionMs = 150
const pageBoundMs = 15
const anyBoundMs = 25

const kinds: Record<string, { path(sessions: number): string; mostMs: number }> = {
  'page 1 by last seen': { path: () => '/api/sessions?sort=lastSeenAt', mostMs: pageBoundMs },
  'page 1 by end': { path: () => '/api/sessions?sort=expiresAt&order=asc', mostMs: pageBoundMs },
  'page 1 by name': { path: () => '/api/sessions?sort=label&order=asc', mostMs: pageBoundMs },
  'page 1 by size': { path: () => '/api/sessions?sort=sizeBytes', mostMs: pageBoundMs },
  'page 1 by address': { path: () => '/api/sessions?sort=ip', mostMs: pageBoundMs },
  'the middle page by end': {
    path: (sessions) => `/api/sessions?sort=expiresAt&page=${Math.ceil(sessions / 100)}`,
    mostMs: anyBoundMs,
  },
  'one person': { path: () => '/api/sessions?principal=p77', mostMs: anyBoundMs },
  'text in name, id, address or device': { path: () => '/api/sessions?q=person%2077', mostMs: anyBoundMs },
  'a range of addresses, by size': { path: () => '/api/sessions?ip=192.0.7.0/24&sort=sizeBytes', mostMs: anyBoundMs },
  'ends within an hour': { path: () => '/api/sessions?maxTtlMs=3600000', mostMs: anyBoundMs },
  'people, page 1': { path: () => '/api/users?sort=sessions', mostMs: anyBoundMs },
  overview: { path: () => '/api/overview', mostMs: anyBoundMs },
}

const most = inject('sessions')
const sizes = [10_000, 100_000, 1_000_000].filter((size) => size < most).concat(most)
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())

test('what each kind of query costs on the processor, and how that grows', async (context) => {
  const cost = new Map<string, number[]>()
  const long: number[] = []
  let filled = 0
  for (const size of sizes) {
    await fill(redis.client(), filled, size)
    filled = size
    const server = await startServer(redis.url, size)
    const waitsBefore = await readLongWaits(server)
    for (const [kind, { path }] of Object.entries(kinds)) {
      cost.set(kind, [...(cost.get(kind) ?? []), await measure(server, path(size))])
    }
    long.push((await readLongWaits(server)) - waitsBefore)
    await server.stop()
  }
  const rows = Object.entries(kinds).flatMap(([kind, { mostMs }]): Row[] => {
    const [first = Number.NaN, ...others] = cost.get(kind) ?? []
    const last = others.at(-1) ?? first
    const steps = sizes.slice(1, -1).map((size, at) => `, at ${counted.format(size)}: ${others[at]?.toFixed(1)} ms`)
    const beside = { what: `at ${counted.format(sizes[0] ?? 0)}${steps.join('')}`, value: first }
    return [
      {
        what: `${kind} of ${counted.format(most)}`,
        value: last,
        unit: 'ms',
        beside,
        bound: { of: 'value', most: mostMs },
      },
    ]
  })
  tell(context, ...rows, {
    what: `seconds in which something waited over ${longestWaitMs} ms for the process, during these`,
    value: Math.max(...long),
    unit: 'times',
    bound: { of: 'value', most: 0 },
  })
})

/** Processor time of the server's one thread for one answer, the median of some, each after a change of one session. */
async function measure({ admin, mainCpuMs }: MeasuredServer, path: string): Promise<number> {
  const costs: number[] = []
  for (let round = 0; round < warmRounds + rounds; round += 1) {
    await visit(redis.client(), round)
    await sleep(nextVersionMs)
    const before = mainCpuMs()
    const answer = await admin.call('GET', path)
    await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    if (round >= warmRounds) costs.push(mainCpuMs() - before)
  }
  return quantile(costs, 0.5)
}
