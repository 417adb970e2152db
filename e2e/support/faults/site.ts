import type { Cluster, Redis } from 'ioredis'
import { type RollcallConsole, startConsole, waitUntil } from '../console'
import { type FaultProxy, startFaultProxy } from '../fault-proxy'
import { type RedisServer, startRedis } from '../redis'

export const prefix = 'sess:'
export const keyOf = (index: number) => `${prefix}${index}`
const livesMs = 3_600_000

/** A store of sessions that something happens to, and the console that watches it. */
export type Site = {
  rollcall: RollcallConsole
  /** A client that reaches what holds the truth now, past everything that is done to the console's line. */
  truth(): Redis | Cluster
  stop(): Promise<void>
}

/** One server behind a line that can be at fault. */
export type LineSite = Site & { redis: RedisServer; line: FaultProxy }

/** What express-session with connect-redis writes for a person. */
export const sessionOf = (index: number) =>
  JSON.stringify({
    cookie: { originalMaxAge: livesMs, expires: null, path: '/' },
    user: { id: index, name: `person ${index}` },
  })

/** Saves sessions `from` to `to` anew, those that are there too. */
export async function saveSessions(client: Redis | Cluster, from: number, to: number): Promise<void> {
  const batch = 500
  for (let at = from; at < to; at += batch) {
    const indexes = Array.from({ length: Math.min(batch, to - at) }, (_, index) => at + index)
    await Promise.all(indexes.map((index) => client.set(keyOf(index), sessionOf(index), 'PX', livesMs + index * 1000)))
  }
}

export type SiteOptions = {
  args?: string[]
  /** The console keeps its own things in the same Redis, behind the same line. */
  hasSharedHome?: boolean
  sessions: number
  seed?: number
  env?: Record<string, string>
  /** Put before host and port: `user:password@`. */
  user?: string
  tls?: boolean
  /** Is given the server's certificate before the console begins. */
  trust?(certificate: string): void
  /** The console begins while nobody answers at the line. */
  isDownAtStart?: boolean
}

/** One server behind a line that can be at fault, with sessions, and a console that is live. */
export async function openSite({
  args = [],
  hasSharedHome = false,
  sessions,
  seed = 1,
  env = {},
  user = '',
  tls = false,
  trust,
  isDownAtStart = false,
}: SiteOptions): Promise<LineSite> {
  const redis = await startRedis({ args, tls })
  const home = hasSharedHome ? null : await startRedis()
  const line = await startFaultProxy(redis.port, { seed })
  const client = redis.client({
    ...{ commandTimeout: 1000, maxRetriesPerRequest: 0, enableAutoPipelining: true },
    retryStrategy: () => 100,
  })
  await saveSessions(client, 0, sessions)
  trust?.(redis.ca ?? '')
  if (isDownAtStart) line.set({ refuse: true })
  const url = line.url.replace('redis://', `${tls ? 'rediss' : 'redis'}://${user}`)
  const rollcall = await startConsole(url, {
    ...consoleSettings,
    ...(home ? { ROLLCALL_HOME_URL: home.url } : {}),
    ...env,
  })
  if (!isDownAtStart) await waitForSessions(rollcall, sessions)
  return {
    rollcall,
    truth: () => client,
    redis,
    line,
    async stop() {
      await rollcall.stop()
      await line.stop()
      await Promise.all([redis.stop(), home?.stop()])
    },
  }
}

/** Any rejection that nobody handles ends the process, and with it the proof. */
export const consoleSettings = {
  ROLLCALL_MATCH: prefix,
  ROLLCALL_DEMO: 'off',
  NODE_OPTIONS: '--unhandled-rejections=strict',
}

export async function waitForSessions(rollcall: RollcallConsole, sessions: number): Promise<void> {
  const admin = await rollcall.as('admin')
  await waitUntil(async () => {
    const { total, freshness } = await (await admin.call('GET', '/api/sessions?size=1')).json()
    return total === sessions && freshness.state === 'live'
  }, 15_000)
}
