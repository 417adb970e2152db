import type { RawSession } from '@/lib/session/raw'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { own } from './json'
import { isMap } from './msgpack'
import { isPickle, type PythonRead, readPython } from './python-value'

/**
 * Flask-Session: the session's dict with `_permanent`, and Flask-Login's `_user_id` and `_fresh`, as MessagePack or JSON since 0.7 and as pickle before. Every response sets the
 * TTL to the application's own lifetime, which no value tells; so an extension holds until the next request, and a request on its way may write a revoked session again.
 * Source: Flask-Session 0.3 to 0.8 `sessions.py`, `base.py`, `redis/redis.py`, Flask-Login 0.6.
 */
export const flaskSession: SessionFormat = {
  id: 'flask-session',
  label: 'Flask-Session',
  usualKeys: [/^(session:)(?:[\w-]{43}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/],
  companionKeys: null,

  recognises(raw) {
    if (raw.value.type !== 'string') return false
    const { bytes } = raw.value
    if (!isPickle(bytes) && !isMap(bytes) && bytes[0] !== 0x7b) return false
    // Flask makes `_permanent` before all else; a look at the head spares the reading of all that has none.
    const head = bytes.toString('latin1', 0, 1_024)
    if (!head.includes('_permanent') && !head.includes('_fresh')) return false
    const read = readValue(raw)
    return 'tree' in read && typeof (own(read.tree, '_permanent') ?? own(read.tree, '_fresh')) === 'boolean'
  },

  decode(raw) {
    const read = readValue(raw)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const facts = findFacts(read.tree, raw.now)
    const principal = textOf(own(read.tree, '_user_id')) ?? facts.principal
    return { facts: { ...facts, principal }, tree: read.tree, encodings: read.encodings }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'remember-me'] },
  secretNames: [],
}

function readValue({ value }: RawSession): PythonRead {
  return value.type === 'string' ? readPython(value.bytes, value.isTruncated) : { reason: 'is a hash' }
}
