import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { Holds } from './holds'
import { type Jar, keepCookies, sentCookies } from './jar'

/** Somebody who uses an application. */
export type Person = { id: string; name: string }

export type AppOptions = {
  /** What the keys begin with, instead of the framework's own choice. */
  prefix?: string
  /** How long a session lives; null for a cookie that ends with the browser, where the framework knows such. */
  maxAgeMs?: number | null
  /** Whether each request renews the session, where the framework offers the choice. */
  isRolling?: boolean
}

export type StartApp = (redisUrl: string, options?: AppOptions) => Promise<App>

/** A real application on a free loopback port that keeps its sessions in Redis with a real framework, as that framework's manual shows it. */
export type App = {
  /** The framework and its store. */
  readonly name: string
  /** The id of the format whose sessions these are. */
  readonly formatId: string
  /** The packages that run, with their installed versions. */
  readonly versions: Record<string, string>
  /** What every session key begins with; empty where keys are bare ids. */
  readonly prefix: string
  /** Whether a key is a session of this application, and none of the keys that go with it. */
  isSession(key: string): boolean
  /** What the stored session itself tells of a person who signed in: some frameworks store the id alone. */
  tells(person: Person): { principal: string; label: string | null }
  /** Whether its cookie is encrypted with a secret of the application, so that nobody else can tell the session from it. */
  readonly isCookieSealed: boolean
  /** A new browser in which the person signs in. `headers` are those that a browser or a proxy would add. */
  signIn(person: Person, headers?: Record<string, string>): Promise<Jar>
  /** Whom the application takes the browser for at its next request; null for a stranger. It merely reads the session. */
  whoAmI(jar: Jar): Promise<Person | null>
  /** A request that merely reads the session: what the framework then renews, it renews. */
  touch(jar: Jar): Promise<void>
  /** A request that writes to the session, and to it what `data` holds where the framework keeps an application's own data there. */
  change(jar: Jar, data?: Record<string, unknown>): Promise<Person | null>
  /**
   * A request that has read its session when this resolves, and is under way until `finish`: then it changes the session and ends,
   * or, when it `reads`, ends without a change. A later `finish` answers whom it took the browser for.
   */
  slow(jar: Jar, reads?: 'reads'): Promise<{ finish(): Promise<Person | null> }>
  signOut(jar: Jar): Promise<void>
  stop(): Promise<void>
}

/** The session of one request, in a framework's own words. */
export type Visit = {
  read(): Person | null | Promise<Person | null>
  signIn(person: Person): void | Promise<void>
  change(data: Record<string, unknown>): void | Promise<void>
  signOut(): void | Promise<void>
}

/** What an application's own session holds, where the framework lets it hold anything. */
export type Bag = { user?: Person; views?: number }

type Ask = { person?: Person; data?: Record<string, unknown>; hold?: string; reads?: boolean }

/** The routes that all applications have: reads what was asked, carries it out on the session, and answers whom it belongs to. */
export async function carryOut(
  path: string,
  body: unknown,
  visit: Visit,
  holds: Holds,
): Promise<{ person: Person | null }> {
  // Only `ask` below sends requests.
  const ask = (body ?? {}) as Ask
  if (path === '/sign-in' && ask.person) await visit.signIn(ask.person)
  if (path === '/change') await visit.change(ask.data ?? {})
  if (path === '/sign-out') {
    await visit.signOut()
    return { person: null }
  }
  if (path === '/slow') {
    await visit.read()
    await holds.wait(ask.hold ?? '')
    if (!ask.reads) await visit.change({})
  }
  return { person: await visit.read() }
}

/** An application that runs anywhere: all but its requests under way, which need a hold in its own process. */
export type RemoteApp = Omit<App, 'slow'>

type RemoteParts = Pick<App, 'name' | 'formatId' | 'prefix' | 'versions' | 'stop'> &
  Partial<Pick<App, 'isSession' | 'tells' | 'isCookieSealed'>> & { url: string }
type Parts = Omit<RemoteParts, 'versions'> & { packages: string[]; holds: Holds }

/** The application as tests use it, over its running server. */
export function createApp({ packages, holds, ...parts }: Parts): App {
  const versions = Object.fromEntries(packages.map((name) => [name, installedVersion(name)]))
  return {
    ...createRemoteApp({ ...parts, versions }),
    async slow(jar, reads) {
      const hold = holds.open()
      const answer = ask(parts, jar, '/slow', { hold: hold.name, reads: reads === 'reads' })
      await Promise.race([hold.arrived, answer])
      return {
        finish() {
          hold.release()
          return answer
        },
      }
    },
  }
}

/** The same for a server in a process of its own, in any language, that has the routes of `carryOut`. */
export function createRemoteApp({ url, ...parts }: RemoteParts): RemoteApp {
  const app = { name: parts.name, url }
  return {
    isSession: (key) => key.startsWith(parts.prefix),
    tells: (person) => ({ principal: person.id, label: person.name }),
    isCookieSealed: false,
    ...parts,
    async signIn(person, headers) {
      const jar: Jar = new Map()
      await ask(app, jar, '/sign-in', { person }, headers)
      return jar
    },
    whoAmI: (jar) => ask(app, jar, '/me', null),
    async touch(jar) {
      await ask(app, jar, '/me', null)
    },
    change: (jar, data = {}) => ask(app, jar, '/change', { data }),
    async signOut(jar) {
      await ask(app, jar, '/sign-out', {})
    },
  }
}

async function ask(
  app: { name: string; url: string },
  jar: Jar,
  path: string,
  body: Ask | null,
  headers: Record<string, string> = {},
): Promise<Person | null> {
  const response = await fetch(app.url + path, {
    headers: { ...headers, cookie: sentCookies(jar), ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  })
  keepCookies(jar, response.headers.getSetCookie())
  if (!response.ok) throw new Error(`${app.name}: ${path} answered ${response.status} ${await response.text()}`)
  // `carryOut` answers nothing else.
  return ((await response.json()) as { person: Person | null }).person
}

/** A server on a free loopback port. */
export async function listen(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The JSON body of a request, for frameworks that come without a reader of their own; null without a body. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? null : JSON.parse(text)
}

function installedVersion(name: string): string {
  // Every package has this field.
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version
}
