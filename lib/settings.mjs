import { isIP } from 'node:net'
import { readConfigFile } from './config-file.mjs'
import { findPasswordFault } from './password-rules.mjs'
import { readPrefixList } from './prefix-settings.mjs'
import { parseRedisAddress } from './redis-address.mjs'
import { readOpenId, readProxy } from './sign-in-settings.mjs'

/** @typedef {import('./settings.d.mts').Settings} Settings */

/** Each also as `NAME_FILE`. */
export const secrets = [
  'REDIS_URL',
  'ROLLCALL_HOME_URL',
  'ROLLCALL_ADMIN_PASSWORD',
  'ROLLCALL_ADMINS',
  'ROLLCALL_SECRET',
  'ROLLCALL_METRICS_TOKEN',
  'ROLLCALL_OIDC_CLIENT_SECRET',
]
const plain = [
  'MATCH',
  'CONFIG',
  'BIND',
  'ALLOWED_HOSTS',
  'READ_ONLY',
  'DEMO',
  'IDLE_MS',
  'ABSOLUTE_MS',
  'GUARD_MS',
  'ENVIRONMENT',
  'ENVIRONMENT_COLOR',
  'METRICS',
  'OVERSIZED_BYTES',
  'HUGE_BYTES',
  'LONGEST_LIFE_MS',
  'SESSIONS_EACH',
  'ANONYMOUS_PERCENT',
  'ANONYMOUS_LEAST',
  'ID_BITS',
  'FULL_PERCENT',
  'MAX_SESSIONS',
  'OIDC_ISSUER',
  'OIDC_CLIENT_ID',
  'OIDC_NAME',
  'OIDC_SCOPES',
  'OIDC_ROLE_CLAIM',
  'OIDC_ROLES',
  'OIDC_USERNAME_CLAIM',
  'PROXY_USER_HEADER',
  'PROXY_ROLE_HEADER',
  'PROXY_ROLE',
  'PROXY_PEERS',
  'HIDE_ADDRESSES',
]
/** Said by the launcher to the server that it starts, and by the build to itself; never by a person. */
const internal = ['STORE', 'STORE_REASON', 'PARENT', 'BUILD_DIR', 'BUILD_BASE_PATH']

const formats = [
  'native',
  'oauth2-proxy',
  'authelia',
  'spring-session',
  'django',
  'django-cached-db',
  'gitlab',
  'rails-cache',
  'redis-session-store',
  'rack',
  'express-openid-connect',
  'fastify-session',
  'connect-redis',
  'koa-generic-session',
  'koa-session',
  'yar',
  'adonis',
  'better-auth',
  'authjs',
  'lucia',
  'starsessions',
  'laravel',
  'symfony',
  'magento',
  'codeigniter',
  'yii',
  'php',
  'aspnet-ticket',
  'aspnet-session',
  'aspnet-framework',
  'redisson-tomcat',
  'scs',
  'gorilla',
  'rbcervilla',
  'fiber',
  'flask-session',
  'msgpack',
  'plain',
]
const roles = ['viewer', 'operator', 'admin']
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const colors = ['red', 'amber', 'green', 'blue', 'violet', 'grey']
const reservedPaths = ['_next', 'api', 'healthz', 'readyz', 'metrics', '__BASE_PATH__']

const argon2Hash = /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$/
const hostName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i

