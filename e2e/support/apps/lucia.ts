import { ioredis } from '@lucia-auth/adapter-session-redis'
import { Redis } from 'ioredis'
import { type InitializeAdapter, type KeySchema, lucia, type Session, type UserAdapter, type UserSchema } from 'lucia'
import { type App, type AppOptions, createApp } from './app'
import { listenForFetch } from './fetch-server'
import { createHolds } from './holds'

declare global {
  namespace Lucia {
    type DatabaseUserAttributes = { name: string }
    type DatabaseSessionAttributes = { views: number }
    // Lucia derives its types from this name.
    type Auth = ReturnType<typeof createAuth>
  }
}

/** Lucia 2 with its Redis session adapter. `maxAgeMs` is the active period; it idles as long again. */
export async function startLucia(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = 'session', maxAgeMs = 30 * 60_000 } = options
  const client = new Redis(redisUrl)
  const auth = createAuth(client, prefix, maxAgeMs ?? 86_400_000)
  const holds = createHolds()
  const { url, close } = await listenForFetch(holds, (headers) => {
    const cookies: string[] = []
    let id = auth.readSessionCookie(headers.get('cookie'))
    const find = async (): Promise<Session | null> => (id === null ? null : auth.validateSession(id).catch(() => null))
    return {
      cookies,
      async read() {
        const session = await find()
        if (session?.fresh) cookies.push(auth.createSessionCookie(session).serialize())
        return session && { id: session.user.userId, name: session.user.name }
      },
      async signIn(person) {
        await auth.createUser({ userId: person.id, key: null, attributes: { name: person.name } })
        const session = await auth.createSession({ userId: person.id, attributes: { views: 1 } })
        id = session.sessionId
        cookies.push(auth.createSessionCookie(session).serialize())
      },
      async change() {
        const session = await find()
        if (session) await auth.updateSessionAttributes(session.sessionId, { views: session.views + 1 })
      },
      async signOut() {
        if (id !== null) await auth.invalidateSession(id)
        cookies.push(auth.createSessionCookie(null).serialize())
      },
    }
  })
  return createApp({
    name: 'Lucia 2 + @lucia-auth/adapter-session-redis',
    formatId: 'lucia',
    packages: ['lucia', '@lucia-auth/adapter-session-redis'],
    prefix: `${prefix}:`,
    tells: (person) => ({ principal: person.id, label: null }),
    url,
    holds,
    async stop() {
      await close()
      client.disconnect()
    },
  })
}

function createAuth(client: Redis, prefix: string, activePeriod: number) {
  return lucia({
    env: 'DEV',
    adapter: {
      user: createMemoryAdapter() as never,
      // Written for ioredis 5, whose part that it uses is the same.
      session: ioredis(client as never, { session: prefix, userSessions: `user_${prefix}s` }),
    },
    sessionExpiresIn: { activePeriod, idlePeriod: activePeriod },
    csrfProtection: false,
    getUserAttributes: ({ name }) => ({ name }),
    getSessionAttributes: ({ views }) => ({ views }),
  })
}

/** People and their keys, in memory: Lucia's Redis adapter keeps sessions alone. */
function createMemoryAdapter(): InitializeAdapter<UserAdapter> {
  const users = new Map<string, UserSchema>()
  const keys = new Map<string, KeySchema>()
  return () => ({
    getUser: async (id) => users.get(id) ?? null,
    async setUser(user, key) {
      users.set(user.id, user)
      if (key) keys.set(key.id, key)
    },
    async updateUser(id, changes) {
      const user = users.get(id)
      if (user) users.set(id, { ...user, ...changes })
    },
    async deleteUser(id) {
      users.delete(id)
    },
    getKey: async (id) => keys.get(id) ?? null,
    getKeysByUserId: async (userId) => [...keys.values()].filter((key) => key.user_id === userId),
    async setKey(key) {
      keys.set(key.id, key)
    },
    async updateKey(id, changes) {
      const key = keys.get(id)
      if (key) keys.set(id, { ...key, ...changes })
    },
    async deleteKey(id) {
      keys.delete(id)
    },
    async deleteKeysByUserId(userId) {
      for (const key of keys.values()) if (key.user_id === userId) keys.delete(key.id)
    },
  })
}
