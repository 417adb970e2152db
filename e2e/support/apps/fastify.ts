import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import { RedisStore } from 'connect-redis'
import fastify from 'fastify'
import { createClient } from 'redis'
import { type App, type AppOptions, type Bag, carryOut, createApp } from './app'
import { createHolds } from './holds'

declare module 'fastify' {
  interface Session extends Bag {}
}

/** @fastify/session with connect-redis, its store in the manual. Its own default renews and saves every session at every request. */
export async function startFastify(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = 'sess:', maxAgeMs = 30 * 60_000, isRolling = true } = options
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await client.connect()
  const holds = createHolds()
  const app = fastify({ forceCloseConnections: true })
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    // Its manual's own example; only the two packages' names for a session differ.
    store: new RedisStore({ client, prefix }) as unknown as SessionStore,
    secret: 'the secret of the pretend shop, long enough',
    rolling: isRolling,
    cookie: { secure: false, ...(maxAgeMs === null ? {} : { maxAge: maxAgeMs }) },
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    async handler(request) {
      const { session } = request
      const visit = {
        read: () => request.session.user ?? null,
        async signIn(person: NonNullable<Bag['user']>) {
          await session.regenerate()
          Object.assign(request.session, { user: person, views: 1 })
        },
        change(data: Record<string, unknown>) {
          Object.assign(session, { views: (session.views ?? 0) + 1 }, data)
        },
        signOut: () => session.destroy(),
      }
      return carryOut(request.url, request.body, visit, holds)
    },
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return createApp({
    name: '@fastify/session + connect-redis',
    formatId: 'fastify-session',
    packages: ['fastify', '@fastify/session', 'connect-redis'],
    prefix,
    url,
    holds,
    async stop() {
      await app.close()
      client.destroy()
    },
  })
}
