import { RedisStore } from 'connect-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createStore, fromNodeRedis, type StoreClient } from '@/lib/store'
import { type Row, tell } from './support/row'

const inFlight = 64
const sessions = 5000
/** Cycles in one short go; the goes of all are taken in turns and the fastest of each counts. */
const cycles = 3000
const turns = 30
const idleMs = 1_800_000
const data = { name: 'Person 77', cart: 'x'.repeat(200) }
const peerCycle = 'connect-redis 9 on node-redis, get and touch'
const bareSet = 'bare SET EX on ioredis'
const bareNodeSet = 'bare SET EX on node-redis'
const express = { cookie: { originalMaxAge: idleMs }, ...data }

let redis: RedisServer
let nodeRedis: ReturnType<typeof createClient>
const clients: Redis[] = []

beforeAll(async () => {
  redis = await startRedis()
  nodeRedis = createClient({ url: redis.url })
  await nodeRedis.connect()
})
afterAll(async () => {
  nodeRedis?.destroy()
  for (const client of clients) client.disconnect()
  await redis?.stop()
})

function connect(enableAutoPipelining: boolean): Redis {
  const client = new Redis(redis.url, { enableAutoPipelining, disableClientInfo: true })
  clients.push(client)
  return client
}

/** `inFlight` at once, each beginning the next as soon as its last has ended; how many a second. */
async function measure(work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const startedAt = performance.now()
  const run = async () => {
    while (next < cycles) {
      const index = next
      next += 1
      await work(index % sessions)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, run))
  return (cycles * 1000) / (performance.now() - startedAt)
}

test('the store library against connect-redis and bare commands', async (context) => {
  const peer = new RedisStore({ client: nodeRedis, prefix: 'peer:' })
  const bare = connect(false)
  const clients: Record<string, StoreClient> = {
    'on ioredis': bare,
    'on ioredis with auto-pipelining': connect(true),
    'on node-redis': fromNodeRedis(nodeRedis),
  }
  const text = JSON.stringify(express)
  for (let index = 0; index < sessions; index += 1) await peer.set(`s${index}`, express)
  const works: Record<string, (index: number) => Promise<unknown>> = {
    [peerCycle]: async (index) => {
      await peer.get(`s${index}`)
      await peer.touch(`s${index}`, express)
    },
    [bareSet]: (index) => bare.set(`bare:${index}`, text, 'EX', idleMs / 1000),
    [bareNodeSet]: (index) =>
      nodeRedis.set(`bare:${index}`, text, { expiration: { type: 'EX', value: idleMs / 1000 } }),
  }
  const rows: [what: string, against: string, least: number | null][] = []
  for (const [on, client] of Object.entries(clients)) {
    const store = createStore<typeof data>(client, { idleMs })
    const made = await Promise.all(Array.from({ length: sessions }, () => store.create(data)))
    const at = (index: number): (typeof made)[number] => {
      const session = made[index]
      if (session === undefined) throw new Error(`there is no session ${index}`)
      return session
    }
    works[`read and slide, ${on}`] = (index) => store.get(at(index).id)
    works[`create, ${on}`] = () => store.create(data)
    works[`save, ${on}`] = (index) => store.save(at(index), data)
    rows.push([`read and slide, ${on}`, peerCycle, 1.8], [`create, ${on}`, bareSet, 1], [`save, ${on}`, bareSet, 1])
    if (on.endsWith('node-redis')) {
      rows.push([`create, ${on}`, bareNodeSet, null], [`save, ${on}`, bareNodeSet, null])
    }
  }
  const fastest = new Map<string, number>()
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [name, work] of Object.entries(works)) {
      fastest.set(name, Math.max(fastest.get(name) ?? 0, await measure(work)))
    }
  }
  tell(
    context,
    ...rows.map(
      ([name, against, least]): Row => ({
        ...{ what: `store: ${name}, ${inFlight} in flight`, value: fastest.get(name) ?? 0, unit: '/s' },
        beside: { what: against, value: fastest.get(against) ?? 0 },
        ...(least === null ? {} : { bound: { of: 'ratio', least } }),
      }),
    ),
  )
})
