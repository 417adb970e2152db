import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import { serverCommand } from '@/scripts/parts/server-command.mjs'
import { openFailingLine } from './failing-line'
import { openLeastPrivilege } from './least-privilege'
import { freePort, until } from './redis'

/** The production build under test: a standalone folder. */
export const serverDir = process.env.ROLLCALL_E2E_DIR ?? join(process.cwd(), '.next/standalone')
const startWithinMs = 30_000

export const people = {
  admin: { username: 'admin', password: 'correct horse battery admin' },
  operator: { username: 'olga', password: 'correct horse battery olga' },
  viewer: { username: 'vera', password: 'correct horse battery vera' },
} as const
export type Who = keyof typeof people

export type RollcallConsole = {
  origin: string
  /** Its process. */
  pid: number
  /** Everything that the server printed so far. */
  output(): string
  /** Calls the API as this person; signs in at the first call. */
  as(who: Who): Promise<ApiClient>
  /** A new console session of this person, as the cookie of a browser. */
  openSession(who: Who): Promise<BrowserCookie>
  stop(): Promise<void>
}

/** `secure` demands https of a cookie's url; its domain and path say the same for localhost. */
type BrowserCookie = {
  name: string
  value: string
  domain: string
  path: string
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict'
}

export type ApiClient = {
  cookie: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

/** Hashed once, so that servers that share a Redis know the same people. */
let lines: Promise<string[]> | undefined
const adminLines = () =>
  (lines ??= Promise.all(
    (['operator', 'viewer'] as const).map(async (role) => {
      const { username, password } = people[role]
      return `${username}:${role}:${await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })}`
    }),
  ))

/** Starts the built server, or another one in `folder`, against one Redis (null: those of a settings file), with an admin, an operator and a viewer. */
export async function startConsole(
  redisUrl: string | null,
  env: Record<string, string> = {},
  folder = serverDir,
): Promise<RollcallConsole> {
  const port = Number(env.PORT ?? (await freePort()))
  const failing = await openFailingLine(redisUrl)
  const privilege = openLeastPrivilege(failing?.url ?? redisUrl, env)
  const url = privilege?.url ?? failing?.url ?? redisUrl
  const { child, output } = spawnServer(
    {
      PORT: String(port),
      ...(url === null ? {} : { REDIS_URL: url }),
      ROLLCALL_ADMIN_PASSWORD: people.admin.password,
      ROLLCALL_ADMINS: (await adminLines()).join('\n'),
      ...privilege?.env,
      ...env,
    },
    folder,
  )

  const origin = `http://127.0.0.1:${port}`
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`the server ended at its start:\n${output()}`)
    return (await fetch(`${origin}/readyz`).catch(() => null))?.ok === true
  }, startWithinMs)

  failing?.begin()

  const clients = new Map<Who, Promise<ApiClient>>()
  return {
    origin,
    pid: child.pid ?? 0,
    output,
    as(who) {
      const client = clients.get(who) ?? signInAt(origin, who)
      clients.set(who, client)
      return client
    },
    async openSession(who) {
      const [name = '', value = ''] = (await signInAt(origin, who)).cookie.split('=')
      return { name, value, domain: '127.0.0.1', path: '/', httpOnly: true, secure: true, sameSite: 'Strict' }
    },
    async stop() {
      const hasEnded = child.exitCode !== null
      if (!hasEnded) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await failing?.end(hasEnded, output())
      await privilege?.end()
    },
  }
}

/** The built server by itself, without the launcher, and everything that it printed so far. */
export function spawnServer(
  env: Record<string, string>,
  folder = serverDir,
): { child: ChildProcess; output: () => string } {
  const child = spawn(...serverCommand, {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH ?? '', NODE_ENV: 'production', NEXT_MANUAL_SIG_HANDLE: '1', HOSTNAME: '127.0.0.1' },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  return { child, output: () => output }
}

/** A client of whatever answers at this origin. */
export const signInAt = (origin: string, who: Who) => signInTo(origin, people[who])

/** Signs somebody in by the interface; throws where that is refused. */
export async function signInTo(
  origin: string,
  who: { username: string; password: string; code?: string },
): Promise<ApiClient> {
  const sameOrigin = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' }
  const answer = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: sameOrigin,
    body: JSON.stringify(who),
  })
  if (answer.status !== 204)
    throw new Error(`${who.username} could not sign in: ${answer.status} ${await answer.text()}`)
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  return {
    cookie,
    call: (method, path, body, headers = {}) =>
      fetch(`${origin}${path}`, {
        method,
        headers: {
          Cookie: cookie,
          ...(method === 'GET' ? {} : { 'Sec-Fetch-Site': 'same-origin' }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
}

/** Waits for a condition; throws when it does not come true in time. */
export const waitUntil = (condition: () => Promise<boolean> | boolean, withinMs: number) =>
  until(String(condition), condition, withinMs)
