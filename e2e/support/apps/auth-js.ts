import { Auth, type AuthConfig, skipCSRFCheck } from '@auth/core'
import { UpstashRedisAdapter } from '@auth/upstash-redis-adapter'
import { Redis } from 'ioredis'
import { type App, type AppOptions, createApp, type Person } from './app'
import { listenForFetch } from './fetch-server'
import { createHolds } from './holds'
import { keepCookies, sentCookies } from './jar'

const origin = 'http://127.0.0.1'

/**
 * Auth.js with database sessions in the Upstash adapter; next-auth 5 is the same core. A shim over ioredis takes the place of
 * Upstash's HTTP client: like it, it answers JSON as values. A person signs in by the link of a mail that only this file receives.
 */
export async function startAuthJs(redisUrl: string, options: AppOptions = {}): Promise<App> {
  const { prefix = '', maxAgeMs = 30 * 60_000, isRolling = false } = options
  const client = new Redis(redisUrl)
  const adapter = UpstashRedisAdapter(shimOf(client) as never, { baseKeyPrefix: prefix })
  const mails = new Map<string, string>()
  const maxAge = Math.ceil((maxAgeMs ?? 30 * 86_400_000) / 1000)
  const config: AuthConfig = {
    adapter,
    basePath: '/auth',
    secret: 'the secret of the pretend shop',
    trustHost: true,
    skipCSRFCheck,
    session: { strategy: 'database', maxAge, updateAge: isRolling ? 0 : maxAge },
    logger: { error() {}, warn() {}, debug() {} },
    providers: [
      {
        id: 'mail',
        type: 'email',
        name: 'Mail',
        from: 'shop@example.com',
        maxAge: 600,
        options: {},
        sendVerificationRequest({ identifier, url }) {
          mails.set(identifier, url)
        },
      },
    ],
  }
  const holds = createHolds()
  const ask = (path: string, headers: Headers | Record<string, string>, body?: Record<string, string>) =>
    Auth(
      new Request(origin + path, { headers, ...(body ? { method: 'POST', body: new URLSearchParams(body) } : {}) }),
      config,
    )

  const { url, close } = await listenForFetch(holds, (headers) => {
    const cookies: string[] = []
    const current = () => {
      const jar = new Map<string, string>()
      keepCookies(jar, (headers.get('cookie') ?? '').split('; ').filter(Boolean))
      keepCookies(jar, cookies)
      return { cookie: sentCookies(jar) }
    }
    return {
      cookies,
      async read() {
        const answer = await ask('/auth/session', current())
        cookies.push(...answer.headers.getSetCookie())
        const session = (await answer.json()) as { user?: { name: string; email: string } } | null
        return session?.user ? { id: idOf(session.user.email), name: session.user.name } : null
      },
      async signIn(person) {
        const email = emailOf(person)
        await client.setnx(`${prefix}user:email:${email}`, person.id)
        await client.setnx(`${prefix}user:${person.id}`, JSON.stringify({ ...person, email, emailVerified: null }))
        await ask('/auth/signin/mail', {}, { email })
        const link = new URL(mails.get(email) ?? '')
        const answer = await ask(link.pathname + link.search, headers)
        cookies.push(...answer.headers.getSetCookie())
      },
      // An application cannot write to such a session; what writes is its renewal, that of a session past its `updateAge`.
      async change() {
        const token = /authjs\.session-token=([^;]+)/.exec(current().cookie)?.[1]
        const expires = new Date(Date.now() + maxAge * 1000)
        if (token) await adapter.updateSession?.({ sessionToken: token, expires })
      },
      async signOut() {
        const answer = await ask('/auth/signout', current(), {})
        cookies.push(...answer.headers.getSetCookie())
      },
    }
  })
  const start = `${prefix}user:session:`
  return createApp({
    name: 'Auth.js + @auth/upstash-redis-adapter',
    formatId: 'authjs',
    packages: ['@auth/core', '@auth/upstash-redis-adapter'],
    prefix: start,
    isSession: (key) => key.startsWith(start) && !key.startsWith(`${start}by-user-id:`),
    tells: (person) => ({ principal: person.id, label: null }),
    url,
    holds,
    async stop() {
      await close()
      client.disconnect()
    },
  })
}

/** The part of Upstash's client that the adapter uses. */
function shimOf(client: Redis) {
  return {
    set: (key: string, value: string) => client.set(key, value),
    async get(key: string): Promise<unknown> {
      const text = await client.get(key)
      if (text === null) return null
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    },
    del: (...keys: string[]) => client.del(...keys),
  }
}

const emailOf = (person: Person) => `${person.id}@example.com`.toLowerCase()
const idOf = (email: string) => email.split('@')[0] ?? ''
