import { isUtf8 } from 'node:buffer'

/** What serialised forms begin with, as latin1 text. The first that matches speaks. */
const beginnings: [start: RegExp, name: string][] = [
  [/^s:\d+:"/, 'PHP serialize of a text, as Laravel writes it'],
  [/^[aO]:\d+:/, 'PHP serialize'],
  [/^[\w.-]{1,128}\|(?:[abdisNOCEr][:;])/, 'a PHP session'],
  [/^eyJ[\w-]+\./, 'a signed token'],
  [/^\[/, 'a JSON list'],
  [/^(?:-?\d|"|true|false|null)/, 'a single JSON value'],
  [/^</, 'markup'],
]

/** The same for binary forms, as hexadecimal digits. */
const magics: [start: RegExp, name: string][] = [
  [/^800[2-5]/, 'a Python pickle'],
  [/^(?:00)?0408/, 'Ruby Marshal'],
  [/^0011|^0178/, 'a Rails cache entry'],
  [/^aced0005/, 'Java serialization'],
  [/^0000000[12]/, 'igbinary'],
  [/^(?:78(?:01|5e|9c|da)|1f8b|28b52ffd|04224d18|fd377a585a)/, 'compressed data'],
  [/^(?:8.|de|df)/, 'MessagePack'],
]

/** What bytes that are no JSON object seem to be, without any byte of them. Ends a sentence that begins with "It". Looks at the first kilobyte only. */
export function describeBytes(bytes: Buffer): string {
  const head = bytes.subarray(0, 1_024)
  const text = head.toString('latin1')
  const hex = head.toString('hex', 0, 8)
  const name = beginnings.find(([start]) => start.test(text))?.[1] ?? magics.find(([start]) => start.test(hex))?.[1]
  if (name !== undefined) return `looks like ${name}, but like no session that is known`
  const kind = isPrintable(head) ? 'is plain text, not a JSON object' : 'is binary of an unknown kind'
  return `${kind}, perhaps by a serializer of the application's own`
}

/** UTF-8 (the cut may have gone through its last character) without control characters but white space. */
function isPrintable(head: Buffer): boolean {
  const isText = [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))
  return isText && head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
}
