import { isUtf8 } from 'node:buffer'
import { bytesLeaf, type Leaf, leaf } from '@/lib/session/tree'
import { bytesOf } from './pickle-object'

/** Beyond this many bytes an integer is shown as bytes: its digits would cost more than they tell. */
const mostIntegerBytes = 512

/** An integer in digits; null: none. */
export function integerOf(text: string): number | Leaf | null {
  if (!/^-?\d{1,1200}$/.test(text)) return null
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : leaf('integer', text)
}

/** Two's complement, the lowest byte first. */
export function longOf(bytes: Buffer): number | Leaf {
  if (bytes.length === 0) return 0
  if (bytes.length <= 6) return bytes.readIntLE(0, bytes.length)
  if (bytes.length > mostIntegerBytes) return bytesLeaf(bytes)
  const digits = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const number = BigInt.asIntN(bytes.length * 8, digits)
  return Number.isSafeInteger(Number(number)) ? Number(number) : leaf('integer', String(number))
}

/** What JSON has no word for, such as `nan` and minus nought, is a leaf. */
export function floatOf(value: number): number | Leaf {
  if (Object.is(value, -0)) return leaf('float', '-0.0')
  return Number.isFinite(value) ? value : leaf('float', Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf')
}

/** A text of protocol 0: characters beyond latin1, the backslash and the line's end are escaped. */
export const escapedOf = (text: string) =>
  text.replace(/\\u([\da-f]{4})|\\U(000[\da-f]{5}|0010[\da-f]{4})/gi, (_, short, long) =>
    String.fromCodePoint(Number.parseInt(short ?? long, 16)),
  )

/** A text of protocol 0 or 1 between its quotes; null: it has none. */
export function quotedOf(text: string): string | Leaf | null {
  const inner = /^(['"])(.*)\1$/s.exec(text)?.[2]
  if (inner === undefined) return null
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  const raw = inner.replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, hex, char) =>
    hex === undefined ? (plain[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const bytes = Buffer.from(raw, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : bytesOf(bytes)
}
