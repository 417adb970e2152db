import { isTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { replaceInJson } from './json-text'
import { encodingsOf, readJsonBytes } from './text'

/**
 * What this product's own store library writes: one JSON object with `v`, `principal`, `createdAt`, `idleMs`, `absoluteExpiresAt`, `extendedUntilAt` and, last, `data`. Its `get`
 * keeps an extension until its end and never goes past the absolute end. Source: `lib/store/record.ts`.
 */
export const native: SessionFormat = {
  id: 'native',
  label: 'Rollcall store',
  usualKeys: [],
  companionKeys: null,

  recognises: ({ value }) => 'record' in readRecord(value),

  decode({ value, now, redisExpiresAt }) {
    const read = readRecord(value)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const { record, tree } = read
    const facts = findFacts(own(tree, 'data'), now)
    const principal = textOf(record.principal) ?? facts.principal
    // Only the idle timeout tells the last visit: an expiry set by the absolute end or by an extension does not.
    const isIdle =
      redisExpiresAt !== null &&
      redisExpiresAt !== record.absoluteExpiresAt &&
      redisExpiresAt !== record.extendedUntilAt
    const seenAt = isIdle ? redisExpiresAt - record.idleMs : null
    const isVisit = seenAt !== null && seenAt >= record.createdAt && seenAt <= now + 1_000
    const lastSeenAt = isVisit ? Math.min(seenAt, now) : facts.lastSeenAt
    const { createdAt, absoluteExpiresAt: expiresAt } = record
    return {
      facts: { ...facts, principal, createdAt, lastSeenAt, expiresAt },
      tree,
      encodings: encodingsOf('json', read),
    }
  },

  extend({ value }, untilAt) {
    const read = readRecord(value)
    if ('reason' in read || read.isCut || value.type !== 'string') return null
    const { absoluteExpiresAt, extendedUntilAt } = read.record
    const expiresAt = Math.min(untilAt, absoluteExpiresAt ?? Number.POSITIVE_INFINITY)
    const notReached = expiresAt < untilAt ? (['absolute-timeout'] as const) : []
    if ((extendedUntilAt ?? 0) >= expiresAt) return { rewrite: null, expiresAt, notReached: [...notReached] }
    const text = replaceInJson(value.bytes.toString('utf8'), ['extendedUntilAt'], String(expiresAt))
    if (text === null) return null
    return { rewrite: { type: 'string', bytes: Buffer.from(text) }, expiresAt, notReached: [...notReached] }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

type Head = {
  principal: string | null
  createdAt: number
  idleMs: number
  absoluteExpiresAt: number | null
  extendedUntilAt: number | null
}

function readRecord(
  value: StoredValue,
): { record: Head; tree: Record<string, unknown>; isCut: boolean } | { reason: string } {
  if (value.type !== 'string') return { reason: 'is a hash' }
  const read = readJsonBytes(value.bytes, value.isTruncated)
  if ('reason' in read) return read
  const { tree, isCut } = read
  const foreign = { reason: 'is JSON, but not what this store writes' }
  if (!isObject(tree) || own(tree, 'v') !== 1) return foreign
  const [principal, createdAt, idleMs] = [own(tree, 'principal'), own(tree, 'createdAt'), own(tree, 'idleMs')]
  const [absoluteExpiresAt, extendedUntilAt] = [own(tree, 'absoluteExpiresAt'), own(tree, 'extendedUntilAt')]
  if (!isTime(createdAt) || !isTime(idleMs)) return foreign
  if (principal !== null && typeof principal !== 'string') return foreign
  if (!isTimeOrNull(absoluteExpiresAt) || !isTimeOrNull(extendedUntilAt)) return foreign
  if (!isCut && !isObject(own(tree, 'data'))) return foreign
  return { record: { principal, createdAt, idleMs, absoluteExpiresAt, extendedUntilAt }, tree, isCut }
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value)
}
