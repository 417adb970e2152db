import { type Branch, branch, isLeaf } from '@/lib/session/tree'
import { isIgbinary, readIgbinary } from './igbinary'
import { isObject } from './json'
import { isPhpMsgpack, readPhpMsgpack } from './php-msgpack'
import { PhpFault, type PhpRead } from './php-tree'
import { type Unpacked, unpackLz4, unpackLzf } from './php-unpack'
import { nameAt, type PhpCursor, readNext, readPhp, readPhpValue } from './php-value'
import { isZstd, unpackZstd } from './php-zstd'

/** `encodings` as in `Decoded`. */
export type PhpSession = { tree: Branch; encodings: string[]; isCut: boolean }

type Encoding = 'php' | 'php_binary' | 'php_serialize' | 'igbinary' | 'msgpack'

/** So many bytes tell the encoding and the first variable. */
const headBytes = 160

/** A value is asked about by several formats and then decoded by one, all in a row: the last one is read once. */
let last: { bytes: Buffer; isTruncated: boolean; read: PhpSession | { reason: string } } | null = null

/**
 * The variables of a PHP session, whatever `session.serialize_handler` wrote them, and whatever of zstd, LZ4 and LZF phpredis packed them with (`redis.session.compression`).
 *
 *     php           := (name '|' value)*          name without a bar, value as `serialize()` writes it
 *     php_binary    := (length name value)*       length: one byte
 *     php_serialize := value                      of an array
 *     igbinary, msgpack := as their readers say, of an array
 *     zstd          := a frame
 *     lz4           := crc8(length) length32le block
 *     lzf           := block
 *
 * The values of `php` and `php_binary` share one numbering of references. Never throws. Source: php-src `ext/session/session.c`, phpredis 6.1 `library.c`.
 */
export function readPhpSession(bytes: Buffer, isTruncated: boolean): PhpSession | { reason: string } {
  if (last?.bytes === bytes && last.isTruncated === isTruncated) return last.read
  const read = readPacked(bytes, isTruncated)
  last = { bytes, isTruncated, read }
  return read
}

/** Several formats ask for the beginning of the same value, in a row. */
let lastHead: { bytes: Buffer; head: string | null } | null = null

/** The first bytes of what a PHP session holds, unpacked, as latin1; null: it is none. Its cost does not grow with the value, but for zstd. */
export function phpHeadOf(bytes: Buffer): string | null {
  if (isJson(bytes)) return null
  if (lastHead?.bytes !== bytes) lastHead = { bytes, head: readHead(bytes) }
  return lastHead.head
}

/** Most values that are asked about. The length of a packed one may begin with a brace too, but its last byte is zero. */
function isJson(bytes: Buffer): boolean {
  return bytes[0] === 0x7b && bytes[4] !== 0
}

function readHead(bytes: Buffer): string | null {
  if (encodingOf(bytes) !== null) return bytes.toString('latin1', 0, headBytes)
  const unpacked = isZstd(bytes) ? unpackZstd(bytes, false) : (unpack(bytes, true, headBytes)?.unpacked ?? null)
  if (unpacked === null || 'reason' in unpacked || encodingOf(unpacked.bytes) === null) return null
  return unpacked.bytes.toString('latin1', 0, headBytes)
}

/** Unpacks what phpredis packed; null: nothing that it writes. */
export function unpack(
  bytes: Buffer,
  isTruncated: boolean,
  most?: number,
): { name: string; unpacked: Unpacked } | null {
  if (isZstd(bytes)) return { name: 'zstd', unpacked: unpackZstd(bytes, isTruncated) }
  if (isJson(bytes)) return null
  if (bytes.length > 6 && bytes[4] === 0 && bytes[0] === crc8(bytes.subarray(1, 5))) {
    return { name: 'lz4', unpacked: unpackLz4(bytes.subarray(5), bytes.readInt32LE(1), isTruncated, most) }
  }
  if ((bytes[0] ?? 32) >= 32) return null
  return { name: 'lzf', unpacked: unpackLzf(bytes, isTruncated, most) }
}

function readPacked(bytes: Buffer, isTruncated: boolean): PhpSession | { reason: string } {
  const encoding = encodingOf(bytes)
  if (encoding !== null) return readWhole(encoding, bytes, isTruncated, [])
  const packed = unpack(bytes, isTruncated)
  if (packed === null) return { reason: 'is no PHP session' }
  const { name, unpacked } = packed
  if ('reason' in unpacked) return name === 'lzf' ? { reason: 'is no PHP session' } : unpacked
  const inner = encodingOf(unpacked.bytes)
  return inner === null ? { reason: 'is no PHP session' } : readWhole(inner, unpacked.bytes, unpacked.isCut, [name])
}

