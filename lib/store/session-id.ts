import { createHash, randomBytes } from 'node:crypto'

/** A new session id: 256 random bits as 43 characters of base64url. It is the credential: it belongs into the cookie and nowhere else. */
export function createSessionId(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a text can be an id of a store, so that what a stranger sends as a cookie never reaches Redis. A plain store also reads ids that others chose. */
export function isSessionId(id: unknown, isPlain: boolean): id is string {
  return typeof id === 'string' && (isPlain ? /^[\w-]{1,200}$/ : /^[\w-]{43}$/).test(id)
}

/** SHA-256 as base64url: what stands in keys in the place of ids and of persons. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
