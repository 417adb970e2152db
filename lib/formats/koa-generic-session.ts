import { isTime } from '@/lib/session/lifetime'
import { findFacts } from './facts'
import { isObject, own } from './json'
import { createJsonFormat, readWhole, rewriteJson } from './json-format'

/**
 * koa-generic-session: JSON with a `cookie` object of the options of Koa's cookies (`overwrite`, `signed`, `maxAge`), never with `originalMaxAge`. No time in it is obeyed on reading; `cookie.maxAge` is what
 * later saves use. Sources: koa-generic-session 2.3 (`src/session.js`, `src/store.js`), koa-redis 4.0, fixtures made by both.
 */
export const koaGenericSession = createJsonFormat({
  id: 'koa-generic-session',
  label: 'koa-generic-session',
  usualKeys: [/^(koa:sess:)[\w-]{32}$/],
  companionKeys: null,
  shape: 'the cookie object of koa-generic-session',

  is: (tree) => cookieOf(tree) !== null,
  facts: (tree, { now }) => findFacts(tree, now),

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const cookie = tree === null ? null : cookieOf(tree)
    if (cookie === null) return null
    const maxAgeMs = own(cookie, 'maxAge')
    if (!isTime(maxAgeMs)) return { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout'] }
    const done = { expiresAt: untilAt, notReached: ['browser-cookie' as const] }
    if (maxAgeMs >= untilAt - raw.now) return { rewrite: null, ...done }
    const rewrite = rewriteJson(raw, [[['cookie', 'maxAge'], Math.ceil(untilAt - raw.now)]])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})

function cookieOf(tree: Record<string, unknown>): Record<string, unknown> | null {
  const cookie = own(tree, 'cookie')
  if (!isObject(cookie) || Object.hasOwn(cookie, 'originalMaxAge') || Object.hasOwn(tree, 'header')) return null
  return Object.hasOwn(cookie, 'overwrite') && Object.hasOwn(cookie, 'signed') ? cookie : null
}
