import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { fill } from './support/data'
import { runProgram, startProgram } from './support/program'
import { counted, quantile, tell } from './support/row'
import { type MeasuredServer, startServer } from './support/server'

const turns = 5
const turnSeconds = 2
const busyConnections = 10
const watchSeconds = 8
/** What goes by the clock, above all a PING of each socket every second, may come once more in one stretch than in another. */
const clockShare = 0.1
const admins = 100
const changesPerSecond = 10

const sessions = inject('sessions')
const said = counted.format(sessions)
let redis: RedisServer
let server: MeasuredServer

beforeAll(async () => {
  redis = await startRedis()
  await fill(redis.client(), 0, sessions)
  server = await startServer(redis.url, sessions)
})
afterAll(async () => {
  await server?.stop()
  await redis?.stop()
})

type Asked = { perSecond: number; statuses: Record<string, number>; tookMs: number[] }

const table = '/api/sessions?size=200'
/** What pages ask for while they are open. */
const pages = [table, '/api/overview', '/api/users', '/api/sources', '/api/jobs']
/** A hundred different pages of the table: by twenty-five sorts and orders, each over four filters. */
const views = ['', '&maxSizeBytes=400', '&device=Firefox', '&ip=192.0.7.0/24'].flatMap((filter) =>
  [
    'lastSeenAt',
    'expiresAt',
    'label',
    'sizeBytes',
    'createdAt',
    'principal',
    'ip',
    'device',
    'status',
    'format',
    'source',
    'companionBytes',
    'findings',
  ]
    .flatMap((sort) => ['asc', 'desc'].map((order) => `/api/sessions?sort=${sort}&order=${order}${filter}`))
    .slice(0, admins / 4),
)

const ask = (options: { paths: string[]; admins: number; seconds: number; everyMs?: number; isPoll?: boolean }) =>
  runProgram<Asked>('admins', { port: server.port, cookie: server.admin.cookie, ...options })

test('a poll that finds nothing new, beside an answer that is empty', async (context) => {
  const busy = { admins: busyConnections, seconds: turnSeconds }
  /** Of the server's own processor time: what else the machine does is not in it. */
  const measure = async (path: string) => {
    const before = server.cpuMs()
    const { tookMs, statuses } = await ask({ ...busy, paths: [path] })
    const other = tookMs.length - (statuses['200'] ?? 0) - (statuses['304'] ?? 0)
    if (other > 0) throw new Error(`${path} was answered by ${JSON.stringify(statuses)}`)
    return (tookMs.length * 1000) / (server.cpuMs() - before)
  }
  const polls: number[] = []
  const empty: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    empty.push(await measure('/healthz'))
    polls.push(await measure(table))
  }
  tell(context, {
    what: `polls of the table of ${said} that find nothing new, a second of one processor`,
    value: Math.max(...polls),
    unit: '/s',
    beside: { what: '/healthz, which only says that it lives', value: Math.max(...empty) },
    bound: { of: 'ratio', least: 0.85 },
  })
})

test('what a poll asks of Redis, with one open dashboard and with a hundred', async (context) => {
  const countFor = async (open: number) => {
    const before = await readCommands()
    const startedAt = performance.now()
    await ask({ paths: pages, admins: open, seconds: watchSeconds, everyMs: 1000 })
    const after = await readCommands()
    const calls = [...after].reduce((sum, [name, count]) => sum + count - (before.get(name) ?? 0), 0)
    return (calls * 1000) / (performance.now() - startedAt)
  }
  // What each page asks for at its first sight is no poll.
  await countFor(pages.length)
  const few: number[] = []
  const many: number[] = []
  for (let turn = 0; turn < 2; turn += 1) {
    few.push(await countFor(pages.length))
    many.push(await countFor(admins))
  }
  tell(context, {
    what: `Redis commands a second, ${admins} open pages that poll each second`,
    value: Math.min(...many),
    unit: 'commands',
    beside: { what: `${pages.length} open pages`, value: Math.min(...few) },
    bound: { of: 'ratio', most: 1 + clockShare },
  })
})

async function readCommands(): Promise<Map<string, number>> {
  const stats = await redis.client().info('commandstats')
  const found = stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)
  return new Map(
    [...found]
      .map(([, name = '', calls]): [string, number] => [name, Number(calls)])
      .filter(([name]) => name !== 'info'),
  )
}

test('a hundred admins while sessions change', async (context) => {
  const churn = await startProgram<number>('churn', {
    ...{ port: redis.port, perSecond: changesPerSecond, prefix: 'sess:', digits: 32, from: 0, to: 1000 },
  })
  const watch = async (paths: string[], count: number) => {
    const cpuBefore = server.cpuMs()
    const startedAt = performance.now()
    const { tookMs, statuses } = await ask({ paths, admins: count, seconds: watchSeconds, everyMs: 1000 })
    if (Object.keys(statuses).some((status) => status !== '200' && status !== '304'))
      throw new Error(JSON.stringify(statuses))
    const cores = (server.cpuMs() - cpuBefore) / (performance.now() - startedAt)
    return { cores, p99: quantile(tookMs, 0.99) }
  }
  const alone = await watch([table], 1)
  const same = await watch([table], admins)
  const different = await watch(views, admins)
  await churn.stop()
  const changing = `, ${changesPerSecond} changes a second, ${said}`
  tell(
    context,
    {
      what: `processor for ${admins} admins on one view${changing}`,
      value: same.cores,
      unit: 'cores',
      beside: { what: 'one admin', value: alone.cores },
      bound: { of: 'value', most: 1 },
    },
    {
      what: `p99 of an answer for ${admins} admins on one view`,
      value: same.p99,
      unit: 'ms',
      beside: { what: 'one admin', value: alone.p99 },
      bound: { of: 'value', most: 200 },
    },
    {
      what: `processor for ${admins} admins on ${views.length} views${changing}`,
      value: different.cores,
      unit: 'cores',
      beside: { what: 'on one view', value: same.cores },
      bound: { of: 'value', most: 1 },
    },
    {
      what: `p99 of an answer for ${admins} admins on ${views.length} views`,
      value: different.p99,
      unit: 'ms',
      beside: { what: 'on one view', value: same.p99 },
      bound: { of: 'value', most: 200 },
    },
  )
})
