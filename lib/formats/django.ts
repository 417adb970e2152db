import { isTime } from '@/lib/session/lifetime'
import { keyTextOf, type RawSession } from '@/lib/session/raw'
import { isLeaf, typeNameOf } from '@/lib/session/tree'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { own } from './json'
import { replaceInJson } from './json-text'
import { type PythonRead, packAgain, readPython } from './python-value'

const expiryName = '_session_expiry'

/**
 * Django's `cache` sessions through its own Redis cache or django-redis: the dict of the session under `django.contrib.sessions.cache` and an id of 32 characters. A save sets the
 * TTL to `_session_expiry`, seconds or a moment, else to the setting, which no value tells; so an extension writes `_session_expiry` in seconds. Zero, the end with the browser,
 * stays. Source: Django 3.2 to 5.2 `sessions/backends/base.py`, `cache.py`, django-redis 5 and 6.
 */
export const django = createDjangoFormat('django', 'Django', 'cache', ['in-flight-requests', 'open-sockets'])

/** The same for `cached_db`, whose row in SQL outlives the key: the next request reads it again and writes the key anew. Source: Django 3.2 to 5.2 `sessions/backends/cached_db.py`. */
export const djangoCachedDb = createDjangoFormat('django-cached-db', 'Django cached_db', 'cached_db', ['sql-row'])

function createDjangoFormat(
  id: string,
  label: string,
  backend: string,
  revoke: SessionFormat['notReached']['revoke'],
): SessionFormat {
  const ending = new RegExp(`django\\.contrib\\.sessions\\.${backend}[a-z0-9]{32}$`)
  const isSql = backend === 'cached_db'
  const extend = isSql ? (['sql-row', 'browser-cookie'] as const) : (['browser-cookie'] as const)
  return {
    id,
    label,
    usualKeys: [new RegExp(`^((?:[\\w.-]+)?:\\d+:django\\.contrib\\.sessions\\.${backend})[a-z0-9]{32}$`)],
    companionKeys: null,

    recognises: (raw) => raw.value.type === 'string' && ending.test(keyTextOf(raw)),

    decode(raw) {
      const read = readValue(raw)
      if ('reason' in read) return { unreadable: `It ${read.reason}.` }
      const facts = findFacts(read.tree, raw.now)
      const principal = textOf(own(read.tree, '_auth_user_id')) ?? facts.principal
      return {
        facts: { ...facts, principal, expiresAt: momentOf(expiryOf(read.tree)) },
        tree: read.tree,
        encodings: read.encodings,
      }
    },

    extend(raw, untilAt) {
      const read = readValue(raw)
      if ('reason' in read || read.isCut) return null
      const untilNext = { rewrite: null, expiresAt: untilAt, notReached: ['app-timeout' as const, ...extend] }
      const expiry = expiryOf(read.tree)
      if (expiry === 0) return untilNext
      const at = momentOf(expiry) ?? (typeof expiry === 'number' ? raw.now + expiry * 1_000 : 0)
      if (at >= untilAt) return { rewrite: null, expiresAt: untilAt, notReached: [...extend] }
      const seconds = Math.ceil((untilAt - raw.now) / 1_000)
      if (seconds <= 0 || seconds >= 2 ** 31) return untilNext
      const bytes =
        read.pickle === null ? withJsonExpiry(read, seconds) : withPickledExpiry(read.inner, read.pickle, seconds)
      if (bytes === null) return untilNext
      const rewrite = { type: 'string' as const, bytes: packAgain(bytes, read.compressor) }
      return { rewrite, expiresAt: untilAt, notReached: [...extend] }
    },

    notReached: { extend: ['app-timeout', ...extend], revoke },
    secretNames: ['_auth_user_hash', '_password_reset_token'],
    expectedSecrets: ['_auth_user_hash', '_password_reset_token'],
  }
}

function readValue({ value }: RawSession): PythonRead {
  return value.type === 'string' ? readPython(value.bytes, value.isTruncated) : { reason: 'is a hash' }
}

const expiryOf = (tree: Record<string, unknown>) => own(tree, expiryName)

/** A moment as ISO text or as a datetime, with a zone; null for seconds, and for the server's own time. */
function momentOf(expiry: unknown): number | null {
  const text = isLeaf(expiry) && typeNameOf(expiry) === 'datetime' ? expiry.text : expiry
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d[T ].*(?:Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const at = Date.parse(text)
  return isTime(at) ? at : null
}

/**
 * One more item is set just before the pickle stops; all that stands before keeps its bytes, but for the length of the frame around it and an item that was set here before.
 */
function withPickledExpiry(
  bytes: Buffer,
  { stopAt, frame }: { stopAt: number; frame: { at: number; length: number } | null },
  seconds: number,
): Buffer {
  const name = Buffer.from(`X\u000f\0\0\0${expiryName}J`)
  const item = Buffer.concat([name, Buffer.alloc(4), Buffer.from('s')])
  item.writeInt32LE(seconds, name.length)
  const oldAt = stopAt - item.length
  const isOurs = oldAt > 0 && bytes.subarray(oldAt, oldAt + name.length).equals(name)
  const endAt = isOurs ? oldAt : stopAt
  const written = Buffer.concat([bytes.subarray(0, endAt), item, bytes.subarray(stopAt)])
  if (frame !== null) written.writeBigUInt64LE(BigInt(frame.length + written.length - bytes.length), frame.at)
  return written
}

function withJsonExpiry(
  { inner, tree, encodings }: Exclude<PythonRead, { reason: string }>,
  seconds: number,
): Buffer | null {
  if (!encodings.includes('json')) return null
  const text = inner.toString('utf8')
  if (Object.hasOwn(tree, expiryName)) {
    const replaced = replaceInJson(text, [expiryName], String(seconds))
    return replaced === null ? null : Buffer.from(replaced)
  }
  const separator = Object.keys(tree).length === 0 ? '' : ', '
  return Buffer.from(text.replace(/\}\s*$/, `${separator}"${expiryName}": ${seconds}}`))
}
