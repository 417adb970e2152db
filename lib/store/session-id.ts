import { hash, randomFillSync } from 'node:crypto'

const idBytes = 32
/** Random bytes that nobody has been given yet: asking the system for many at once costs a tenth. */
const pool = Buffer.alloc(128 * idBytes)
let used = pool.length

/** A new session id: 256 random bits as 43 characters of base64url. It is the credential: it belongs into the cookie and nowhere else. */
export function createSessionId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('base64url', used, used + idBytes)
  pool.fill(0, used, used + idBytes)
  used += idBytes
  return id
}

/** Whether a text can be an id of a store, so that what a stranger sends as a cookie never reaches Redis. A plain store also reads ids that others chose. */
export function isSessionId(id: unknown, isPlain: boolean): id is string {
  return typeof id === 'string' && (isPlain ? /^[\w-]{1,200}$/ : /^[\w-]{43}$/).test(id)
}

/** SHA-256 as base64url: what stands in keys in the place of ids and of persons. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url')
}
