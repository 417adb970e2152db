import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { fill } from './support/data'
import { type Program, startProgram } from './support/program'
import { counted, quantile, tell } from './support/row'
import { type MeasuredServer, startServer } from './support/server'

const perSecond = 5000
const samples = 100
const lookEveryMs = 5
const giveUpMs = 20_000
const boundMs = 250

const sessions = inject('sessions')
let redis: RedisServer
let server: MeasuredServer
let churn: Program<number>

beforeAll(async () => {
  redis = await startRedis()
  await fill(redis.client(), 0, sessions)
  server = await startServer(redis.url, sessions)
  const { port } = redis
  churn = await startProgram('churn', { port, perSecond, prefix: 'sess:', digits: 32, from: 0, to: sessions })
})
afterAll(async () => {
  await churn?.stop()
  await server?.stop()
  await redis?.stop()
})

test('how soon the API tells of a new session while others change', async (context) => {
  const startedAt = performance.now()
  const writtenBefore = await churn.ask()
  const seenAfterMs: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    seenAfterMs.push(await watch(`fresh-${sample}`))
    await sleep((sample * 37) % 100)
  }
  const written = ((await churn.ask()) - writtenBefore) / ((performance.now() - startedAt) / 1000)
  const circumstances = `, ${counted.format(sessions)} live, ${counted.format(Math.round(written))} changes a second`
  tell(
    context,
    { what: `from SET to the API, half of them${circumstances}`, value: quantile(seenAfterMs, 0.5), unit: 'ms' },
    {
      what: `from SET to the API, p99${circumstances}`,
      value: quantile(seenAfterMs, 0.99),
      unit: 'ms',
      bound: { of: 'value', most: boundMs },
    },
  )
})

/** From just before a session is written until an answer has it. */
async function watch(person: string): Promise<number> {
  const path = `/api/sessions?principal=${person}`
  const writtenAt = performance.now()
  await redis.client().set(`sess:${person}`, JSON.stringify({ cookie: {}, userId: person }), 'PX', 600_000)
  while (performance.now() - writtenAt < giveUpMs) {
    const answer = await server.admin.call('GET', path, undefined, { 'X-Poll': '1' })
    if ((await answer.json()).total === 1) return performance.now() - writtenAt
    await sleep(lookEveryMs)
  }
  throw new Error(`a session was not seen within ${giveUpMs} ms`)
}
