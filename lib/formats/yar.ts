import { isTime } from '@/lib/session/lifetime'
import { findFacts } from './facts'
import { isObject, own } from './json'
import { createJsonFormat, readWhole, rewriteJson } from './json-format'

/**
 * @hapi/yar over catbox-redis: an envelope of `item`, `stored` and `ttl`; past `stored` and `ttl` together it counts as missing, whatever Redis says. It is renewed only when it changes. Smaller sessions
 * than `maxCookieSize` lie in the cookie and never reach Redis. Sources: @hapi/yar 11.0 (`lib/index.js`), @hapi/catbox-redis 7.1, fixtures made by both.
 */
export const yar = createJsonFormat({
  id: 'yar',
  label: '@hapi/yar',
  usualKeys: [/^((?:[^:]+:)?!%40hapi%2Fyar:)[\da-f-]{36}$/],
  companionKeys: null,
  shape: 'the envelope of catbox',

  is: (tree) => isTime(own(tree, 'stored')) && isTime(own(tree, 'ttl')) && isObject(own(tree, 'item')),

  facts(tree, { now }) {
    const [stored, ttl] = [own(tree, 'stored'), own(tree, 'ttl')]
    const endsAt = isTime(stored) && isTime(ttl) ? stored + ttl : null
    return { ...findFacts(own(tree, 'item'), now), expiresAt: isTime(endsAt) ? endsAt : null }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const [stored, ttl] = tree === null ? [null, null] : [own(tree, 'stored'), own(tree, 'ttl')]
    if (!isTime(stored) || !isTime(ttl)) return null
    const done = { expiresAt: untilAt, notReached: ['app-timeout' as const] }
    if (stored + ttl >= untilAt) return { rewrite: null, ...done }
    const storedAt = Math.max(stored, Math.floor(raw.now))
    const rewrite = rewriteJson(raw, [
      [['stored'], storedAt],
      [['ttl'], Math.ceil(untilAt) - storedAt],
    ])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})
