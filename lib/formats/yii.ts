import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { own } from './json'
import { phpHeadOf, readPhpSession, variablePlaces } from './php-session'
import { idOf, secondsOf } from './php-tree'

/**
 * Yii 2 by yii2-redis: a PHP session under five digits of the application's MD5 and the MD5 of its id, so that a key never is the cookie. The person is `__id`. With an
 * `authTimeout` the person is signed out at `__expire`, which each request moves, and in any case at `__absoluteExpire`; an extension raises the first, up to the second.
 * Every request sets the TTL. Sources: yii2-redis 2.0 `src/Session.php`, yii2 2.0 `web/User.php`.
 */
export const yii: SessionFormat = {
  id: 'yii',
  label: 'Yii',
  usualKeys: [/^([0-9a-f]{5})[0-9a-f]{32}$/],
  companionKeys: null,

  recognises({ value }) {
    if (value.type !== 'string') return false
    const head = phpHeadOf(value.bytes)
    return head !== null && marks.test(head)
  },

  decode({ value, now }) {
    if (value.type !== 'string') return { unreadable: 'It is a hash.' }
    const read = readPhpSession(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const facts = findFacts(read.tree, now)
    const principal = idOf(own(read.tree, '__id')) ?? facts.principal
    const ends = ['__expire', '__absoluteExpire'].flatMap((name) => secondsOf(own(read.tree, name)) ?? [])
    const expiresAt = ends.length === 0 ? null : Math.min(...ends)
    return { facts: { ...facts, principal, expiresAt }, tree: read.tree, encodings: read.encodings }
  },

  extend({ value }, untilAt) {
    if (value.type !== 'string' || value.isTruncated) return null
    const read = readPhpSession(value.bytes, false)
    if ('reason' in read || read.isCut) return null
    const latestAt = secondsOf(own(read.tree, '__absoluteExpire')) ?? Number.POSITIVE_INFINITY
    const expiresAt = Math.min(untilAt, latestAt)
    const notReached = untilAt > latestAt ? (['app-timeout', 'absolute-timeout'] as const) : (['app-timeout'] as const)
    const oldAt = secondsOf(own(read.tree, '__expire'))
    const seconds = Math.ceil(expiresAt / 1_000)
    if (oldAt === null || oldAt >= seconds * 1_000) return { rewrite: null, expiresAt, notReached: [...notReached] }
    const place = variablePlaces(value.bytes).get('__expire')
    // Packed, or in an encoding that is not rewritten: the TTL alone would not be obeyed.
    if (place === undefined)
      return { rewrite: null, expiresAt: Math.min(expiresAt, oldAt), notReached: [...notReached] }
    const bytes = Buffer.concat([
      value.bytes.subarray(0, place.start),
      Buffer.from(`i:${seconds};`),
      value.bytes.subarray(place.end),
    ])
    return { rewrite: { type: 'string', bytes }, expiresAt, notReached: [...notReached] }
  },

  notReached: {
    extend: ['app-timeout', 'browser-cookie'],
    revoke: ['remember-me', 'in-flight-requests', 'open-sockets'],
  },
  secretNames: ['__authkey'],
  // The key by which Yii ends the sessions of a changed password.
  expectedSecrets: ['__authkey'],
}

const marks = /__(?:flash|id|authKey|returnUrl|expire|absoluteExpire)\b/
