import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createCaller } from './support/caller'
import { fill } from './support/data'
import { type Program, startProgram } from './support/program'
import { counted, quantile, tell } from './support/row'
import { type MeasuredServer, startServer } from './support/server'

const perSecond = 5000
/** A server that just began is still compiling: what it answers first does not count. */
const warm = 300
const counting = 400
const all = warm + counting
const boundMs = 10
const pageSize = 500

const sessions = inject('sessions')
let redis: RedisServer
let server: MeasuredServer
let churn: Program<number>

beforeAll(async () => {
  redis = await startRedis()
  await fill(redis.client(), 0, sessions)
  for (let index = 0; index < all * 2; index += 1) {
    const value = { cookie: { originalMaxAge: 3_600_000 }, userId: `deed-${index}`, cart: 'x'.repeat(220) }
    await redis.client().set(`sess:deed-${index}`, JSON.stringify(value), 'PX', 3_600_000)
  }
  server = await startServer(redis.url, sessions + all * 2)
  const { port } = redis
  churn = await startProgram('churn', { port, perSecond, prefix: 'sess:', digits: 32, from: 0, to: sessions })
})
afterAll(async () => {
  await churn?.stop()
  await server?.stop()
  await redis?.stop()
})

test('how soon one deed is answered while sessions change', async (context) => {
  const call = createCaller(server.rollcall.origin, server.admin.cookie)
  const handles: string[] = []
  for (let page = 1; handles.length < all * 2; page += 1) {
    const { text } = await call('GET', `/api/sessions?who=deed-&sort=principal&size=${pageSize}&page=${page}`)
    handles.push(...JSON.parse(text).rows.map(({ handle }: { handle: string }) => handle))
  }
  const time = async (...asked: Parameters<typeof call>) => {
    const { status, text, tookMs } = await call(...asked)
    const { outcome = 'done' } = JSON.parse(text)
    if (status !== 200 || outcome !== 'done') throw new Error(`${asked[0]} was answered by ${status}, ${outcome}`)
    return tookMs
  }
  const revokes: number[] = []
  const extensions: number[] = []
  const bare: number[] = []
  for (let at = 0; at < all; at += 1) {
    const path = (index: number) => `/api/sessions/${handles[index]}`
    const tookMs = [
      await time('DELETE', path(at)),
      await time('POST', `${path(all + at)}/extension`, { byMs: 60_000 }),
      await time('GET', '/healthz'),
    ] as const
    if (at < warm) continue
    for (const [index, list] of [revokes, extensions, bare].entries()) list.push(tookMs[index] ?? Number.NaN)
  }
  const beside = { what: '/healthz meanwhile, p99', value: quantile(bare, 0.99) }
  const circumstances = `, ${counted.format(sessions)} live, ${counted.format(perSecond)} changes a second`
  for (const [name, tookMs] of Object.entries({ revoke: revokes, extend: extensions })) {
    tell(
      context,
      {
        what: `${name}, half of them${circumstances}`,
        value: quantile(tookMs, 0.5),
        unit: 'ms',
        beside: { what: '/healthz meanwhile', value: quantile(bare, 0.5) },
      },
      {
        what: `${name}, p99${circumstances}`,
        value: quantile(tookMs, 0.99),
        unit: 'ms',
        beside,
        bound: { of: 'value', most: boundMs },
      },
    )
  }
})
