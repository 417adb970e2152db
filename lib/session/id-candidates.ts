import { createHash } from 'node:crypto'

const longestText = 4096

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * What a person may have pasted to find a session by its credential, as the texts that can stand after a key's prefix: a bare id, a whole key, `s:<id>.<signature>`,
 * the same percent-encoded, or `name=value`, also with the cookie's attributes. Stores that keep only a hash of the id are reached by its SHA-256.
 * Pure; at most a dozen candidates.
 */
export function idCandidates(text: string): string[] {
  const pasted = text.trim().slice(0, longestText)
  if (pasted === '' || /\s/.test(pasted.replace(/;\s*/g, ';'))) return []
  const first = pasted.split(';')[0] ?? ''
  const values = new Set([first])
  const equals = first.indexOf('=')
  if (equals > 0) values.add(first.slice(equals + 1))
  for (const value of [...values]) values.add(decode(value))
  for (const value of [...values]) {
    const signed = /^s:(.+)\.[^.]*$/.exec(value)
    if (signed?.[1] !== undefined) values.add(signed[1])
  }
  const candidates = new Set<string>()
  for (const value of values) {
    if (value === '') continue
    candidates.add(Buffer.from(value, 'utf8').toString('latin1'))
    candidates.add(createHash('sha256').update(value).digest('base64url'))
    candidates.add(createHash('sha256').update(value).digest('hex'))
  }
  return [...candidates]
}
