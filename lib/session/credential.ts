const jwt = /(?:^|[^\w-])eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/
const bearer = /\bbearer\s+[\w.~+/=-]{8,}/i
/** express-session's cookie. */
const signedId = /\bs(?::|%3a)[\w-]{16,}\.[\w%+/-]{16,}/i
/** One of these stands in each of them: most texts have none, and one look tells. */
const anyOfThem = /eyJ|[bB][eE][aA][rR]|[sS](?::|%3)/
/** The least that any of them takes: `bearer`, a space and eight characters. */
const shortestCredential = 15

/** Whether a text holds what opens a door by itself, by its shape: a JWT, a bearer credential, a signed session id. Linear in the text. */
export function holdsCredential(text: string): boolean {
  if (text.length < shortestCredential || !anyOfThem.test(text)) return false
  return jwt.test(text) || bearer.test(text) || signedId.test(text)
}

/** What is shorter is no session id that anybody should use. */
export const shortestId = 16
const longRun = /[\w+/%~-]{16,}/g
const pastedCookie = /^(?:(?:set-)?cookie:\s*)?[^\s=]+=[^\s;]{8,}/i

/**
 * Whether a text that somebody searches for may be a session id or a cookie, by its shape: for what must never keep one, so in doubt it is. Whatever `holdsCredential` knows, a
 * `name=value`, and any long run of letters and digits mixed, or of many digits. Linear in the text.
 */
export function mayBeCredential(text: string): boolean {
  const trimmed = text.trim()
  if (holdsCredential(trimmed) || pastedCookie.test(trimmed)) return true
  return (trimmed.match(longRun) ?? []).some((run) => /\d/.test(run) && (/[a-z]/i.test(run) || run.length >= 20))
}

/**
 * The part of a key behind its prefix and before its suffix, or behind its last colon, where it is long enough to be a session id; an address, by which some applications name their keys, is none.
 * Whatever holds it is not shown: in many stores it is the cookie.
 */
export function sessionIdOf(key: Buffer, prefix: string, suffix = ''): string | null {
  const rest = key.toString('utf8', Buffer.byteLength(prefix), key.length - Buffer.byteLength(suffix))
  const last = rest.slice(rest.lastIndexOf(':') + 1)
  const id = last.length >= shortestId ? last : rest
  return id.length >= shortestId && !id.includes('@') ? id : null
}
