import { isUtf8 } from 'node:buffer'
import { isTime } from '@/lib/session/lifetime'
import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf, typeNameOf } from '@/lib/session/tree'

const dayMs = 86_400_000
/** The Julian day on which 1970 began. */
const epochDay = 2_440_588

/** The name of a class, symbol or variable; one that is no UTF-8 is its bytes in hexadecimal. */
export function nameOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : `0x${bytes.toString('hex', 0, 64)}`
}

/** A key of a hash as the name of a member. */
export function nameOfKey(key: unknown): string {
  if (typeof key === 'string') return key
  if (key === null) return 'nil'
  if (typeof key === 'boolean' || typeof key === 'number') return String(key)
  if (Array.isArray(key)) return `(${key.length} values)`
  return isLeaf(key) ? key.text.slice(0, 256) : `(${typeNameOf(Object(key)) ?? 'hash'})`
}

/** A float by its digits, of which JSON knows neither infinity nor a negative zero; null: not one. */
export function floatOf(text: string): number | Leaf | null {
  if (text === 'inf' || text === '-inf' || text === 'nan') return leaf('float', text)
  // Ruby 1.8 put bytes of the mantissa behind the digits.
  const digits = /^-?\d{1,400}(?:\.\d{0,400})?(?:e[+-]?\d{1,4})?(?=\0|$)/i.exec(text)?.[0]
  if (digits === undefined) return null
  const value = Number(digits)
  if (Object.is(value, -0)) return leaf('float', '-0.0')
  return Number.isFinite(value) ? value : leaf('float', digits)
}

/** What a class's own `_dump` wrote: a time as that moment, all else as its text or bytes under the name of the class. */
export function dumpedOf(className: string, dumped: Buffer, members: Branch): Branch | Leaf {
  const at = className === 'Time' ? timeOf(dumped) : null
  if (at !== null) return leaf('datetime', new Date(at).toISOString())
  const object = branch(className)
  object.dumped = isUtf8(dumped) ? dumped.toString('utf8') : bytesLeaf(dumped)
  for (const name of Object.keys(members)) if (name !== 'E') object[name] = members[name]
  return object
}

/**
 * Two words of 32 bits, the lowest byte first, in UTC whatever the zone beside them says.
 *
 *     1 · isUtc · year less 1900, 16 · month less 1, 4 · day, 5 · hour, 5        minute, 6 · second, 6 · microsecond, 20
 *
 * Source: Ruby `time.c`, `time_mdump`. A year that needs more bytes than that is no session's.
 */
function timeOf(dumped: Buffer): number | null {
  if (dumped.length !== 8) return null
  const [high, low] = [dumped.readUInt32LE(0), dumped.readUInt32LE(4)]
  // Before Ruby 1.9: seconds and microseconds.
  if (high < 2 ** 31) return high * 1_000 + Math.floor(low / 1_000)
  const [year, month, day, hour] = [((high >>> 14) & 0xffff) + 1900, (high >>> 10) & 15, (high >>> 5) & 31, high & 31]
  const [minute, second, ms] = [low >>> 26, (low >>> 20) & 63, Math.floor((low & 0xfffff) / 1_000)]
  const at = Date.UTC(year, month, day, hour, minute, second, ms)
  return isTime(at) ? at : null
}

/** What a class's own `marshal_dump` gave: a date and a time with a zone as that moment, all else under the name of the class. */
export function loadedOf(object: Branch, className: string, data: unknown): Branch | Leaf {
  if (className === 'ActiveSupport::TimeWithZone' && Array.isArray(data) && isLeaf(data[0])) return data[0]
  if ((className === 'Date' || className === 'DateTime') && Array.isArray(data) && data.length === 6) {
    const [, day, seconds, nanoseconds] = data
    if (typeof day === 'number' && typeof seconds === 'number') {
      const ms = typeof nanoseconds === 'number' ? Math.floor(nanoseconds / 1e6) : 0
      const at = (day - epochDay) * dayMs + seconds * 1_000 + ms
      const text = Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null
      if (text !== null)
        return className === 'Date' ? leaf('date', text.slice(0, text.indexOf('T'))) : leaf('datetime', text)
    }
  }
  object.data = data
  return object
}

/** A value with variables; of a string `encoding` tells how to read its bytes. `raw`: those bytes, null for what is no string. */
export function encodedOf(value: unknown, raw: Buffer | null, members: Branch): unknown {
  const { encoding } = members
  const text = raw !== null && typeof encoding === 'string' ? decoded(raw, encoding) : value
  const others = Object.keys(members).filter((name) => name !== 'E' && (name !== 'encoding' || raw === null))
  if (others.length === 0) return text
  const object = branch('with variables')
  object.value = text
  for (const name of others) object[name] = members[name]
  return object
}

function decoded(bytes: Buffer, encoding: string): string | Leaf {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // An encoding that nobody knows here, or bytes that are none of it.
    return bytesLeaf(bytes)
  }
}
