import { isTime } from '@/lib/session/lifetime'
import type { RawSession } from '@/lib/session/raw'
import { findFacts } from './facts'
import { isObject, own } from './json'
import { createJsonFormat, isoTimeOf, readWhole, rewriteJson } from './json-format'

/**
 * @fastify/session over any store of express-session: JSON with a `cookie` object that, unlike express-session's, names `sameSite` and `domain` also where they are null. Its `expires` is obeyed on
 * reading: past it the session is dead, whatever the TTL. With `rolling`, the default, each request saves the session, so the last visit is `expires` less `originalMaxAge`, and the browser's cookie is sent anew.
 * Source: @fastify/session 11.1 (`lib/session.js`, `lib/cookie.js`), fixtures made by it.
 */
export const fastifySession = createJsonFormat({
  id: 'fastify-session',
  label: '@fastify/session',
  usualKeys: [/^(sess:)[\w-]{32}$/],
  companionKeys: null,
  shape: 'the cookie object of Fastify sessions',

  is: (tree) => cookieOf(tree) !== null,

  facts(tree, { now }) {
    const cookie = cookieOf(tree) ?? {}
    const expiresAt = isoTimeOf(own(cookie, 'expires'))
    const maxAgeMs = own(cookie, 'originalMaxAge')
    const seenAt = expiresAt === null || !isTime(maxAgeMs) ? null : expiresAt - maxAgeMs
    const facts = findFacts(tree, now)
    return { ...facts, expiresAt, lastSeenAt: isTime(seenAt) && seenAt <= now ? seenAt : facts.lastSeenAt }
  },

  extend(raw: RawSession, untilAt: number) {
    const tree = readWhole(raw)
    const cookie = tree === null ? null : cookieOf(tree)
    if (cookie === null) return null
    const maxAgeMs = own(cookie, 'originalMaxAge')
    const expiresAt = isoTimeOf(own(cookie, 'expires'))
    if (expiresAt === null) return { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout'] }
    const later = new Date(Math.max(expiresAt, untilAt)).toISOString()
    if (!isTime(maxAgeMs)) {
      // An end without an age: the framework keeps it as it is, until the application names another.
      const rewrite = expiresAt >= untilAt ? null : rewriteJson(raw, [[['cookie', 'expires'], later]])
      return { rewrite, expiresAt: untilAt, notReached: ['app-timeout'] }
    }
    if (expiresAt >= untilAt && maxAgeMs >= untilAt - raw.now)
      return { rewrite: null, expiresAt: untilAt, notReached: [] }
    const rewrite = rewriteJson(raw, [
      [['cookie', 'originalMaxAge'], Math.max(maxAgeMs, Math.ceil(untilAt - raw.now))],
      [['cookie', 'expires'], later],
    ])
    return rewrite === null ? null : { rewrite, expiresAt: untilAt, notReached: [] }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})

function cookieOf(tree: Record<string, unknown>): Record<string, unknown> | null {
  const cookie = own(tree, 'cookie')
  if (!isObject(cookie) || !Object.hasOwn(cookie, 'originalMaxAge')) return null
  const isNamed = Object.hasOwn(cookie, 'sameSite') && Object.hasOwn(cookie, 'domain')
  const isOwn = own(cookie, 'sameSite') === null || own(cookie, 'domain') === null
  return isNamed && (isOwn || Object.keys(cookie)[0] === 'expires') ? cookie : null
}
