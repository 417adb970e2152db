import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { type App, type AppOptions, createApp, type Person } from './app'
import { listenForFetch } from './fetch-server'
import { createHolds } from './holds'

type Stored = { userId: string; name: string; createdAt: number; views: number }

export type PlainOptions = AppOptions & { layout?: 'json' | 'hash' }

/** A home-made session, as many applications have: a random id in the cookie, the facts in a JSON string or a hash, renewed at each request. */
export async function startPlain(redisUrl: string, options: PlainOptions = {}): Promise<App> {
  const { prefix = 'session:', maxAgeMs = 30 * 60_000, layout = 'json' } = options
  const client = new Redis(redisUrl)
  const holds = createHolds()

  async function find(key: string): Promise<Stored | null> {
    if (layout === 'json') return JSON.parse((await client.get(key)) ?? 'null')
    const fields = await client.hgetall(key)
    if (fields.userId === undefined) return null
    return {
      userId: fields.userId,
      name: fields.name ?? '',
      createdAt: Number(fields.createdAt),
      views: Number(fields.views),
    }
  }

  async function save(key: string, stored: Stored) {
    if (layout === 'json') await client.set(key, JSON.stringify(stored))
    else await client.hset(key, stored)
    await client.pexpire(key, maxAgeMs ?? 86_400_000)
  }

  const { url, close } = await listenForFetch(holds, (headers) => {
    const cookies: string[] = []
    let id = /sid=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''
    let stored: Stored | null = null
    async function read(): Promise<Person | null> {
      stored ??= id === '' ? null : await find(prefix + id)
      if (stored === null) return null
      await client.pexpire(prefix + id, maxAgeMs ?? 86_400_000)
      return { id: stored.userId, name: stored.name }
    }
    return {
      cookies,
      read,
      async signIn(person) {
        id = randomBytes(16).toString('hex')
        stored = { userId: person.id, name: person.name, createdAt: Date.now(), views: 1 }
        await save(prefix + id, stored)
        cookies.push(`sid=${id}; Path=/; HttpOnly`)
      },
      async change(data) {
        await read()
        if (stored === null) return
        stored = { ...stored, views: stored.views + 1, ...data }
        await save(prefix + id, stored)
      },
      async signOut() {
        await client.del(prefix + id)
        cookies.push('sid=; Max-Age=0')
      },
    }
  })
  return createApp({
    name: layout === 'json' ? 'home-made JSON' : 'home-made hash',
    formatId: 'plain',
    packages: [],
    prefix,
    url,
    holds,
    async stop() {
      await close()
      client.disconnect()
    },
  })
}
