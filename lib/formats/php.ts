import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { phpHeadOf, readPhpSession } from './php-session'

/**
 * PHP's own sessions, by the handlers of phpredis and Predis, in any of the five encodings of `session.serialize_handler`, packed or not. Nothing in the value tells a time; the
 * person is looked for under the usual names. PHP sets the TTL to `session.gc_maxlifetime` at each request, so an extension holds until the next one. An empty string is the
 * placeholder of the cluster's handler in strict mode, or a session that never held anything. The lock of a session stays where it is: it goes with its own request.
 * Sources: phpredis 6.1 `redis_session.c`, `library.c`; predis 2.2 `src/Session/Handler.php`; fixtures made by both.
 */
export const php: SessionFormat = {
  id: 'php',
  label: 'PHP sessions',
  usualKeys: [/^(PHPREDIS_(?:CLUSTER_)?SESSION:)[a-zA-Z0-9,-]{22,256}$/],
  companionKeys: /_LOCK$(?<=[a-zA-Z0-9,-]{22}_LOCK)/,

  recognises({ value, key, prefix }) {
    if (value.type !== 'string') return false
    if (value.bytes.length === 0) return prefix.startsWith('PHPREDIS_')
    const head = phpHeadOf(value.bytes)
    // Many a cache keeps arrays written like this, under names that no session has.
    return head !== null && (!head.startsWith('a:') || idAtEnd.test(key.toString('latin1')))
  },

  decode({ value, now }) {
    if (value.type !== 'string') return { unreadable: 'It is a hash.' }
    if (value.bytes.length === 0 && !value.isTruncated) {
      return { noSession: 'It is empty, as PHP keeps a place for a session that holds nothing.' }
    }
    const read = readPhpSession(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    return { facts: findFacts(read.tree, now), tree: read.tree, encodings: read.encodings }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

const idAtEnd = /[a-zA-Z0-9,-]{22}$/
