import { isIgbinary } from './igbinary'
import { readJson } from './json'
import { unpack } from './php-session'
import { isZstd } from './php-zstd'

type Peeled = { text: { bytes: Buffer; isCut: boolean }; encodings: string[] }

/**
 * The text that a cache keeps, out of what its connection makes of one: PHP's `s:length:"text";`, a string of igbinary, MessagePack or JSON, packed or not. Null: it is none of
 * these. `most`: so many bytes of a packed one are enough. Never throws.
 */
export function peelText(bytes: Buffer, isTruncated: boolean, most?: number): Peeled | null {
  const plain = textIn(bytes, isTruncated)
  if (plain !== null) return plain
  // A look at the beginning is no reading: of zstd it is the whole or nothing.
  const packed = unpack(bytes, isTruncated && !(isZstd(bytes) && most !== undefined), most)
  if (packed === null || 'reason' in packed.unpacked) return null
  const inner = textIn(packed.unpacked.bytes, packed.unpacked.isCut)
  return inner === null ? null : { ...inner, encodings: [packed.name, ...inner.encodings] }
}

function textIn(bytes: Buffer, isTruncated: boolean): Peeled | null {
  const outer = outerText(bytes, isTruncated)
  if (outer === null || outer.text.bytes[0] !== 0x73) return outer
  // A connection with a serializer of its own wraps what the cache had serialized before.
  const inner = serialized(outer.text.bytes, outer.text.isCut)
  return inner === null ? outer : { text: inner.text, encodings: [...outer.encodings, ...inner.encodings] }
}

function outerText(bytes: Buffer, isTruncated: boolean): Peeled | null {
  const kind = bytes[0]
  if (kind === 0x73) return serialized(bytes, isTruncated)
  if (kind === 0x00) return isIgbinary(bytes) ? sized(bytes, 5, (bytes[4] ?? 0) - 0x11, isTruncated, 'igbinary') : null
  if (kind === 0xd9 || kind === 0xda || kind === 0xdb) return sized(bytes, 1, kind - 0xd9, isTruncated, 'msgpack')
  return kind === 0x22 ? quoted(bytes, isTruncated) : null
}

function serialized(bytes: Buffer, isTruncated: boolean) {
  const opener = /^s:(\d{1,10}):"/.exec(bytes.toString('latin1', 0, 16))
  if (opener === null) return null
  const start = opener[0].length
  return within(bytes, start, Number(opener[1]), isTruncated, 'php text')
}

/** `place`: 0, 1 or 2, for a length of 1, 2 or 4 bytes. */
function sized(bytes: Buffer, at: number, place: number, isTruncated: boolean, name: string) {
  const size = 1 << place
  if (place < 0 || place > 2 || at + size > bytes.length) return null
  return within(bytes, at + size, bytes.readUIntBE(at, size), isTruncated, name)
}

function within(bytes: Buffer, start: number, length: number, isTruncated: boolean, name: string) {
  const isCut = start + length > bytes.length
  if (isCut && !isTruncated) return null
  return { text: { bytes: bytes.subarray(start, start + length), isCut }, encodings: [name] }
}

/** JSON of a text that is PHP or JSON itself. A cut one is given back its quote, less what may be half an escape. */
function quoted(bytes: Buffer, isTruncated: boolean) {
  if (!/^"(?:a:\d|s:\d|\{|eyJpdiI6)/.test(bytes.toString('latin1', 0, 12))) return null
  const whole = bytes.toString('utf8')
  const isCut = isTruncated && !/[^\\]"$/.test(whole)
  const read = readJson(isCut ? `${whole.replace(/\\[^\\]{0,5}$/, '').replace(/\\+$/, '')}"` : whole, false)
  if ('reason' in read || typeof read.tree !== 'string') return null
  return { text: { bytes: Buffer.from(read.tree), isCut: isCut || isTruncated }, encodings: ['json'] }
}
