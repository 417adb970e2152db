import { redisStorage } from '@better-auth/redis-storage'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { Redis } from 'ioredis'
import { type App, type AppOptions, createApp, type Person } from './app'
import { listenForFetch } from './fetch-server'
import { createHolds } from './holds'

const password = 'a long enough password'

/** better-auth with its official Redis storage for sessions, and its own memory adapter for people. */
export async function startBetterAuth(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = 'better-auth:', maxAgeMs = 30 * 60_000, isRolling = false } = options
  const client = new Redis(redisUrl)
  const people = new Map<string, Person>()
  let newcomer: Person | null = null
  const auth = betterAuth({
    baseURL: 'http://127.0.0.1',
    secret: 'the secret of the pretend shop, long enough',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    secondaryStorage: redisStorage({ client, keyPrefix: prefix }),
    emailAndPassword: { enabled: true, autoSignIn: false },
    session: { expiresIn: Math.ceil((maxAgeMs ?? 604_800_000) / 1000), ...(isRolling ? { updateAge: 0 } : {}) },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    advanced: { database: { generateId: ({ model }) => (model === 'user' && newcomer?.id) || crypto.randomUUID() } },
  })
  const holds = createHolds()

  async function register(person: Person) {
    if (people.has(person.id)) return
    people.set(person.id, person)
    newcomer = person
    await auth.api.signUpEmail({ body: { name: person.name, email: emailOf(person), password } })
    newcomer = null
  }

  const { url, close } = await listenForFetch(holds, (headers) => {
    const cookies: string[] = []
    const keep = (answer: Response) => {
      if (!answer.ok) throw new Error(`better-auth answered ${answer.status}`)
      cookies.push(...answer.headers.getSetCookie())
    }
    return {
      cookies,
      async read() {
        const sent =
          cookies.length > 0 ? new Headers({ cookie: cookies.map((line) => line.split(';')[0]).join('; ') }) : headers
        const { headers: set, response } = await auth.api.getSession({ headers: sent, returnHeaders: true })
        cookies.push(...set.getSetCookie())
        return response && { id: response.user.id, name: response.user.name }
      },
      async signIn(person) {
        await register(person)
        keep(await auth.api.signInEmail({ body: { email: emailOf(person), password }, headers, asResponse: true }))
      },
      async change() {
        const session = await auth.api.getSession({ headers })
        if (session) keep(await auth.api.updateUser({ body: { image: null }, headers, asResponse: true }))
      },
      async signOut() {
        keep(await auth.api.signOut({ headers, asResponse: true }))
      },
    }
  })
  return createApp({
    name: 'better-auth + @better-auth/redis-storage',
    formatId: 'better-auth',
    packages: ['better-auth', '@better-auth/redis-storage'],
    prefix,
    isSession: (key) => key.startsWith(prefix) && /^\w{32}$/.test(key.slice(prefix.length)),
    url,
    holds,
    async stop() {
      await close()
      client.disconnect()
    },
  })
}

function emailOf(person: Person): string {
  return `${person.id}@example.com`.toLowerCase()
}
