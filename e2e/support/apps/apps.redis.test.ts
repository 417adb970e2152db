import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../redis'
import type { App, Person, StartApp } from './app'
import { apps } from './apps'

const person: Person = { id: 'u-4711', name: 'Zoë Größe' }
const other: Person = { id: 'u-4712', name: '小林' }

let redis: RedisServer
let reader: ReturnType<RedisServer['client']>
beforeAll(async () => {
  redis = await startRedis()
  reader = redis.client()
})
afterAll(() => redis?.stop())

describe.each(Object.entries<StartApp>(apps))('%s', (_, start) => {
  let app: App
  beforeAll(async () => {
    app = await start(redis.url)
  })
  afterAll(() => app?.stop())
  beforeEach(async () => {
    await reader.flushall()
  })

  const sessionKeys = async () => (await reader.keys('*')).filter(app.isSession)

  test('knows who signed in, at each later request, and takes nobody else for them', async () => {
    const jar = await app.signIn(person)
    expect(await sessionKeys()).toHaveLength(1)
    expect(await app.whoAmI(jar)).toEqual(person)
    await app.touch(jar)
    expect(await app.change(jar)).toEqual(person)
    const others = await app.signIn(other)
    expect(await app.whoAmI(others)).toEqual(other)
    expect(await app.whoAmI(jar)).toEqual(person)
    expect(await app.whoAmI(new Map())).toBeNull()
    expect((await sessionKeys()).length).toBeGreaterThanOrEqual(2)
  })

  test('forgets at sign-out, also for a browser that kept the cookie', async () => {
    const jar = await app.signIn(person)
    const kept = new Map(jar)
    await app.signOut(jar)
    expect(await app.whoAmI(jar)).toBeNull()
    expect(await app.whoAmI(kept)).toBeNull()
  })

  test('takes the browser for a stranger once its key is deleted', async () => {
    const jar = await app.signIn(person)
    const [key = ''] = await sessionKeys()
    expect(await reader.del(key)).toBe(1)
    expect(await app.whoAmI(jar)).toBeNull()
  })

  test('lets a request under way end after all', async () => {
    const jar = await app.signIn(person)
    const slow = await app.slow(new Map(jar))
    expect(await app.whoAmI(jar)).toEqual(person)
    expect(await slow.finish()).toEqual(person)
  })
})
