import type { RawSession } from '@/lib/session/raw'
import type { SessionFormat } from './format'
import { isObject } from './json'
import { isMarshalHash } from './marshal'
import { endOfRack } from './rack'
import { describeRubySession, type RubyRead, readRubyHash, rubySecretNames } from './ruby-session'
import { encodingsOf, readJsonBytes } from './text'

/** Of `2::` and a SHA-256 in hexadecimal. */
const privateIdLength = 67

/**
 * Rails sessions by redis-session-store: the hash of the session in Marshal or JSON; its hybrid serializer reads both and writes JSON, so each value is known by its own first bytes. The key is a prefix of
 * the application's own, often `<application>:session:`, or none, and `2::` with the SHA-256 of the cookie's id. In Marshal under another prefix a value is like one of `rack`, which ends and extends
 * alike. Every request that reads the session sets its lifetime again. Source: redis-session-store 0.11 `redis-session-store.rb`.
 */
export const redisSessionStore: SessionFormat = {
  id: 'redis-session-store',
  label: 'redis-session-store',
  usualKeys: [/^((?:[\w.-]+:)*(?!rack:)[\w.-]+:session:)2::[\da-f]{64}$/, /^(2::)[\da-f]{64}$/],
  companionKeys: null,

  recognises({ key, value }) {
    if (value.type !== 'string' || !endsWithPrivateId(key)) return false
    if (value.bytes[0] === 0x7b) return true
    return isMarshalHash(value.bytes) && isOwnPrefix.test(key.toString('latin1', 0, key.length - privateIdLength))
  },

  decode(raw) {
    const read = readValue(raw)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    return { ...describeRubySession(read.tree, read.isCut, raw.now), encodings: read.encodings }
  },

  end: endOfRack,

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'remember-me'] },
  secretNames: rubySecretNames,
}

const isOwnPrefix = /^$|^(?!.*rack:session:$).+:session:$/s

/** Cheap: a look at three bytes, and for few keys at the rest. */
export function endsWithPrivateId(key: Buffer): boolean {
  const at = key.length - privateIdLength
  if (at < 0 || key[at] !== 0x32 || key[at + 1] !== 0x3a || key[at + 2] !== 0x3a) return false
  return /^[\da-f]{64}$/.test(key.toString('latin1', at + 3))
}

function readValue({ value }: RawSession): RubyRead {
  if (value.type !== 'string') return { reason: 'is a hash' }
  if (value.bytes[0] === 0x04) return readRubyHash(value.bytes, value.isTruncated)
  const read = readJsonBytes(value.bytes, value.isTruncated)
  if ('reason' in read) return read
  return isObject(read.tree)
    ? { tree: read.tree, isCut: read.isCut, encodings: encodingsOf('json', read) }
    : { reason: 'is JSON but no object' }
}
