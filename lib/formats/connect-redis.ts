import { isTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { replaceInJson } from './json-text'
import { encodingsOf, readJsonBytes } from './text'

/**
 * express-session with connect-redis: JSON with a `cookie` object. The application slides the TTL to `cookie.originalMaxAge` at each request, so that is what an extension must
 * raise; without one the store's own `ttl` holds, which no value tells. The browser's cookie keeps its own clock. Sources: connect-redis 3 to 10, express-session 1.19
 * (`session/cookie.js`, `session/store.js`), fixtures made by both.
 */
export const connectRedis: SessionFormat = {
  id: 'connect-redis',
  label: 'express-session',
  usualKeys: [/^(sess:)[\w-]{32}$/],
  companionKeys: null,

  recognises: ({ value }) => 'cookie' in readSession(value),

  decode({ value, now, redisExpiresAt }) {
    const read = readSession(value)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const facts = findFacts(read.tree, now)
    const maxAgeMs = maxAgeOf(read.cookie)
    const seenAt = redisExpiresAt === null || maxAgeMs === null ? null : redisExpiresAt - maxAgeMs
    // Later than now: somebody moved the expiry, and it tells no visit any more. The store rounds up to a second.
    const lastSeenAt = isTime(seenAt) && seenAt <= now + 1_000 ? Math.min(seenAt, now) : facts.lastSeenAt
    return { facts: { ...facts, lastSeenAt }, tree: read.tree, encodings: encodingsOf('json', read) }
  },

  extend({ value, now }, untilAt) {
    const read = readSession(value)
    if ('reason' in read || read.isCut || value.type !== 'string') return null
    const maxAgeMs = maxAgeOf(read.cookie)
    if (maxAgeMs === null) return { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout'] }
    const oldExpiresAt = expiresOf(read.cookie)
    const isEnough = maxAgeMs >= untilAt - now && (oldExpiresAt === null || oldExpiresAt >= untilAt)
    if (isEnough) return { rewrite: null, expiresAt: untilAt, notReached: ['browser-cookie'] }
    // Only these two values change; a number too large for JavaScript elsewhere in the text stays as it is.
    const longer = Math.max(maxAgeMs, Math.ceil(untilAt - now))
    const later = JSON.stringify(new Date(Math.max(oldExpiresAt ?? 0, untilAt)).toISOString())
    const aged = replaceInJson(value.bytes.toString('utf8'), ['cookie', 'originalMaxAge'], String(longer))
    if (aged === null) return null
    const text = replaceInJson(aged, ['cookie', 'expires'], later) ?? aged
    return { rewrite: { type: 'string', bytes: Buffer.from(text) }, expiresAt: untilAt, notReached: ['browser-cookie'] }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

type Read = { tree: Record<string, unknown>; cookie: Record<string, unknown>; isCut: boolean }

function readSession(value: StoredValue): Read | { reason: string } {
  if (value.type !== 'string') return { reason: 'is a hash' }
  const read = readJsonBytes(value.bytes, value.isTruncated)
  if ('reason' in read) return read
  const cookie = isObject(read.tree) ? own(read.tree, 'cookie') : null
  if (
    !isObject(read.tree) ||
    !isObject(cookie) ||
    !['originalMaxAge', 'expires'].some((name) => Object.hasOwn(cookie, name))
  ) {
    return { reason: 'is JSON without the cookie object of express-session' }
  }
  return { tree: read.tree, cookie, isCut: read.isCut }
}

function maxAgeOf(cookie: Record<string, unknown>): number | null {
  const maxAge = own(cookie, 'originalMaxAge')
  return isTime(maxAge) ? maxAge : null
}

function expiresOf(cookie: Record<string, unknown>): number | null {
  const expires = own(cookie, 'expires')
  const at = typeof expires === 'string' ? Date.parse(expires) : Number.NaN
  return Number.isFinite(at) ? at : null
}
