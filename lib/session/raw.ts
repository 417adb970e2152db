/** A value as Redis holds it. A hash's fields are in the order that Redis gave them. */
export type StoredValue =
  | { type: 'string'; bytes: Buffer; isTruncated: boolean }
  | { type: 'hash'; fields: [name: Buffer, value: Buffer][]; isTruncated: boolean }

/** What Redis holds under one key, with all that is known beside it, before a format has looked at it. */
export type RawSession = {
  /** The Redis key, byte for byte. */
  key: Buffer
  /** The prefix of its source, and what stands behind it, without the source's suffix; both as latin1: a character a byte. */
  prefix: string
  rest: string
  value: StoredValue
  /** The end that Redis says it has, on Redis's own clock; null: no expiry. */
  redisExpiresAt: number | null
  /** When it was read, on Redis's own clock. */
  now: number
  /** The values of the keys that `SessionFormat.related` asked for, in its order, null for what is not there. Empty before they were read. */
  related: readonly (Buffer | null)[]
}

/** A key is asked about by several formats in a row: the last one is made a text once. */
let last: { key: Buffer; text: string } | null = null

/** The whole key as latin1: a character a byte. */
export function keyTextOf({ key }: Pick<RawSession, 'key'>): string {
  if (last?.key === key) return last.text
  const text = key.toString('latin1')
  last = { key, text }
  return text
}

/** The value of a field of a hash, or null: no such field, or no hash. Of a repeated name the first. */
export function fieldOf(value: StoredValue, name: string): Buffer | null {
  if (value.type !== 'hash') return null
  return value.fields.find(([found]) => found.length === name.length && found.toString('latin1') === name)?.[1] ?? null
}
