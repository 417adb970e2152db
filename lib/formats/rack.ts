import { createHash } from 'node:crypto'
import type { Ending } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import type { SessionFormat } from './format'
import { isMarshalHash } from './marshal'
import { describeRubySession, readRubyHash, rubySecretNames } from './ruby-session'

/**
 * Rack and Rails sessions by redis-store: redis-rack, redis-actionpack, redis-rails. The hash of the session in Marshal, under a namespace and `2::` with the SHA-256 of the cookie's id, before Rack
 * 2.0.8 under that id itself. Every request that reads the session writes it again with the application's own lifetime, or without an end, which no value tells; so an extension holds until the next
 * request. Sources: redis-rack 3.0 `rack/session/redis.rb`, redis-store 1.11 `redis/store/serialization.rb`, rack-session 2.0 `abstract/id.rb`; fixtures made by redis-rack 2.1 and redis-actionpack 5.3.
 */
export const rack: SessionFormat = {
  id: 'rack',
  label: 'Rack and Rails',
  usualKeys: [/^((?:[\w.-]+:)+)2::[\da-f]{64}$/, /^((?:[\w.-]+:)*rack:session:)(?:[\da-f]{32}|[\da-f]{64})$/],
  companionKeys: null,

  recognises: ({ value }) => value.type === 'string' && isMarshalHash(value.bytes),

  decode({ value, now }) {
    if (value.type !== 'string') return { unreadable: 'It is a hash.' }
    const read = readRubyHash(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    return { ...describeRubySession(read.tree, read.isCut, now), encodings: read.encodings }
  },

  end: endOfRack,

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'remember-me'] },
  secretNames: rubySecretNames,
}

/** Rack looks under the hash of an id first, then under the id itself: where the key is a bare id, the other goes with it. */
export function endOfRack({ key, rest }: RawSession): Ending {
  if (!/^(?:[\da-f]{32}|[\da-f]{64})$/.test(rest)) return { invalidation: null, companions: [] }
  const hashed = Buffer.from(`2::${createHash('sha256').update(rest).digest('hex')}`)
  return {
    invalidation: null,
    companions: [{ deed: 'remove', key: Buffer.concat([key.subarray(0, key.length - rest.length), hashed]) }],
  }
}
