import type { Redis } from 'ioredis'

/** So many sessions have the same person. */
const sessionsEach = 10
const batch = 5000
/** From 10 minutes to a day. */
const shortestMs = 600_000
const spreadMs = 86_400_000
const agents = ['Chrome/131.0.0.0 Safari/537.36', 'Version/18.1 Safari/605.1.15', 'Gecko/20100101 Firefox/133.0']

/** What express-session writes by connect-redis: some 330 bytes. */
function sessionOf(index: number): string {
  const person = Math.floor(index / sessionsEach)
  return JSON.stringify({
    cookie: { originalMaxAge: shortestMs + spreadMs, expires: '2030-01-01T00:00:00.000Z', httpOnly: true, path: '/' },
    userId: `p${person}`,
    name: `Person ${person}`,
    ip: `192.0.${Math.floor(index / 250) % 250}.${index % 250}`,
    userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${agents[index % agents.length]}`,
    cart: 'x'.repeat(40 + ((index * 7919) % 90)),
  })
}

/** Makes the sessions `from`..`to` under `sess:`, each with another end. The same index gives the same session. */
export async function fill(client: Redis, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += batch) {
    const pipeline = client.pipeline()
    for (let index = at; index < Math.min(to, at + batch); index += 1) {
      pipeline.set(keyOf(index), sessionOf(index), 'PX', shortestMs + ((index * 104_729) % spreadMs))
    }
    await pipeline.exec()
  }
}

/** As long as those of express-session: 32 characters behind the prefix. */
export function keyOf(index: number): string {
  return `sess:${String(index).padStart(32, '0')}`
}

/** Changes one session, as a visit does. */
export async function visit(client: Redis, index: number): Promise<void> {
  await client.set(keyOf(index), sessionOf(index), 'PX', shortestMs + spreadMs)
}
