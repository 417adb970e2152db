import type { CustomFormat } from './session/custom-format'
import type { Thresholds } from './session/thresholds'
import type { OpenIdSetting, ProxySetting } from './sign-in-settings.mjs'

/** Where a Redis is and how to sign in to it, as `REDIS_URL` says it. Null: not told. */
export type RedisAddress = {
  topology: 'standalone' | 'unix' | 'sentinel' | 'cluster'
  /** The servers themselves, or the sentinels; empty for a unix socket. IPv6 addresses stand without brackets. */
  hosts: { host: string; port: number }[]
  /** The socket's path, for `unix` only. */
  path: string | null
  /** The primary's name, for `sentinel` only. */
  masterName: string | null
  username: string | null
  password: string | null
  sentinelUsername: string | null
  sentinelPassword: string | null
  tls: boolean
  /** At least one, without repeats; always `[0]` in a cluster. */
  databases: number[]
  /** Files of PEM: whom to trust instead of the system's list, and what to show to a server that asks. Absent: none. */
  tlsFiles?: { ca?: string; cert?: string; key?: string }
  /** Files from which parts of this came, read again before each new attempt to connect, so a rotated secret is picked up. */
  secretFiles?: { url?: string; password?: string; sentinelPassword?: string }
}

/** A colour of the console's own list, so that it is legible in both themes. */
export type ColorName = 'red' | 'amber' | 'green' | 'blue' | 'violet' | 'grey'

/** One of several Redis, as the settings file names it. */
export type SourceSetting = {
  /** The name in small letters, figures and dashes: what the ids of its sources begin with. */
  id: string
  name: string
  color: ColorName
  isReadOnly: boolean
  address: RedisAddress
  /** The format of all its keys; null: found per key. */
  format: string | null
  /** Null: the built-in ones, and what discovery adds. */
  prefixes: PrefixSetting[] | null
}

/** A line of `ROLLCALL_ADMINS`: somebody who may sign in, beside `admin`. */
export type AdminSetting = { username: string; role: 'viewer' | 'operator' | 'admin'; hash: string }

/** One entry of `ROLLCALL_MATCH`. `''` matches every key; `format` null: found per key. */
export type PrefixSetting = { prefix: string; format: string | null }

/** Everything that the environment decides, checked. */
export type Settings = {
  /** Null only in the launcher, before it has started a store. */
  redis: RedisAddress | null
  store: 'given' | 'private' | 'embedded'
  /** Why this store, one sentence for people; empty when `given`. */
  storeReason: string
  /** Null: the built-in `session:` and `sess:`, and what discovery adds. */
  prefixes: PrefixSetting[] | null
  /** Formats of the file that `ROLLCALL_CONFIG` names; the prefix of each is a source. */
  customFormats: CustomFormat[]
  /** Several Redis, of the same file; empty: there is the one of `redis`. */
  sources: SourceSetting[]
  /** Null: the first source is home. */
  home: RedisAddress | null
  port: number
  bind: string
  /** Lower case, without ports, IPv6 in brackets as a URL's `hostname` has it. */
  allowedHosts: string[]
  adminPassword: string | null
  admins: AdminSetting[]
  secret: string | null
  isReadOnly: boolean
  /** What this console is for, said on every page; null: nothing is said. */
  environment: { name: string; color: ColorName } | null
  /** Whether `/metrics` answers. */
  hasMetrics: boolean
  /** What a scraper must send as its bearer token; null: nothing. */
  metricsToken: string | null
  hasDemo: boolean
  /** Sample sessions are only ever written to a store that we started ourselves. */
  hasSamples: boolean
  idleMs: number
  absoluteMs: number
  /** How long a revoked session is kept from coming back. */
  guardMs: number
  /** `''` or `/name`, never with a slash at the end. */
  basePath: string
  /** An origin such as `https://rollcall.example.com`. */
  publicUrl: string | null
  trustsProxy: boolean
  logLevel: string
  /** A launcher holds our standard input: its end is the launcher's end. */
  hasParent: boolean
  thresholds: Thresholds
  /** So many sessions are held; what is beyond is counted and left out. */
  maxSessions: number
  /** Null: nobody signs in by OpenID Connect. */
  openId: OpenIdSetting | null
  /** Null: no header of a proxy is believed. */
  proxy: ProxySetting | null
  /** `DEBUG` makes the client of Redis write every command to the output. */
  isRedisDebugged: boolean
  /** The roles that are shown no address of anybody. */
  hidesAddressesFrom: ('viewer' | 'operator' | 'admin')[]
}

/** Either the settings or every fault found, each one sentence that names its setting and never holds a secret. */
export type ParsedSettings = { settings: Settings; faults: [] } | { settings: null; faults: string[] }

/**
 * Reads the settings out of an environment. Pure but for `readFile`, which is called for the `NAME_FILE` of each secret, for `ROLLCALL_CONFIG` and the files it names, and may throw.
 * Plain JavaScript without dependencies: the launcher calls it before anything is installed.
 */
export function parseSettings(
  env: Record<string, string | undefined>,
  readFile: (path: string) => string,
): ParsedSettings

/** The settings that nobody may read but this server, by name. */
export const secrets: readonly string[]

/** Whether only this machine can reach a server bound to this address. */
export function isLoopback(bind: string): boolean
