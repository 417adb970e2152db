import { RedisStore } from 'connect-redis'
import OldRedisStore from 'connect-redis-7'
import express from 'express'
import session, { type CookieOptions, type Store } from 'express-session'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { type App, type AppOptions, type Bag, carryOut, createApp, listen } from './app'
import { createHolds } from './holds'

declare module 'express-session' {
  interface SessionData extends Bag {}
}

export type ExpressOptions = AppOptions & {
  /** Further options of the session cookie. */
  cookie?: CookieOptions
  /** Keys without an end in Redis. */
  isWithoutTtl?: boolean
  /** Saves the session after each request, changed or not: express-session's own default. */
  isResaved?: boolean
}

const defaultMaxAgeMs = 30 * 60_000

/** express-session with connect-redis 9 on node-redis. NestJS on Express keeps its sessions the same way. */
export async function startExpress(redisUrl: string, options: ExpressOptions = {}): Promise<App> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await client.connect()
  const store = new RedisStore({ client, ...storeOptions(options) })
  return start('connect-redis', store, async () => client.destroy(), options)
}

/** express-session with connect-redis 7 on ioredis. */
export async function startExpressWithOldStore(redisUrl: string, options: ExpressOptions = {}): Promise<App> {
  const client = new Redis(redisUrl)
  const store = new OldRedisStore({ client, ...storeOptions(options) })
  return start('connect-redis-7', store, async () => client.disconnect(), options)
}

function storeOptions({ prefix, isWithoutTtl = false }: ExpressOptions) {
  return { disableTTL: isWithoutTtl, ...(prefix === undefined ? {} : { prefix }) }
}

async function start(
  storeName: string,
  store: Store,
  disconnect: () => Promise<void>,
  options: ExpressOptions,
): Promise<App> {
  const { maxAgeMs = defaultMaxAgeMs, isRolling = false, isResaved = false } = options
  const holds = createHolds()
  const app = express()
  app.use(express.json())
  app.use(
    session({
      store,
      secret: 'the secret of the pretend shop',
      resave: isResaved,
      rolling: isRolling,
      saveUninitialized: false,
      cookie: { ...(maxAgeMs === null ? {} : { maxAge: maxAgeMs }), ...options.cookie },
    }),
  )
  app.use(async (request, response) => {
    const visit = {
      read: () => request.session.user ?? null,
      async signIn(person: NonNullable<Bag['user']>) {
        await new Promise<void>((resolve, reject) =>
          request.session.regenerate((error) => (error ? reject(error) : resolve())),
        )
        Object.assign(request.session, { user: person, views: 1 })
      },
      change(data: Record<string, unknown>) {
        Object.assign(request.session, { views: (request.session.views ?? 0) + 1 }, data)
      },
      signOut: () =>
        new Promise<void>((resolve, reject) => request.session.destroy((error) => (error ? reject(error) : resolve()))),
    }
    response.json(await carryOut(request.path, request.body, visit, holds))
  })
  const { url, close } = await listen(app)
  return createApp({
    name: `express-session + ${storeName}`,
    formatId: 'connect-redis',
    packages: ['express', 'express-session', storeName],
    prefix: options.prefix ?? 'sess:',
    url,
    holds,
    async stop() {
      await close()
      await disconnect()
    },
  })
}