export function parseSettings(env, readFile) {
  const faults = []
  const reader = createReader(env, readFile, faults)
  const { secret, text, flag, whole, address } = reader

  const given = address('REDIS_URL')
  const hasUrl = env.REDIS_URL !== undefined || env.REDIS_URL_FILE !== undefined
  const { customFormats, sources } = readConfigFile(text('ROLLCALL_CONFIG'), readFile, { formats, colors }, faults)
  if (sources.length > 0 && hasUrl) {
    faults.push('REDIS_URL and the sources of ROLLCALL_CONFIG both say where Redis is: keep one.')
  }
  if (sources.length > 0 && text('ROLLCALL_MATCH') !== undefined) {
    faults.push('ROLLCALL_MATCH and the sources of ROLLCALL_CONFIG both name prefixes: write match beside each source.')
  }
  const redis = sources[0]?.address ?? given
  const store = text('ROLLCALL_STORE') ?? (hasUrl || sources.length > 0 ? 'given' : 'private')
  const home = address('ROLLCALL_HOME_URL')
  if (home && home.databases.length > 1) faults.push('ROLLCALL_HOME_URL must name one database, not several.')
  const bind = text('ROLLCALL_BIND') ?? '127.0.0.1'
  if (!isIP(bind) && !hostName.test(bind)) faults.push(`ROLLCALL_BIND must be an address or a host name, ${not(bind)}.`)
  const publicUrl = readOrigin(text('PUBLIC_URL'), faults)
  const adminPassword = secret('ROLLCALL_ADMIN_PASSWORD')
  const weakness = adminPassword === undefined ? null : findPasswordFault(adminPassword, ['rollcall', 'admin'])
  if (weakness !== null) faults.push(`ROLLCALL_ADMIN_PASSWORD ${weakness}.`)
  if (adminPassword === undefined && !isLoopback(bind)) {
    faults.push('ROLLCALL_BIND opens Rollcall to other machines: set ROLLCALL_ADMIN_PASSWORD too.')
  }
  const hasDemo = flag('ROLLCALL_DEMO', store !== 'given')
  const idleMs = whole('ROLLCALL_IDLE_MS', 1000, 2 ** 40, 30 * 60_000)
  const absoluteMs = whole('ROLLCALL_ABSOLUTE_MS', 1000, 2 ** 40, 12 * 60 * 60_000)
  if (idleMs > absoluteMs) faults.push('ROLLCALL_IDLE_MS must not be longer than ROLLCALL_ABSOLUTE_MS.')
  const logLevel = text('LOG_LEVEL') ?? 'info'
  if (!logLevels.includes(logLevel)) faults.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}, ${not(logLevel)}.`)
  faults.push(...findStrangers(env))

  /** @type {Settings} */
  const settings = {
    redis,
    store,
    storeReason: text('ROLLCALL_STORE_REASON') ?? '',
    prefixes: readPrefixes(text('ROLLCALL_MATCH'), customFormats, faults),
    customFormats,
    sources,
    home,
    port: whole('PORT', 1, 65_535, 3000),
    bind,
    allowedHosts: readHosts(text('ROLLCALL_ALLOWED_HOSTS'), publicUrl, faults),
    adminPassword: adminPassword ?? null,
    admins: readAdmins(secret('ROLLCALL_ADMINS'), faults),
    secret: readLong('ROLLCALL_SECRET', secret('ROLLCALL_SECRET'), 32, faults) ?? null,
    isReadOnly: flag('ROLLCALL_READ_ONLY', false),
    hasMetrics: flag('ROLLCALL_METRICS', false),
    metricsToken: readLong('ROLLCALL_METRICS_TOKEN', secret('ROLLCALL_METRICS_TOKEN'), 16, faults) ?? null,
    hasDemo,
    hasSamples: hasDemo && store !== 'given',
    idleMs,
    absoluteMs,
    guardMs: whole('ROLLCALL_GUARD_MS', 1000, 24 * 60 * 60_000, 300_000),
    basePath: readBasePath(text('BASE_PATH'), faults),
    publicUrl,
    trustsProxy: flag('TRUST_PROXY', false),
    logLevel,
    environment: readEnvironment(text('ROLLCALL_ENVIRONMENT'), text('ROLLCALL_ENVIRONMENT_COLOR'), faults),
    hasParent: flag('ROLLCALL_PARENT', false),
    thresholds: readThresholds(whole, faults),
    maxSessions: whole('ROLLCALL_MAX_SESSIONS', 1, 16_000_000, 2_000_000),
    openId: readOpenId(reader, { publicUrl, roles }, faults),
    proxy: readProxy(reader, { roles }, faults),
    isRedisDebugged: debugs(env.DEBUG, 'ioredis:'),
    hidesAddressesFrom: readHiding(text('ROLLCALL_HIDE_ADDRESSES'), faults),
  }
  return faults.length > 0 ? { settings: null, faults } : { settings, faults: [] }
}

export function isLoopback(bind) {
  return bind === 'localhost' || bind === '::1' || (isIP(bind) === 4 && bind.startsWith('127.'))
}

/** One reader for each kind of setting: undefined means unset, a fault is noted and the default goes on, so that all are found at once. */
function createReader(env, readFile, faults) {
  const text = (name) => env[name]?.trim() || undefined

  function secret(name) {
    const file = env[`${name}_FILE`]
    if (env[name] !== undefined && file !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set: keep one.`)
      return undefined
    }
    let value = env[name]
    if (file !== undefined) {
      try {
        value = readFile(file).replace(/\r?\n$/, '')
      } catch {
        faults.push(`${name}_FILE names a file that cannot be read.`)
        return undefined
      }
    }
    if (value?.trim() === '') {
      faults.push(file === undefined ? `${name} is empty.` : `${name}_FILE names an empty file.`)
      return undefined
    }
    return value
  }

  function flag(name, fallback) {
    const value = text(name)?.toLowerCase()
    if (value === undefined) return fallback
    if (['on', '1', 'true'].includes(value)) return true
    if (!['off', '0', 'false'].includes(value)) faults.push(`${name} must be on or off, ${not(value)}.`)
    return false
  }

  function whole(name, least, most, fallback) {
    const value = text(name)
    if (value === undefined) return fallback
    if (/^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
    const unit = name.endsWith('_MS') ? ' of milliseconds' : name.endsWith('_BYTES') ? ' of bytes' : ''
    faults.push(`${name} must be a whole number${unit} from ${least} to ${most}, ${not(value)}.`)
    return fallback
  }

  function address(name) {
    const value = secret(name)
    if (value === undefined) return null
    const parsed = parseRedisAddress(value)
    const file = env[`${name}_FILE`]
    if ('address' in parsed)
      return file === undefined ? parsed.address : { ...parsed.address, secretFiles: { url: file } }
    faults.push(`${name} ${parsed.fault}.`)
    return null
  }

  return { secret, text, flag, whole, address }
}

