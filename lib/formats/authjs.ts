import type { RawSession } from '@/lib/session/raw'
import { findFacts, textOf } from './facts'
import { isObject, own, readJson } from './json'
import { createJsonFormat, isoTimeOf, readTree, readWhole, rewriteJson } from './json-format'

/**
 * Auth.js with its Upstash adapter: `sessionToken`, `userId` and `expires`, which alone decides: the keys have no TTL. `user:<id>` tells the person's name; `user:session:by-user-id:<id>` names the last of
 * their sessions. Source: @auth/upstash-redis-adapter 2.11 (`src/index.ts`), fixtures made by it.
 */
export const authjs = createJsonFormat({
  id: 'authjs',
  label: 'Auth.js',
  usualKeys: [/^((?:[\w-]+:)?user:session:)(?!by-user-id:)[\w-]{16,}$/],
  companionKeys: /user:session:by-user-id:/,
  shape: 'the token, user and end of Auth.js',

  is: (tree) =>
    typeof own(tree, 'sessionToken') === 'string' &&
    own(tree, 'userId') !== undefined &&
    own(tree, 'expires') !== undefined,

  related(raw) {
    const found = placesOf(raw)
    return found === null ? [] : [Buffer.from(`${found.base}user:${found.userId}`)]
  },

  facts(tree, { now, related }) {
    const [bytes] = related
    const read = bytes ? readJson(bytes.toString('utf8'), false) : null
    const user = read !== null && 'tree' in read && isObject(read.tree) ? read.tree : {}
    return {
      ...findFacts(tree, now),
      principal: textOf(own(tree, 'userId')),
      label: textOf(own(user, 'name')) ?? textOf(own(user, 'email')),
      expiresAt: isoTimeOf(own(tree, 'expires')),
    }
  },

  end(raw) {
    const found = placesOf(raw)
    if (found === null) return { invalidation: null, companions: [] }
    const key = Buffer.from(`${found.base}user:session:by-user-id:${found.userId}`)
    // It names one session only, and not always this one.
    const change = (bytes: Buffer) => (bytes.equals(raw.key) ? null : bytes)
    const undo = (bytes: Buffer | null) => bytes ?? raw.key
    return { invalidation: null, companions: [{ deed: 'rewrite', key, change, undo, untilAt: null }] }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const expiresAt = tree === null ? null : isoTimeOf(own(tree, 'expires'))
    if (expiresAt === null) return null
    const keyExpiresAt = raw.redisExpiresAt === null ? null : untilAt
    const done = { expiresAt: untilAt, keyExpiresAt, notReached: ['browser-cookie' as const] }
    if (expiresAt >= untilAt) return { rewrite: null, ...done }
    const rewrite = rewriteJson(raw, [[['expires'], new Date(untilAt).toISOString()]])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['open-sockets'] },
  secretNames: [],
  expectedSecrets: ['sessiontoken'],
})

/** What the adapter was told to put before its keys, and whose session it is. */
function placesOf(raw: RawSession): { base: string; userId: string } | null {
  const tree = readTree(raw)?.tree
  const userId = tree === undefined ? null : textOf(own(tree, 'userId'))
  const base = /^(.*?)user:session:/.exec(raw.key.toString('utf8'))?.[1]
  return userId === null || base === undefined ? null : { base, userId }
}
