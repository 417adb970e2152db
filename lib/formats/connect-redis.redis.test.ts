import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import type { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { factsIn, rawOf } from './conformance'
import { connectRedis } from './connect-redis'

const minuteMs = 60_000
let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = server.client()
})
afterAll(() => server.stop())

test('a real Express application obeys an extension after its next request, and without one it does not', async () => {
  const client = createClient({ url: server.url })
  await client.connect()
  const app = express()
  const cookie = { maxAge: minuteMs }
  app.use(
    session({ store: new RedisStore({ client }), secret: 'test', resave: false, saveUninitialized: false, cookie }),
  )
  app.get('/sign-in', (request, response) => {
    Object.assign(request.session, { passport: { user: '42' } })
    response.end()
  })
  app.get('/', (request, response) => response.json(request.session))
  const listener = app.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A listener on a port has an address object.
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  try {
    const signedIn = await fetch(`${url}/sign-in`)
    const headers = { cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    const key = (await redis.keys('sess:*'))[0] ?? ''

    await redis.pexpire(key, 120 * minuteMs)
    await (await fetch(url, { headers })).text()
    expect(await redis.pttl(key)).toBeLessThanOrEqual(minuteMs)

    const bytes = (await redis.getBuffer(key)) ?? Buffer.alloc(0)
    const raw = rawOf(bytes, { now: Date.now(), redisExpiresAt: await redis.pexpiretime(key) })
    const decoded = connectRedis.decode(raw)
    expect(decoded).toMatchObject({ facts: { principal: '42' } })
    expect(Math.abs(raw.now - (factsIn(decoded)?.lastSeenAt ?? 0))).toBeLessThan(2_000)

    const extension = connectRedis.extend?.(raw, raw.now + 120 * minuteMs)
    if (extension?.rewrite?.type !== 'string') throw new Error('No rewrite')
    await redis.set(key, extension.rewrite.bytes, 'KEEPTTL')
    expect(await (await fetch(url, { headers })).json()).toMatchObject({ passport: { user: '42' } })
    expect(await redis.pttl(key)).toBeGreaterThan(119 * minuteMs)
  } finally {
    listener.close()
    listener.closeAllConnections()
    await client.close()
  }
})
