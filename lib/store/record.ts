import { isTime } from '@/lib/session/lifetime'

/** What one session holds besides its id. Times are epoch milliseconds on the application's clock; null means none. */
export type SessionRecord<Data> = {
  principal: string | null
  /** Null in a plain store, whose values hold nothing but the data. */
  createdAt: number | null
  idleMs: number
  absoluteExpiresAt: number | null
  extendedUntilAt: number | null
  data: Data
}

/**
 * The value in Redis: one JSON object with the few facts in front and the data last, so that the head of a long value tells them.
 * `extendedUntilAt` is always there, because the dashboard replaces it in the text.
 */
export function encodeRecord<Data extends object>(record: SessionRecord<Data>): string {
  return `${encodeFacts(record)}${encodeData(record.data)}}`
}

/** All of a value that stands before the data: two sessions that differ in nothing else begin with the same text. */
export function encodeFacts(facts: Omit<SessionRecord<unknown>, 'data'>): string {
  const { createdAt, idleMs, absoluteExpiresAt, extendedUntilAt } = facts
  const principal = JSON.stringify(facts.principal)
  return `{"v":1,"principal":${principal},"createdAt":${createdAt},"idleMs":${idleMs},"absoluteExpiresAt":${absoluteExpiresAt},"extendedUntilAt":${extendedUntilAt},"data":`
}

/** The data as bare JSON. Throws TypeError for what is no object in JSON, before anything is written. */
export function encodeData(data: object): string {
  const text: string | undefined = JSON.stringify(data)
  if (!text?.startsWith('{')) throw new TypeError('Session data must be an object that JSON can hold')
  return text
}

/** The record in a value, or null when it holds none. Never throws. */
export function decodeRecord<Data extends object>(text: string): SessionRecord<Data> | null {
  const value = decodeData<Record<string, unknown>>(text)
  if (value === null || value.v !== 1) return null
  const { principal, createdAt, idleMs, absoluteExpiresAt, extendedUntilAt = null, data } = value
  if (principal !== null && typeof principal !== 'string') return null
  if (!isTime(createdAt) || !isTime(idleMs)) return null
  if (!isTimeOrNull(absoluteExpiresAt) || !isTimeOrNull(extendedUntilAt) || !isObject(data)) return null
  // The store's caller names the type of what only this store writes; its shape is theirs to check.
  return { principal, createdAt, idleMs, absoluteExpiresAt, extendedUntilAt, data: data as Data }
}

/** The JSON object in a value, or null when it is none. Never throws. */
export function decodeData<Data extends object>(text: string): Data | null {
  try {
    const value: unknown = JSON.parse(text)
    // As above: the type is the caller's claim about its own data.
    return isObject(value) ? (value as Data) : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value)
}
