import { once } from 'node:events'
import { createServer } from 'node:http'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

declare module 'express-session' {
  interface SessionData {
    user: { id: number; name: string }
    views: number
  }
}

/** What the application says about whoever asks. `maxAgeMs`: the cookie age that the framework will obey at the next request. */
export type Whoami = { user: { id: number; name: string } | null; views: number; maxAgeMs: number | null }

/** A browser of the application: it keeps the cookie from answer to answer, as browsers do, also after the session behind it is gone. */
export type Shopper = {
  /** The cookie header that it would send; null before the first one was set. It holds the session id. */
  cookie(): string | null
  /** Signs in, for `maxAgeMs` of silence; the application regenerates the id. */
  login(name: string, maxAgeMs?: number): Promise<Whoami>
  /** A request that reads the session only: express-session touches it, which is EXPIRE. */
  me(): Promise<Whoami>
  /** A request that changes the session: express-session writes it whole, which is SET. */
  change(): Promise<Whoami>
  /** A request that has read and changed the session when this resolves, and writes it back only at `finish`: it is under way while an operator acts. */
  startChange(): Promise<{ finish(): Promise<Whoami> }>
  logout(): Promise<void>
}

export type ExpressApp = { url: string; shopper(): Shopper; stop(): Promise<void> }

const defaultMaxAgeMs = 30 * 60_000

/** A held request: `arrive` is called once it has its session, `release` lets it end. */
type Hold = { arrive(): void; released: Promise<void> }

/** A real Express application with express-session and connect-redis as their manuals show them, on a free loopback port. */
export async function startExpressApp(redisUrl: string, options: { prefix?: string } = {}): Promise<ExpressApp> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await client.connect()

  const holds = new Map<string, Hold>()
  const app = express()
  app.use(express.json())
  app.use(
    session({
      store: new RedisStore({ client, ...(options.prefix === undefined ? {} : { prefix: options.prefix }) }),
      secret: 'the secret of the pretend shop',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: defaultMaxAgeMs },
    }),
  )
  const whoami = (request: express.Request): Whoami => ({
    user: request.session.user ?? null,
    views: request.session.views ?? 0,
    maxAgeMs: request.session.cookie.originalMaxAge,
  })
  app.post('/login', (request, response, next) => {
    const { name, maxAgeMs } = request.body as { name: string; maxAgeMs: number }
    request.session.regenerate((error) => {
      if (error) return next(error)
      request.session.user = { id: idOf(name), name }
      request.session.views = 1
      request.session.cookie.maxAge = maxAgeMs
      response.json(whoami(request))
    })
  })
  app.get('/me', (request, response) => {
    response.json(whoami(request))
  })
  app.post('/touch-change', async (request, response) => {
    request.session.views = (request.session.views ?? 0) + 1
    const hold = holds.get(String(request.query.hold))
    hold?.arrive()
    await hold?.released
    response.json(whoami(request))
  })
  app.post('/logout', (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.json({})))
  })

  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  const url = `http://127.0.0.1:${address.port}`

  return {
    url,
    shopper: () => createShopper(url, holds),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      client.destroy()
    },
  }
}

function createShopper(url: string, holds: Map<string, Hold>): Shopper {
  let cookie: string | null = null

  async function ask(method: string, path: string, body?: object): Promise<Whoami> {
    const response = await fetch(url + path, {
      method,
      headers: { ...(cookie ? { cookie } : {}), ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const set = response.headers.getSetCookie().find((line) => line.startsWith('connect.sid='))
    if (set) cookie = set.split(';', 1)[0] ?? null
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`)
    // Our own routes above answer nothing else.
    return (await response.json()) as Whoami
  }

  return {
    cookie: () => cookie,
    login: (name, maxAgeMs = defaultMaxAgeMs) => ask('POST', '/login', { name, maxAgeMs }),
    me: () => ask('GET', '/me'),
    change: () => ask('POST', '/touch-change'),
    async startChange() {
      let arrive = () => {}
      let release = () => {}
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const name = String(holds.size)
      holds.set(name, { arrive, released })
      const answer = ask('POST', `/touch-change?hold=${name}`)
      await Promise.race([arrived, answer])
      return {
        finish() {
          release()
          return answer
        },
      }
    },
    async logout() {
      await ask('POST', '/logout')
    },
  }
}

/** The same person has the same id in every session. */
function idOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 90_000, 7) + 1000
}