function readWhole(
  encoding: Encoding,
  bytes: Buffer,
  isTruncated: boolean,
  outer: string[],
): PhpSession | { reason: string } {
  const read = readers[encoding](bytes, isTruncated)
  if ('reason' in read) return read
  // An array without names, as of a session that never had a variable, is an empty list here.
  const tree = Array.isArray(read.tree) ? Object.assign(branch(), read.tree) : read.tree
  if (!isBranch(tree)) return { reason: 'is a PHP value without names' }
  const encodings = [...outer, encoding]
  return { tree, encodings: read.isCut ? [...encodings, 'only its beginning is read'] : encodings, isCut: read.isCut }
}

function isBranch(value: unknown): value is Branch {
  return isObject(value) && !isLeaf(value)
}

const readers: Record<Encoding, (bytes: Buffer, isTruncated: boolean) => PhpRead> = {
  php: (bytes, isTruncated) => readPhp(bytes, isTruncated, (cursor) => readVariables(cursor, takeNameBeforeBar)),
  php_binary: (bytes, isTruncated) => readPhp(bytes, isTruncated, (cursor) => readVariables(cursor, takeNameOfLength)),
  php_serialize: readPhpValue,
  igbinary: readIgbinary,
  msgpack: readPhpMsgpack,
}

/** Where the value of each variable stands, for the encodings `php` and `php_binary` unpacked, of which one value can be replaced; else nothing. Of a repeated name the last counts. */
export function variablePlaces(bytes: Buffer): Map<string, { start: number; end: number }> {
  const places = new Map<string, { start: number; end: number }>()
  const encoding = encodingOf(bytes)
  if (encoding !== 'php' && encoding !== 'php_binary') return places
  const takeName = encoding === 'php' ? takeNameBeforeBar : takeNameOfLength
  readPhp(bytes, false, (cursor) =>
    readVariables(cursor, takeName, (name, start, end) => {
      places.set(name, { start, end })
    }),
  )
  return places
}

/** The names and their values, up to the end; `takeName` gives null where the bytes of a truncated session end. */
function readVariables(
  cursor: PhpCursor,
  takeName: (cursor: PhpCursor) => string | null,
  tellPlace?: (name: string, start: number, end: number) => void,
): Branch {
  const tree = branch()
  while (cursor.at < cursor.text.length) {
    const name = takeName(cursor)
    if (name === null) break
    const start = cursor.at
    const value = readNext(cursor)
    if (value === undefined) break
    tree[name] = value
    tellPlace?.(name, start, cursor.at)
  }
  return tree
}

function takeNameBeforeBar(cursor: PhpCursor): string | null {
  const bar = cursor.text.indexOf('|', cursor.at)
  if (bar === -1) return endOfNames(cursor)
  const name = nameAt(cursor, cursor.at, bar)
  cursor.at = bar + 1
  return name
}

function takeNameOfLength(cursor: PhpCursor): string | null {
  const start = cursor.at + 1
  const end = start + (cursor.text.charCodeAt(cursor.at) & 127)
  if (end >= cursor.text.length) return endOfNames(cursor)
  cursor.at = end
  return nameAt(cursor, start, end)
}

function endOfNames({ isTruncated }: PhpCursor): null {
  if (!isTruncated) throw new PhpFault('is a PHP session that ends early')
  return null
}

const phpShape = /^[^|\p{Cc}{["<\s][^|\p{Cc}]{0,127}\|(?:[abdisCEOrR]:|N;)/u
const valueShape = /^(?:[abdisCEOrR]:|N;)/

function encodingOf(bytes: Buffer): Encoding | null {
  const first = bytes[0]
  if (first === undefined) return null
  if (first === 0) return isIgbinary(bytes) ? 'igbinary' : null
  if (isPhpMsgpack(bytes)) return 'msgpack'
  const head = bytes.toString('latin1', 0, headBytes)
  if (/^a:\d{1,10}:\{/.test(head)) return 'php_serialize'
  // Before php_binary: a printable first byte could be a length, too, and what it points to a value.
  if (phpShape.test(head)) return 'php'
  const isBinary =
    first < 128 && /^[^\p{Cc}]+$/u.test(head.slice(1, 1 + first)) && valueShape.test(head.slice(1 + first))
  return isBinary ? 'php_binary' : null
}

/** Of phpredis: polynomial 0x31, from 0xff. */
function crc8(bytes: Buffer): number {
  let crc = 0xff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : (crc << 1) & 0xff
  }
  return crc
}
