import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { fill } from './support/data'
import { runProgram, startProgram } from './support/program'
import { counted, quantile, tell } from './support/row'
import { beginServer, type MeasuredServer, startServer, waitForScan } from './support/server'

/** The fastest of so many, taken in turns: whatever else the machine does can only slow one down. */
const turns = 2
/** For how long the other client is watched, before and during a load. */
const watchMs = 8000
const probed = { share: 0.99, mostExtraMs: 1 }

const sessions = inject('sessions')
const said = counted.format(sessions)
let redis: RedisServer
let empty: RedisServer

beforeAll(async () => {
  ;[redis, empty] = await Promise.all([startRedis(), startRedis()])
  await fill(redis.client(), 0, sessions)
})
afterAll(async () => {
  await Promise.all([redis?.stop(), empty?.stop()])
})

const bareSeconds = async (name: string) => {
  const { seconds, seen } = await runProgram<{ seconds: number; seen: number }>(name, {
    port: redis.port,
    prefix: 'sess:',
  })
  if (seen !== sessions) throw new Error(`${name} saw ${seen} keys`)
  return seconds
}

async function loadSeconds(): Promise<number> {
  const server = await beginServer(redis.url)
  const seconds = await waitForScan(server)
  await server.stop()
  return seconds
}

test('a cold load, and what it is measured against', async (context) => {
  const bare: number[] = []
  const loads: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    bare.push(await bareSeconds('bare-load'))
    loads.push(await loadSeconds())
  }
  const counting = await bareSeconds('count-keys')
  const limit = { what: 'bare loop, nothing decoded', value: Math.min(...bare) }
  tell(
    context,
    {
      what: `load ${said}`,
      value: Math.min(...loads),
      unit: 's',
      beside: limit,
      bound: { of: 'ratio', most: 1.3 },
    },
    {
      what: `load ${said}, against counting the keys`,
      value: Math.min(...loads),
      unit: 's',
      beside: { what: 'SCAN COUNT 100 in turn, as redis-commander', value: counting },
    },
  )
})

test('memory for each session', async (context) => {
  const measure = async (url: string, count: number) => {
    const server = await startServer(url, count)
    for (let poll = 0; poll < 10; poll += 1) await (await server.admin.call('GET', '/api/sessions')).text()
    const bytes = await server.readMemory()
    await server.stop()
    return bytes
  }
  const emptyBytes = await measure(empty.url, 0)
  const fullBytes = await measure(redis.url, sessions)
  tell(context, {
    what: `memory a session, ${said} over an empty server`,
    value: (fullBytes - emptyBytes) / sessions,
    unit: 'bytes',
    bound: { of: 'value', most: 300 },
  })
})

test('what another client waits longer while Rollcall loads', async (context) => {
  const probe = await startProgram<number[]>('probe', { port: redis.port })
  await sleep(watchMs)
  const quiet = quantile(await probe.ask(), probed.share)
  let server: MeasuredServer | null = null
  try {
    server = await beginServer(redis.url)
    await probe.ask()
    await Promise.race([sleep(watchMs), waitForScan(server)])
    const during = quantile(await probe.ask(), probed.share)
    tell(context, {
      what: 'extra p99 of another client while it loads',
      value: Math.max(0, during - quiet),
      unit: 'ms',
      beside: { what: 'its p99 alone', value: quiet },
      bound: { of: 'value', most: probed.mostExtraMs },
    })
  } finally {
    await server?.stop()
    await probe.stop()
  }
})
