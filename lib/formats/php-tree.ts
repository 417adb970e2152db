import { isUtf8 } from 'node:buffer'
import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf } from '@/lib/session/tree'
import { maxDepth } from './limits'

/** `isCut`: the value ended early or held more than is kept; `tree` is what stood in its head. `reason` ends a sentence that begins with "It". */
export type PhpRead = { tree: unknown; isCut: boolean } | { reason: string }

/** Thrown and caught inside of the readers of PHP's encodings alone; its message is a reason. */
export class PhpFault extends Error {}

export const tooDeep = `is nested deeper than ${maxDepth} levels`

/** A key of an array as PHP has them: an integer (text where it is beyond 2^53) or bytes. */
export type PhpKey = number | string

/** A PHP array: a list where its keys count up from 0, else an object. */
export function arrayOf(keys: PhpKey[], values: unknown[]): unknown[] | Branch {
  let at = 0
  while (at < keys.length && keys[at] === at) at++
  if (at === keys.length) return values
  const object = branch()
  for (const [index, key] of keys.entries()) object[key] = values[index]
  return object
}

/** A PHP object as what it holds under the name of its class; a date whose moment is certain as that moment. */
export function objectOf(className: string, keys: PhpKey[], values: unknown[]): Branch | Leaf {
  const object = branch(className)
  for (const [index, key] of keys.entries()) object[propertyName(String(key), object)] = values[index]
  return /(?:^DateTime|Carbon)(?:Immutable)?$/.test(className) ? (dateOf(object) ?? object) : object
}

/** Private and protected properties are stored as `\0Class\0name` and `\0*\0name`; the class is told only where two have the same name. */
function propertyName(stored: string, object: Branch): string {
  if (stored.charCodeAt(0) !== 0) return stored
  const end = stored.indexOf('\0', 1)
  if (end === -1) return stored
  const name = stored.slice(end + 1)
  return name in object ? `${stored.slice(1, end)}::${name}` : name
}

function dateOf({ date, timezone }: Branch): Leaf | null {
  if (typeof date !== 'string' || typeof timezone !== 'string') return null
  const shape = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d{1,6})?$/.exec(date)
  const zone = /^(?:Z|UTC)$/.test(timezone) ? 'Z' : /^[+-]\d{2}:\d{2}$/.test(timezone) ? timezone : null
  if (shape === null || zone === null) return null
  const at = Date.parse(`${shape[1]}T${shape[2]}${shape[3] ?? ''}${zone}`)
  return Number.isFinite(at) ? leaf('datetime', new Date(at).toISOString()) : null
}

/** A PHP text is bytes: UTF-8 is text, all else is shown as bytes. */
export function textOrBytes(bytes: Buffer): string | Leaf {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytesLeaf(bytes)
}

/** A name that is no UTF-8 is its bytes in hexadecimal. */
export function nameOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : hexOf(bytes)
}

/** At most the first 64 bytes. */
export function hexOf(bytes: Buffer): string {
  return `0x${bytes.toString('hex', 0, 64)}`
}

/** An integer of PHP: 64 bits. */
export function integerOf(value: bigint): number | Leaf {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : leaf('integer', String(value))
}

/** A float, of which JSON knows neither infinity nor a negative zero. */
export function floatOf(value: number): number | Leaf {
  if (Object.is(value, -0)) return leaf('float', '-0')
  return Number.isFinite(value) ? value : leaf('float', Number.isNaN(value) ? 'NAN' : value > 0 ? 'INF' : '-INF')
}

/** An integer that is a time in whole seconds, as milliseconds; null for what cannot be one. */
export function secondsOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 1e11 ? value * 1_000 : null
}

/** A person's id as it is stored: a text, or an integer of any size. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  if (isLeaf(value)) return /^-?\d+$/.test(value.text) ? value.text : null
  return typeof value === 'string' && value.trim() !== '' ? value : null
}
