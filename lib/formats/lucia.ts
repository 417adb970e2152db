import { isTime } from '@/lib/session/lifetime'
import { findFacts, textOf } from './facts'
import { own } from './json'
import { createJsonFormat, readTree, readWhole, rewriteJson } from './json-format'

/**
 * Lucia 2 with its Redis adapter: the application's attributes with `id`, `user_id`, `active_expires` and `idle_expires`, the last of which ends it. A set `user_sessions:<id of the person>` names their
 * sessions. Sources: lucia 2.7, @lucia-auth/adapter-session-redis 2.1 (`src/drivers/ioredis.ts`), fixtures made by both.
 */
export const lucia = createJsonFormat({
  id: 'lucia',
  label: 'Lucia',
  usualKeys: [],
  companionKeys: /(?:^|:)user_sessions:/,
  shape: 'the times of Lucia',

  is: (tree) =>
    isTime(own(tree, 'idle_expires')) && isTime(own(tree, 'active_expires')) && own(tree, 'user_id') !== undefined,

  facts(tree, { now }) {
    const expiresAt = own(tree, 'idle_expires')
    return { ...findFacts(tree, now), expiresAt: isTime(expiresAt) ? expiresAt : null }
  },

  end(raw) {
    const tree = readTree(raw)?.tree ?? {}
    const [id, person] = [own(tree, 'id'), textOf(own(tree, 'user_id'))]
    if (typeof id !== 'string' || person === null) return { invalidation: null, companions: [] }
    // Where the application names the set otherwise, nothing tells how: the id stays in it, and Lucia passes over it.
    const base = /^(.*:)?session:[^:]+$/.exec(raw.key.toString('utf8'))?.[1] ?? ''
    const key = Buffer.from(`${base}user_sessions:${person}`)
    return { invalidation: null, companions: [{ deed: 'leave', key, type: 'set', member: Buffer.from(id) }] }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const [idle, active] = tree === null ? [null, null] : [own(tree, 'idle_expires'), own(tree, 'active_expires')]
    if (!isTime(idle) || !isTime(active)) return null
    const done = { expiresAt: untilAt, notReached: ['browser-cookie' as const] }
    if (idle >= untilAt) return { rewrite: null, ...done }
    const later = Math.floor(untilAt)
    const rewrite = rewriteJson(raw, [
      [['idle_expires'], later],
      [['active_expires'], Math.max(active, Math.min(later, active + later - idle))],
    ])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})
