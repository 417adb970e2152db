import { isTime } from '@/lib/session/lifetime'
import { fieldOf, type StoredValue } from '@/lib/session/raw'

/** What .NET's distributed cache holds under a key. `absoluteEndsAt`, `slidingMs`: null where it has none; every read sets the TTL to the sliding time, or to the absolute end if that is nearer. */
export type CacheEntry = { absoluteEndsAt: number | null; slidingMs: number | null; data: Buffer }

const ticksPerMs = 10_000n
/** The first of January of the year 1, in milliseconds before 1970. */
const epochMs = 62_135_596_800_000

/** The hash of `absexp`, `sldexp` and `data`, or null for any other value. Never throws. */
export function readCacheEntry(value: StoredValue): CacheEntry | null {
  const data = fieldOf(value, 'data')
  const absolute = ticksOf(fieldOf(value, 'absexp'))
  const sliding = ticksOf(fieldOf(value, 'sldexp'))
  if (data === null || absolute === null || sliding === null) return null
  const endsAt = absolute === -1n ? null : Number(absolute / ticksPerMs) - epochMs
  if (endsAt !== null && !isTime(endsAt)) return null
  return { absoluteEndsAt: endsAt, slidingMs: sliding === -1n ? null : Number(sliding / ticksPerMs), data }
}

/** The field of the hash that holds the sliding time, in ticks as .NET counts. */
export function slidingField(ms: number): [name: Buffer, value: Buffer] {
  return [Buffer.from('sldexp'), Buffer.from(String(BigInt(ms) * ticksPerMs))]
}

/** The field of the hash that holds the end, in ticks since the year 1. */
export function absoluteField(at: number): [name: Buffer, value: Buffer] {
  return [Buffer.from('absexp'), Buffer.from(String(BigInt(at + epochMs) * ticksPerMs))]
}

/** Minus one for none. Beyond what a double holds, so never a number before it is divided. */
function ticksOf(field: Buffer | null): bigint | null {
  const text = field === null || field.length > 19 ? '' : field.toString('latin1')
  return /^(?:-1|\d{1,19})$/.test(text) ? BigInt(text) : null
}
