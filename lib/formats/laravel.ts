import type { StoredValue } from '@/lib/session/raw'
import { type Branch, isLeaf } from '@/lib/session/tree'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { isObject, readJson } from './json'
import { peelText } from './laravel-text'
import { idOf } from './php-tree'
import { readPhpValue } from './php-value'

/**
 * Laravel over Redis: a PHP array or JSON, written once more as a text by the cache, which may use igbinary, MessagePack or JSON for that and pack it. The person is under
 * `login_<guard>_<sha1>`. Cache entries share the prefix, so only what bears the marks of a session is one. Every request sets the TTL to the application's lifetime and writes
 * the session back, and a remember-me cookie signs in again. With `session.encrypt` the value is sealed by the application's key. Sources: Laravel 8 to 13
 * `Illuminate/Session/{Store,EncryptedStore}.php`, `Illuminate/Cache/RedisStore.php`; fixtures made by illuminate/session 8.83.
 */
export const laravel: SessionFormat = {
  id: 'laravel',
  label: 'Laravel',
  usualKeys: [/^((?:[\w.-]*cache|laravel(?=:))[:_-]{0,2})(?![0-9a-f]{40}$)[A-Za-z0-9]{40}$/],
  companionKeys: /cache[:_-]{0,2}session:[A-Za-z0-9]{40}$/,

  recognises({ value, key }) {
    if (value.type !== 'string') return false
    const head = peelText(value.bytes, true, headBytes)?.text.bytes.toString('latin1', 0, headBytes) ?? ''
    // Sealed cache entries look the same, and their keys are SHA-1 in hexadecimal where they have forty digits.
    return sealed.test(head) ? sessionKey.test(key.toString('latin1')) : /^a:\d|^\{/.test(head) && marks.test(head)
  },

  decode({ value, now }) {
    const read = readSession(value)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const facts = findFacts(read.tree, now)
    const principal = personOf(read.tree) ?? facts.principal
    return { facts: { ...facts, principal }, tree: read.tree, encodings: read.encodings }
  },

  notReached: { extend: ['app-timeout'], revoke: ['remember-me', 'in-flight-requests', 'open-sockets'] },
  secretNames: [],
  // The CSRF token, and the HMAC by which Laravel ends sessions when a password changes.
  expectedSecrets: ['_token', 'password_hash_web', 'password_hash_admin', 'password_hash_sanctum'],
}

/** The marks stand near the beginning: Laravel sets them before the application does. */
const headBytes = 2_048
const marks = /"_token\\?"|"_flash\\?"/
const sealed = /^eyJpdiI6/
const sessionKey = /(?![0-9a-f]{40}$)[A-Za-z0-9]{40}$/
const guardName = /^login_(.+)_[0-9a-f]{40}$/

type Read = { tree: Record<string, unknown>; encodings: string[] } | { reason: string }

function readSession(value: StoredValue): Read {
  if (value.type !== 'string') return { reason: 'is a hash' }
  const peeled = peelText(value.bytes, value.isTruncated)
  if (peeled === null) return { reason: 'is no session of Laravel' }
  const { text, encodings } = peeled
  if (sealed.test(text.bytes.toString('latin1', 0, 8))) {
    return { reason: "is encrypted with the application's own key, so whose it is cannot be told" }
  }
  const isJson = text.bytes[0] === 0x7b
  const read = isJson ? readJson(text.bytes.toString('utf8'), text.isCut) : readPhpValue(text.bytes, text.isCut)
  if ('reason' in read) return read
  if (!isBranch(read.tree)) return { reason: 'is a PHP value without names' }
  const all = [...encodings, isJson ? 'json' : 'php']
  return { tree: read.tree, encodings: read.isCut ? [...all, 'only its beginning is read'] : all }
}

function isBranch(value: unknown): value is Branch {
  return isObject(value) && !isLeaf(value)
}

/** Whom the guard `web` knows, else the first other one. */
function personOf(tree: Record<string, unknown>): string | null {
  let first: string | null = null
  for (const name of Object.keys(tree)) {
    const guard = guardName.exec(name)?.[1]
    if (guard === undefined) continue
    const person = idOf(tree[name])
    if (guard === 'web' && person !== null) return person
    first ??= person
  }
  return first
}
