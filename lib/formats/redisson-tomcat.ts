import { isUtf8 } from 'node:buffer'
import { isTime } from '@/lib/session/lifetime'
import { fieldOf, type RawSession } from '@/lib/session/raw'
import { branch } from '@/lib/session/tree'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { kryoInt, readKryo } from './kryo'
import { maxNodes } from './limits'
import { encodingsOf } from './text'

/**
 * Redisson's session manager for Tomcat: a hash with `session:*` fields and the attributes, each by Kryo 5, of which texts, whole numbers and booleans are read. Every node that has served a
 * session keeps it in its memory and writes it back, so nothing from outside ends it for sure. Sources: redisson 4.7 `redisson-tomcat/…/{RedissonSession,RedissonSessionManager}.java`,
 * Kryo 5 `io/Output.java`.
 */
export const redissonTomcat: SessionFormat = {
  id: 'redisson-tomcat',
  label: 'Redisson for Tomcat',
  usualKeys: [/^((?:.*:)?redisson:tomcat_session:)[0-9A-F]{32}(?:\.[\w-]+)?$/],
  companionKeys: /redisson:tomcat_notified_nodes:[\w.-]+$/,

  recognises: ({ value }) => fieldOf(value, 'session:creationTime') !== null,

  decode({ value, now }) {
    if (value.type !== 'hash') return { unreadable: 'It is no hash of a session.' }
    const tree = branch()
    for (const [name, bytes] of value.fields.slice(0, maxNodes)) {
      tree[isUtf8(name) ? name.toString('utf8') : name.toString('hex')] = readKryo(bytes)
    }
    // What a node writes back after the end has no beginning.
    if (!value.isTruncated && tree['session:creationTime'] === undefined) {
      return { noSession: 'It is what a node wrote back of a session that had ended.' }
    }
    if (tree['session:isValid'] === false) return { noSession: 'It is marked as ended.' }
    const usedAt = timeOf(tree['session:thisAccessedTime'])
    const seconds = tree['session:maxInactiveInterval']
    const expiresAt = usedAt !== null && isPeriod(seconds) ? usedAt + seconds * 1000 : null
    return {
      facts: {
        ...findFacts(tree, now),
        createdAt: timeOf(tree['session:creationTime']),
        lastSeenAt: usedAt ?? timeOf(tree['session:lastAccessedTime']),
        expiresAt,
      },
      tree,
      encodings: encodingsOf('Kryo 5', { isCut: value.isTruncated || value.fields.length > maxNodes }),
    }
  },

  end: (raw) => ({
    invalidation: null,
    companions: nodesOf(raw).map((key) => ({ deed: 'remove', key })),
  }),

  extend({ value }, untilAt) {
    if (value.type !== 'hash' || value.isTruncated) return null
    const period = fieldOf(value, intervalName)
    const used = fieldOf(value, 'session:thisAccessedTime')
    const seconds = period === null ? null : readKryo(period)
    const usedAt = used === null ? null : timeOf(readKryo(used))
    if (usedAt === null || !isPeriod(seconds)) {
      return { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout', 'heap-copy'] }
    }
    const longer = Math.max(seconds, Math.ceil((untilAt - usedAt) / 1000))
    const isLonger = longer > seconds && longer < 2 ** 31
    return {
      rewrite: isLonger ? { type: 'hash', fields: [[Buffer.from(intervalName), kryoInt(longer)]] } : null,
      expiresAt: untilAt,
      keyExpiresAt: untilAt + keptMs,
      notReached: ['heap-copy'],
    }
  },

  notReached: { extend: ['app-timeout', 'heap-copy'], revoke: ['heap-copy', 'in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

const intervalName = 'session:maxInactiveInterval'
/** The key outlives the session by so much. */
const keptMs = 60_000

/** The set of nodes that were told of a change. */
function nodesOf({ key }: RawSession): Buffer[] {
  const text = key.toString('latin1')
  const nodes = text.replace('redisson:tomcat_session:', 'redisson:tomcat_notified_nodes:')
  return nodes === text ? [] : [Buffer.from(nodes, 'latin1')]
}

const timeOf = (value: unknown): number | null => (isTime(value) ? value : null)

/** Zero or less: it never ends by itself. */
const isPeriod = (seconds: unknown): seconds is number =>
  typeof seconds === 'number' && seconds > 0 && seconds < 2 ** 31
