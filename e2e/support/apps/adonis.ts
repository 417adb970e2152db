import { Emitter } from '@adonisjs/core/events'
import { AppFactory } from '@adonisjs/core/factories/app'
import { EncryptionFactory } from '@adonisjs/core/factories/encryption'
import { ServerFactory } from '@adonisjs/core/factories/http'
import type { HttpContext } from '@adonisjs/core/http'
import { defineConfig, stores } from '@adonisjs/session'
import SessionProvider from '@adonisjs/session/session_provider'
import { Redis } from 'ioredis'
import { type App, type AppOptions, carryOut, createApp, listen, type Person, readBody } from './app'
import { createHolds } from './holds'

/**
 * @adonisjs/session with its redis store, on Adonis's own HTTP server. Two things stand in for packages of their own: ioredis for
 * @adonisjs/redis, which wraps it, and `auth_web`, which the session guard of @adonisjs/auth writes. Names are the application's own.
 */
export async function startAdonis(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = '', maxAgeMs = 30 * 60_000 } = options
  const client = new Redis(redisUrl, { keyPrefix: prefix })
  const people = new Map<string, Person>()
  const holds = createHolds()

  const adonis = new AppFactory().create(new URL('./', import.meta.url))
  // biome-ignore lint/correctness/useHookAtTopLevel: no hook of React, a setter of Adonis.
  adonis.useConfig({
    session: defineConfig({
      store: 'redis',
      stores: { redis: stores.redis({ connection: 'main' }) },
      clearWithBrowser: maxAgeMs === null,
      age: `${Math.ceil((maxAgeMs ?? 7_200_000) / 1000)} seconds`,
    }),
  })
  await adonis.init()
  const emitter = new Emitter(adonis)
  adonis.container.bindValue('emitter', emitter)
  // The bindings of @adonisjs/redis are not installed.
  adonis.container.bindValue('redis' as 'emitter', { connection: () => client } as unknown as Emitter<never>)
  // Its type wants the application of a whole project.
  new SessionProvider(adonis as never).register()
  await adonis.boot()

  const encryption = new EncryptionFactory().create()
  const server = new ServerFactory().merge({ app: adonis, emitter, encryption }).create()
  server.use([() => import('@adonisjs/session/session_middleware')])
  server.getRouter().any('*', async ({ request, session }: HttpContext) => {
    const visit = {
      read: () => people.get(String(session.get('auth_web'))) ?? null,
      async signIn(person: Person) {
        people.set(person.id, person)
        session.regenerate()
        session.put('auth_web', person.id)
        await session.tag(person.id)
      },
      change({ flash, ...data }: Record<string, unknown>) {
        session.increment('views')
        for (const [name, value] of Object.entries(data)) session.put(name, value as string)
        if (typeof flash === 'string') session.flash('info', flash)
      },
      signOut: () => session.clear(),
    }
    return carryOut(request.url(), await readBody(request.request), visit, holds)
  })
  await server.boot()
  const { url, close } = await listen(server.handle.bind(server))
  return createApp({
    name: '@adonisjs/session, redis store',
    formatId: 'adonis',
    packages: ['@adonisjs/core', '@adonisjs/session'],
    prefix,
    isSession: (key) => key.startsWith(prefix) && !key.startsWith(`${prefix}session_tag:`),
    tells: (person) => ({ principal: person.id, label: null }),
    url,
    holds,
    async stop() {
      await close()
      await adonis.terminate()
      client.disconnect()
    },
  })
}
