import { isUtf8 } from 'node:buffer'
import { bytesLeaf, leaf } from '@/lib/session/tree'

/** The numbers under which Kryo 5 knows the simplest types, with the two that it keeps for itself added. */
const types = { int: 2, text: 3, boolean: 5, long: 9 }
/** Longer numbers are no long. */
const mostVarBytes = 10

/** A value of Kryo 5 where it is certain: a text, a whole number or a boolean that takes all the bytes. All else stays bytes: nothing is instantiated. Never throws. */
export function readKryo(bytes: Buffer): unknown {
  const body = bytes.subarray(1)
  const read = bytes[0] === types.text ? readText(body) : readSimple(bytes[0], body)
  return read ?? bytesLeaf(bytes)
}

/** A whole number as Kryo writes an int: its type, then zigzag in groups of seven bits. */
export function kryoInt(value: number): Buffer {
  const bytes = [types.int]
  let rest = value * 2
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

function readSimple(type: number | undefined, body: Buffer): unknown {
  if (type === types.boolean) return body.length === 1 && (body[0] ?? 2) < 2 ? body[0] === 1 : null
  if (type !== types.int && type !== types.long) return null
  if (body.length === 0 || body.length > (type === types.int ? 5 : mostVarBytes)) return null
  let value = 0n
  for (const [at, byte] of body.entries()) {
    // The highest bit says that more follow, in all but the last.
    if (byte > 127 === (at === body.length - 1)) return null
    value |= BigInt(byte & 127) << BigInt(7 * at)
  }
  const whole = (value >> 1n) ^ -(value & 1n)
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : leaf('integer', String(whole))
}

/** Short ASCII has the highest bit set in its last byte. Else the first bytes are a mark and the number of characters plus one. */
function readText(body: Buffer): string | null {
  const [first = 0] = body
  if (first < 128) {
    const last = body.length - 1
    const isAscii = body.length > 1 && body.every((byte, at) => byte > 127 === (at === last))
    return isAscii ? Buffer.from(body.map((byte) => byte & 127)).toString('latin1') : null
  }
  let at = 1
  let length = first & 63
  for (let shift = 6, more = (first & 64) !== 0; more && at < 5; shift += 7, at += 1) {
    const byte = body[at] ?? 0
    length += (byte & 127) * 2 ** shift
    more = byte > 127
  }
  // The characters are written one by one, those beyond the first plane as two: what is no UTF-8 then stays bytes.
  const rest = body.subarray(at)
  const text = isUtf8(rest) ? rest.toString('utf8') : null
  return text !== null && length > 0 && text.length === length - 1 ? text : null
}
