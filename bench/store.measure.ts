import { RedisStore } from 'connect-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createStore } from '@/lib/store'
import { quantile, type Row, tell } from './support/row'

const inFlight = 64
const sessions = 5000
/** Cycles in one go; the goes of all are taken in turns and the fastest of each counts. */
const cycles = 20_000
const turns = 4
const idleMs = 1_800_000
const data = { name: 'Person 77', cart: 'x'.repeat(200) }
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
  const plain = connect(false)
  const piped = connect(true)
  const store = createStore<typeof data>(plain, { idleMs })
  const pipedStore = createStore<typeof data>(piped, { idleMs, prefix: 'piped:' })
  const made = await Promise.all(Array.from({ length: sessions }, () => store.create(data)))
  const pipedMade = await Promise.all(Array.from({ length: sessions }, () => pipedStore.create(data)))
  for (let index = 0; index < sessions; index += 1) await peer.set(`s${index}`, express)
  const at = <Item>(list: Item[], index: number): Item => {
    const item = list[index]
    if (item === undefined) throw new Error(`there is no session ${index}`)
    return item
  }
  const text = JSON.stringify(express)

  const works: Record<string, (index: number) => Promise<unknown>> = {
    cycle: (index) => store.get(at(made, index).id),
    'cycle, piped': (index) => pipedStore.get(at(pipedMade, index).id),
    'peer cycle': async (index) => {
      await peer.get(`s${index}`)
      await peer.touch(`s${index}`, express)
    },
    create: () => store.create(data),
    'create, piped': () => pipedStore.create(data),
    'peer set': (index) => peer.set(`s${index}`, express),
    save: (index) => store.save(at(made, index).id, data),
    'save, piped': (index) => pipedStore.save(at(pipedMade, index).id, data),
    'bare SET EX': (index) => plain.set(`bare:${index}`, text, 'EX', idleMs / 1000),
  }
  const rates = new Map<string, number[]>()
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [name, work] of Object.entries(works)) rates.set(name, [...(rates.get(name) ?? []), await measure(work)])
  }
  const fastest = (name: string) => quantile(rates.get(name) ?? [], 1)
  const row = (what: string, name: string, against: string, least: number): Row => ({
    ...{ what: `${what}, ${inFlight} in flight`, value: fastest(name), unit: '/s' },
    ...{ beside: { what: against, value: fastest(against) }, bound: { of: 'ratio', least } },
  })
  const peerCycle = 'connect-redis 9 on node-redis, get and touch'
  rates.set(peerCycle, rates.get('peer cycle') ?? [])
  const bare = 'bare SET EX on ioredis'
  rates.set(bare, rates.get('bare SET EX') ?? [])
  tell(
    context,
    row('store: read and slide', 'cycle', peerCycle, 1.8),
    row('store: read and slide, auto-pipelining', 'cycle, piped', peerCycle, 1.8),
    row('store: create, auto-pipelining', 'create, piped', bare, 1),
    row('store: save, auto-pipelining', 'save, piped', bare, 1),
    row('store: create', 'create', bare, 1),
    row('store: save', 'save', bare, 1),
  )
})