function readLong(name, value, least, faults) {
  if (value !== undefined && [...value].length < least) faults.push(`${name} must have at least ${least} characters.`)
  return value
}

function readPrefixes(value, customFormats, faults) {
  if (value === undefined) return null
  const known = [...customFormats.map(({ id }) => id), ...formats]
  return readPrefixList(value.split(','), known, (what) => faults.push(`ROLLCALL_MATCH ${what}.`))
}

function readEnvironment(name, color = 'grey', faults) {
  if (!colors.includes(color))
    faults.push(`ROLLCALL_ENVIRONMENT_COLOR must be one of ${colors.join(', ')}, ${not(color)}.`)
  if (name === undefined) {
    if (color !== 'grey') faults.push('ROLLCALL_ENVIRONMENT_COLOR needs ROLLCALL_ENVIRONMENT beside it.')
    return null
  }
  if ([...name].length > 24 || /\p{C}/u.test(name)) {
    faults.push(`ROLLCALL_ENVIRONMENT must be a name of at most 24 characters, ${not(name)}.`)
  }
  return { name, color }
}

/** Whether what `DEBUG` names, as the package `debug` reads it, has a part under this name: then that part writes to the output. */
function debugs(value, name) {
  const wanted = (value ?? '').split(/[\s,]+/).filter((one) => one !== '' && !one.startsWith('-'))
  // A star may stand anywhere: what comes before it decides.
  return wanted.some((one) => (one.includes('*') && name.startsWith(one.split('*')[0])) || one.startsWith(name))
}

/** The roles that see no addresses: those up to the one that is named. */
function readHiding(value, faults) {
  if (value === undefined) return []
  const names = ['viewer', 'operator', 'all']
  if (!names.includes(value)) faults.push(`ROLLCALL_HIDE_ADDRESSES must be one of ${names.join(', ')}, ${not(value)}.`)
  return roles.slice(0, names.indexOf(value) + 1)
}

