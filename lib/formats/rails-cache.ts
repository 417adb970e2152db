import { deflateSync, inflateSync } from 'node:zlib'
import type { RawSession } from '@/lib/session/raw'
import type { SessionFormat } from './format'
import { inflate } from './inflate'
import { own } from './json'
import { readMarshal } from './marshal'
import { endOfRack } from './rack'
import { describeRubySession, hashOf, rubySecretNames } from './ruby-session'

/** The session in an entry, when the entry ends for Rails, and the entry with a later end: null where that cannot be written. `reason` ends a sentence that begins with "It". */
type Entry =
  | {
      session: Record<string, unknown>
      isCut: boolean
      encodings: string[]
      expiresAt: number | null
      rewrite(untilAt: number): Buffer | null
    }
  | { reason: string }

/**
 * Rails sessions in its cache store (`:cache_store` with RedisCacheStore): an entry of ActiveSupport under `_session_id:`, with or without the store's namespace before it, and `2::` with the SHA-256 of the
 * cookie's id. The entry holds an end of its own, which Rails obeys beside the TTL; every request that reads the session writes a new one. Three forms, by the version that wrote them:
 *
 *     6.1 := Marshal of an ActiveSupport::Cache::Entry: @value the session, or its Marshal packed by zlib with @compressed; @created_at and @expires_in in seconds
 *     7.0 := 00 array | 01 zlib(array)                  array: Marshal of [session, end in seconds, version], what is nil at its end left out
 *     7.1 := 00 11 kind end:f64le length:i32le version{length} payload     kind 01 an object, and 80 where zlib packs the payload; end -1 for none, length -1 for no version
 *
 * Sources: Rails 6.1.7, 7.0.8, 7.1 `active_support/cache.rb`, `cache/coder.rb`, `cache/entry.rb`, `action_dispatch/middleware/session/cache_store.rb`.
 */
export const railsCache: SessionFormat = {
  id: 'rails-cache',
  label: 'Rails cache store',
  usualKeys: [/^((?:[\w.-]+:)*_session_id:)(?:2::[\da-f]{64}|[\da-f]{32})$/],
  companionKeys: null,

  recognises: ({ key, value }) =>
    value.type === 'string' && versionOf(value.bytes) !== null && ownKey.test(key.toString('latin1')),

  decode(raw) {
    const entry = readEntry(raw)
    if ('reason' in entry) return { unreadable: `It ${entry.reason}.` }
    const { facts, tree } = describeRubySession(entry.session, entry.isCut, raw.now)
    return { facts: { ...facts, expiresAt: entry.expiresAt }, tree, encodings: entry.encodings }
  },

  end: endOfRack,

  extend(raw, untilAt) {
    const entry = readEntry(raw)
    if ('reason' in entry || entry.isCut) return null
    const done = { expiresAt: untilAt, notReached: ['app-timeout' as const, 'browser-cookie' as const] }
    if (entry.expiresAt === null || entry.expiresAt >= untilAt) return { rewrite: null, ...done }
    const bytes = entry.rewrite(untilAt)
    return bytes === null ? null : { rewrite: { type: 'string', bytes }, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'remember-me'] },
  secretNames: rubySecretNames,
}

const ownKey = /(?:^|:)_session_id:(?:2::[\da-f]{64}|[\da-f]{32})$/
const objectOf61 = Buffer.from('\x04\x08o: ActiveSupport::Cache::Entry', 'latin1')
const floatMark = 0x66
const stringMark = 0x22

function versionOf(bytes: Buffer): '6.1' | '7.0' | '7.1' | null {
  const [first, second] = bytes
  if (first === 0x00) return second === 0x11 ? '7.1' : second === 0x04 ? '7.0' : null
  if (first === 0x01) return second === 0x78 ? '7.0' : null
  return bytes.subarray(0, objectOf61.length).equals(objectOf61) ? '6.1' : null
}

function readEntry({ value }: RawSession): Entry {
  if (value.type !== 'string') return { reason: 'is a hash' }
  const version = versionOf(value.bytes)
  if (version === '6.1') return readEntry61(value.bytes, value.isTruncated)
  if (version === '7.0') return readEntry70(value.bytes, value.isTruncated)
  if (version === '7.1') return readEntry71(value.bytes, value.isTruncated)
  return { reason: 'is no entry of a Rails cache' }
}

function readEntry61(bytes: Buffer, isTruncated: boolean): Entry {
  const read = readMarshal(bytes, isTruncated)
  if ('reason' in read) return read
  const object = hashOf(read.tree)
  const names = object === null ? [] : Object.keys(object)
  if (object === null || (names.length !== read.spans.length && !read.isCut)) return notSession
  const spanOf = (name: string) => read.spans[names.indexOf(name)]
  const created = own(object, '@created_at')
  const lasts = own(object, '@expires_in')
  const span = spanOf('@expires_in')
  const ends = {
    expiresAt: typeof created === 'number' && typeof lasts === 'number' ? millisecondsOf(created + lasts) : null,
    rewrite: (untilAt: number) =>
      span === undefined || typeof created !== 'number' ? null : replaceFloat(bytes, span, untilAt / 1000 - created),
  }
  const encodings = ['Rails cache entry 6.1']
  if (own(object, '@compressed') !== true) return sessionOf(own(object, '@value'), read.isCut, encodings, ends)
  const packed = textAt(bytes, spanOf('@value'))
  return packed === null ? notSession : unpackSession(packed, read.isCut, encodings, ends)
}

