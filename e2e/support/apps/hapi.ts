import { Engine } from '@hapi/catbox-redis'
import hapi from '@hapi/hapi'
import yar from '@hapi/yar'
import { type App, type AppOptions, type Bag, carryOut, createApp } from './app'
import { createHolds } from './holds'

/** The session of a request, as yar's manual has it. */
type Yar = {
  get(name: string): unknown
  set(values: Record<string, unknown>): void
  flash(kind: string, message: string): void
  reset(): Promise<void>
}

/** @hapi/yar with catbox-redis. `maxCookieSize: 0`, or a small session would live in the cookie alone. */
export async function startHapi(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = 'pretend-shop', maxAgeMs = 30 * 60_000 } = options
  const server = hapi.server({
    host: '127.0.0.1',
    cache: [{ name: 'redis', provider: { constructor: Engine, options: { url: redisUrl, partition: prefix } } }],
  })
  await server.register({
    plugin: yar,
    options: {
      maxCookieSize: 0,
      cache: { cache: 'redis', expiresIn: maxAgeMs ?? 86_400_000 },
      cookieOptions: { password: 'the secret of the pretend shop, long enough', isSecure: false },
    },
  })
  const holds = createHolds()
  server.route({
    method: ['GET', 'POST'],
    path: '/{path*}',
    async handler(request) {
      // yar decorates the request with it, and comes without types.
      const { yar: session } = request as unknown as { yar: Yar }
      const user = () => (session.get('user') ?? null) as Bag['user'] | null
      return carryOut(
        request.path,
        request.payload,
        {
          read: () => user() ?? null,
          async signIn(person) {
            await session.reset()
            session.set({ user: person, views: 1 })
          },
          change({ flash, ...data }) {
            session.set({ views: Number(session.get('views') ?? 0) + 1, ...data })
            if (typeof flash === 'string') session.flash('info', flash)
          },
          signOut: () => session.reset(),
        },
        holds,
      )
    },
  })
  await server.start()
  const start = `${encodeURIComponent(prefix)}:${encodeURIComponent('!@hapi/yar')}:`
  return createApp({
    name: '@hapi/yar + @hapi/catbox-redis',
    formatId: 'yar',
    packages: ['@hapi/hapi', '@hapi/yar', '@hapi/catbox-redis'],
    prefix: start,
    isCookieSealed: true,
    url: server.info.uri,
    holds,
    stop: () => server.stop({ timeout: 0 }),
  })
}