/** From which number on something is a finding. */
function readThresholds(whole, faults) {
  const thresholds = {
    oversizedBytes: whole('ROLLCALL_OVERSIZED_BYTES', 1, 2 ** 30, 4096),
    hugeBytes: whole('ROLLCALL_HUGE_BYTES', 1, 2 ** 30, 64 * 1024),
    longestLifeMs: whole('ROLLCALL_LONGEST_LIFE_MS', 60_000, 2 ** 40, 30 * 24 * 60 * 60_000),
    sessionsEach: whole('ROLLCALL_SESSIONS_EACH', 1, 1_000_000, 20),
    anonymousPercent: whole('ROLLCALL_ANONYMOUS_PERCENT', 0, 100, 50),
    anonymousLeast: whole('ROLLCALL_ANONYMOUS_LEAST', 1, 1_000_000_000, 100),
    idBits: whole('ROLLCALL_ID_BITS', 1, 512, 64),
    fullPercent: whole('ROLLCALL_FULL_PERCENT', 1, 100, 90),
  }
  if (thresholds.oversizedBytes > thresholds.hugeBytes) {
    faults.push('ROLLCALL_OVERSIZED_BYTES must not be larger than ROLLCALL_HUGE_BYTES.')
  }
  return thresholds
}

function readHosts(value, publicUrl, faults) {
  if (value === undefined) {
    const own = ['localhost', '127.0.0.1', '[::1]']
    return publicUrl === null ? own : [...new Set([...own, new URL(publicUrl).hostname])]
  }
  return value.split(',').map((entry) => {
    const host = entry.trim().toLowerCase()
    if (isIP(host) === 6) return `[${host}]`
    const name = host.replace(/:\d+$/, '')
    if (!hostName.test(name) && !(/^\[.+\]$/.test(name) && isIP(name.slice(1, -1)) === 6)) {
      faults.push(`ROLLCALL_ALLOWED_HOSTS must be host names, separated by commas, ${not(entry)}.`)
    }
    return name
  })
}

function readAdmins(value, faults) {
  const lines = value === undefined ? [] : value.split(/\s+/).filter((line) => line !== '')
  const names = new Set(['admin'])
  return lines.map((line, index) => {
    const [username, role, ...rest] = line.split(':')
    const hash = rest.join(':')
    const place = `ROLLCALL_ADMINS, entry ${index + 1},`
    if (!username || !roles.includes(role) || !argon2Hash.test(hash)) {
      faults.push(`${place} must be name:role:hash as npm run hash-password prints it; roles are ${roles.join(', ')}.`)
    } else if (names.has(username)) faults.push(`${place} names somebody who is there already.`)
    names.add(username)
    return { username, role, hash }
  })
}

function readOrigin(value, faults) {
  if (value === undefined) return null
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && /^[^?#]+$/.test(value))
    return url.origin
  faults.push('PUBLIC_URL must be an origin such as https://rollcall.example.com, without path or password.')
  return null
}

function readBasePath(value, faults) {
  if (value === undefined) return ''
  const parts = value.split('/').slice(1)
  if (!/^(\/[\w~-][\w.~-]*)+$/.test(value) || reservedPaths.includes(parts[0])) {
    faults.push(`BASE_PATH must be a path such as /rollcall, none of Rollcall's own, ${not(value)}.`)
  }
  return value
}

function findStrangers(env) {
  const known = [...plain, ...internal].map((name) => `ROLLCALL_${name}`)
  known.push(...secrets, ...secrets.map((name) => `${name}_FILE`))
  return Object.keys(env)
    .filter((name) => name.startsWith('ROLLCALL_') && env[name]?.trim() !== '' && !known.includes(name))
    .sort()
    .map((name) => `${name} is no setting of Rollcall.`)
}

const quote = (value) => JSON.stringify(value.slice(0, 60))
const not = (value) => `not ${quote(value)}`