function readEntry70(bytes: Buffer, isTruncated: boolean): Entry {
  const isPacked = bytes[0] === 1
  const unpacked = isPacked
    ? inflate(inflateSync, bytes.subarray(1), isTruncated, 'zlib')
    : { bytes: bytes.subarray(1), isCut: isTruncated }
  if ('reason' in unpacked) return unpacked
  const read = readMarshal(unpacked.bytes, unpacked.isCut)
  if ('reason' in read) return read
  if (!Array.isArray(read.tree)) return notSession
  const [session, ends] = read.tree
  const span = read.spans[1]
  const rewrite = (untilAt: number) => {
    const inner = span === undefined ? null : replaceFloat(unpacked.bytes, span, untilAt / 1000)
    return inner && Buffer.concat([bytes.subarray(0, 1), isPacked ? deflateSync(inner) : inner])
  }
  const encodings = ['Rails cache entry 7.0', ...(isPacked ? ['zlib'] : [])]
  const expiresAt = typeof ends === 'number' ? millisecondsOf(ends) : null
  return sessionOf(session, read.isCut, encodings, { expiresAt, rewrite })
}

function readEntry71(bytes: Buffer, isTruncated: boolean): Entry {
  const headBytes = 15
  if (bytes.length < headBytes) return { reason: 'is the entry of a Rails cache that ends early' }
  const kind = bytes[2] ?? 0
  const seconds = bytes.readDoubleLE(3)
  const versionBytes = bytes.readInt32LE(11)
  if ((kind & 0x7f) !== 1 || versionBytes < -1) return notSession
  const ends = {
    expiresAt: seconds < 0 ? null : millisecondsOf(seconds),
    rewrite(untilAt: number) {
      const later = Buffer.from(bytes)
      later.writeDoubleLE(untilAt / 1000, 3)
      return later
    },
  }
  const payload = bytes.subarray(headBytes + Math.max(versionBytes, 0))
  const encodings = ['Rails cache entry 7.1']
  return kind & 0x80
    ? unpackSession(payload, isTruncated, encodings, ends)
    : loadSession(payload, isTruncated, encodings, ends)
}

type Ends = Pick<Exclude<Entry, { reason: string }>, 'expiresAt' | 'rewrite'>

const notSession = { reason: 'is the entry of a Rails cache without the hash of a session' }

function unpackSession(bytes: Buffer, isTruncated: boolean, encodings: string[], ends: Ends): Entry {
  const unpacked = inflate(inflateSync, bytes, isTruncated, 'zlib')
  return 'reason' in unpacked ? unpacked : loadSession(unpacked.bytes, unpacked.isCut, [...encodings, 'zlib'], ends)
}

function loadSession(bytes: Buffer, isTruncated: boolean, encodings: string[], ends: Ends): Entry {
  const read = readMarshal(bytes, isTruncated)
  return 'reason' in read ? read : sessionOf(read.tree, read.isCut, encodings, ends)
}

function sessionOf(value: unknown, isCut: boolean, encodings: string[], ends: Ends): Entry {
  const session = hashOf(value)
  if (session === null) return notSession
  const chain = [...encodings, 'Ruby Marshal', ...(isCut ? ['only its beginning is read'] : [])]
  return { session, isCut, encodings: chain, ...ends }
}

/** Null where what stands there is no float: another kind would change how Ruby counts what comes behind. */
function replaceFloat(bytes: Buffer, [start, end]: [number, number], value: number): Buffer | null {
  if (bytes[start] !== floatMark || !Number.isFinite(value)) return null
  const digits = Buffer.from(String(value))
  return Buffer.concat([bytes.subarray(0, start + 1), Buffer.from([digits.length + 5]), digits, bytes.subarray(end)])
}

/** The bytes of a string of Ruby that has no encoding. Its length stands in one byte, or in the bytes that the first one counts. */
function textAt(bytes: Buffer, span: [number, number] | undefined): Buffer | null {
  if (span === undefined || bytes[span[0]] !== stringMark) return null
  const first = bytes.readInt8(span[0] + 1)
  return bytes.subarray(span[0] + 2 + (first > 0 && first < 5 ? first : 0), span[1])
}

/** A fraction of a millisecond is gone; the little more is what a double may lack of a whole one. */
function millisecondsOf(seconds: number): number | null {
  const at = Math.floor(seconds * 1000 + 0.01)
  return Number.isSafeInteger(at) && at > 0 ? at : null
}
