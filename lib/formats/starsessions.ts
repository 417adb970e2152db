import { findFacts, timeOf } from './facts'
import { isObject, own } from './json'
import { createJsonFormat, readWhole, rewriteJson } from './json-format'

/**
 * starsessions for Starlette and FastAPI: the application's object with `__metadata__` of `lifetime`, `created` and `last_access` in seconds. Every response of a session that is not empty sets the TTL: without
 * `rolling`, the default, to `created` and `lifetime` together, so a later `created` is what makes it last. Source: starsessions 2.3 (`stores/redis.py`, `session.py`, `middleware.py`).
 */
export const starsessions = createJsonFormat({
  id: 'starsessions',
  label: 'starsessions',
  usualKeys: [/^(starsessions\.)[\da-f]{32}$/],
  companionKeys: null,
  shape: 'the metadata of starsessions',

  is: (tree) => metadataOf(tree) !== null,

  facts(tree, { now }) {
    const metadata = metadataOf(tree)
    const facts = findFacts(tree, now)
    return {
      ...facts,
      createdAt: timeOf(metadata?.created, now) ?? facts.createdAt,
      lastSeenAt: metadata === null ? facts.lastSeenAt : timeOf(own(metadata.all, 'last_access'), now),
    }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const metadata = tree === null ? null : metadataOf(tree)
    if (metadata === null) return null
    const { created, lifetime } = metadata
    const done = { expiresAt: untilAt, notReached: ['app-timeout' as const] }
    if (lifetime === 0 || (created + lifetime) * 1000 >= untilAt) return { rewrite: null, ...done }
    const later = Math.ceil(untilAt - lifetime * 1000) / 1000
    const rewrite = rewriteJson(raw, [[['__metadata__', 'created'], later]])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
})

function metadataOf(tree: Record<string, unknown>) {
  const all = own(tree, '__metadata__')
  if (!isObject(all)) return null
  const [created, lifetime] = [own(all, 'created'), own(all, 'lifetime')]
  const isSound =
    typeof created === 'number' &&
    typeof lifetime === 'number' &&
    created > 0 &&
    created < 1e11 &&
    lifetime >= 0 &&
    lifetime < 1e11
  return isSound ? { all, created, lifetime } : null
}
