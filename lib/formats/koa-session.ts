import { isTime } from '@/lib/session/lifetime'
import { findFacts } from './facts'
import { own } from './json'
import { createJsonFormat, readWhole, rewriteJson } from './json-format'

/** The key outlives the session by so much. */
const graceMs = 10_000

/**
 * koa-session with an external store such as koa-redis, also under Egg.js: the application's own object with `_expire` and `_maxAge`, or `_session` for one that ends with the browser. `_expire` is obeyed on
 * reading, and `_maxAge` is taken back into the options, so both hold after an extension. Sources: koa-session 7.0 (`src/session.ts`, `src/context.ts`), koa-redis 4.0, fixtures made by both.
 */
export const koaSession = createJsonFormat({
  id: 'koa-session',
  label: 'koa-session',
  usualKeys: [],
  companionKeys: null,
  shape: 'the times of koa-session',

  is: (tree) => (isTime(own(tree, '_maxAge')) ? isTime(own(tree, '_expire')) : own(tree, '_session') === true),

  facts(tree, { now }) {
    const expiresAt = own(tree, '_expire')
    return { ...findFacts(tree, now), expiresAt: isTime(expiresAt) ? expiresAt : null }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    if (tree === null) return null
    const [expiresAt, maxAgeMs] = [own(tree, '_expire'), own(tree, '_maxAge')]
    if (!isTime(expiresAt) || !isTime(maxAgeMs))
      return { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout'] }
    const done = { expiresAt: untilAt, keyExpiresAt: untilAt + graceMs, notReached: ['browser-cookie' as const] }
    if (expiresAt >= untilAt && maxAgeMs >= untilAt - raw.now) return { rewrite: null, ...done }
    const rewrite = rewriteJson(raw, [
      [['_expire'], Math.max(expiresAt, untilAt)],
      [['_maxAge'], Math.max(maxAgeMs, Math.ceil(untilAt - raw.now))],
    ])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})
