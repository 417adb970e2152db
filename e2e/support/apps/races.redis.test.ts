import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '../redis'
import type { App, Person, StartApp } from './app'
import { apps } from './apps'

/**
 * What each framework does to a key that was deleted while a request was under way, and to a longer TTL that it did not give itself.
 * `back`: the same key is there again with the person in it. `TTL`: what is left of two hours after the next request.
 */
type Facts = {
  afterRead: 'back' | 'gone'
  afterChange: 'back' | 'gone'
  readTtl: 'kept' | 'reset'
  changeTtl: 'kept' | 'reset'
}

const gone = { afterRead: 'gone', afterChange: 'gone' } as const
const backByChange = { afterRead: 'gone', afterChange: 'back' } as const
const backAlways = { afterRead: 'back', afterChange: 'back' } as const
const reset = { readTtl: 'reset', changeTtl: 'reset' } as const
const resetByChange = { readTtl: 'kept', changeTtl: 'reset' } as const

const facts: Record<keyof typeof apps, Facts> = {
  express: { ...backByChange, ...reset },
  'express-old-store': { ...backByChange, ...reset },
  fastify: { ...backAlways, ...reset },
  koa: { ...backByChange, ...resetByChange },
  'koa-generic': { ...backByChange, ...resetByChange },
  hapi: { ...backByChange, ...resetByChange },
  adonis: { ...backByChange, ...reset },
  'better-auth': { ...gone, ...resetByChange },
  'auth-js': { ...gone, ...resetByChange },
  lucia: { ...gone, ...resetByChange },
  'plain-json': { ...backByChange, ...reset },
  'plain-hash': { ...backByChange, ...reset },
}

const person: Person = { id: 'u-4711', name: 'Zoë Größe' }
const minuteMs = 60_000

let redis: RedisServer
let reader: ReturnType<RedisServer['client']>
beforeAll(async () => {
  redis = await startRedis()
  reader = redis.client()
})
afterAll(() => redis?.stop())

describe.each(Object.entries<StartApp>(apps))('%s', (name, start) => {
  // The names of the table and of the applications are the same.
  const expected = facts[name as keyof typeof apps]
  let app: App
  beforeAll(async () => {
    app = await start(redis.url, { maxAgeMs: 10 * minuteMs })
  })
  afterAll(() => app?.stop())

  async function signIn() {
    await reader.flushall()
    const jar = await app.signIn(person)
    const [key = ''] = (await reader.keys('*')).filter(app.isSession)
    return { jar, key }
  }

  async function afterDelete(reads?: 'reads') {
    const { jar, key } = await signIn()
    const request = await app.slow(new Map(jar), reads)
    await reader.del(key)
    await request.finish()
    return { who: await app.whoAmI(jar), key }
  }

  test('a request under way that only reads', async () => {
    expect((await afterDelete('reads')).who).toEqual(expected.afterRead === 'back' ? person : null)
  })

  test('a request under way that changes the session', async () => {
    expect((await afterDelete()).who).toEqual(expected.afterChange === 'back' ? person : null)
  })

  async function settle(key: string, outcome: 'kept' | 'reset') {
    const isReset = async () => (await reader.pttl(key)) < 100 * minuteMs
    if (outcome === 'reset') await until('the framework gives its own TTL again', isReset)
    else expect(await isReset()).toBe(false)
  }

  test('a longer TTL after a request that reads', async () => {
    const { jar, key } = await signIn()
    await reader.pexpire(key, 120 * minuteMs)
    await app.touch(jar)
    await settle(key, expected.readTtl)
  })

  test('a longer TTL after a request that changes the session', async () => {
    const { jar, key } = await signIn()
    await reader.pexpire(key, 120 * minuteMs)
    await app.change(jar)
    await settle(key, expected.changeTtl)
  })
})
