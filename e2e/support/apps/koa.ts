import Koa, { type Context, type Middleware } from 'koa'
import createGenericSession from 'koa-generic-session'
import createRedisStore, { type RedisStore } from 'koa-redis'
import { createSession } from 'koa-session'
import { type App, type AppOptions, type Bag, carryOut, createApp, listen, readBody, type Visit } from './app'
import { createHolds } from './holds'

const defaultMaxAgeMs = 30 * 60_000

/** koa-session with koa-redis: keys are bare UUIDs unless the application gives a prefix. Egg.js keeps its sessions the same way. */
export async function startKoa(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = '', maxAgeMs = defaultMaxAgeMs, isRolling = false } = options
  const store = createRedisStore({ url: redisUrl })
  const koa = createKoa()
  // Written for the types of Koa 2, which it does not bring.
  const untyped = koa as unknown as Parameters<typeof createSession>[1]
  const sessionOptions = {
    store,
    maxAge: maxAgeMs ?? 'session',
    rolling: isRolling,
    ...(prefix === '' ? {} : { prefix }),
  } as unknown as Parameters<typeof createSession>[0]
  koa.use(createSession(sessionOptions, untyped) as unknown as Middleware)
  return start(koa, store, {
    name: 'koa-session + koa-redis',
    formatId: 'koa-session',
    packages: ['koa', 'koa-session', 'koa-redis'],
    prefix,
  })
}

/** koa-generic-session with koa-redis. */
export async function startKoaGeneric(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = 'koa:sess:', maxAgeMs = defaultMaxAgeMs, isRolling = false } = options
  const store = createRedisStore({ url: redisUrl })
  const koa = createKoa()
  koa.use(createGenericSession({ store, prefix, rolling: isRolling, cookie: { maxAge: maxAgeMs } }))
  return start(koa, store, {
    name: 'koa-generic-session + koa-redis',
    formatId: 'koa-generic-session',
    packages: ['koa', 'koa-generic-session', 'koa-redis'],
    prefix,
  })
}

function createKoa(): Koa {
  const koa = new Koa()
  koa.keys = ['the secret of the pretend shop']
  koa.on('error', () => {})
  return koa
}

async function start(
  koa: Koa,
  store: RedisStore,
  parts: Pick<App, 'name' | 'formatId' | 'prefix'> & { packages: string[] },
) {
  const holds = createHolds()
  koa.use(async (context) => {
    context.body = await carryOut(context.path, await readBody(context.req), visitOf(context), holds)
  })
  const { url, close } = await listen(koa.callback())
  return createApp({
    ...parts,
    url,
    holds,
    async stop() {
      await close()
      // koa-generic-session would wait ten seconds for it to come back, and then throw where nobody catches.
      store.removeAllListeners('disconnect')
      store.client.disconnect()
    },
  })
}

function visitOf(context: Context): Visit {
  // Only these routes fill it.
  const bag = () => (context.session ?? {}) as Bag & Record<string, unknown>
  return {
    read: () => bag().user ?? null,
    async signIn(person) {
      await context.regenerateSession?.()
      Object.assign(bag(), { user: person, views: 1 })
    },
    change(data) {
      Object.assign(bag(), { views: (bag().views ?? 0) + 1 }, data)
    },
    signOut() {
      context.session = null
    },
  }
}
