import { type Branch, branch, bytesLeaf, leaf, typeNameOf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { maxDepth, maxNodes } from './limits'
import { arrayOf, floatOf, hexOf, integerOf, objectOf, PhpFault, type PhpKey, type PhpRead, tooDeep } from './php-tree'

const notMsgpack = 'is not valid MessagePack'
const ended = Symbol('ended')
/** The key of nil, under which php-msgpack keeps what MessagePack has no word for. */
const nil = Symbol('nil')

/**
 * MessagePack as php-msgpack writes it, as data; nothing is instantiated. The format is the usual one (msgpack `spec.md`); only these maps are PHP's own:
 *
 *     nil → 1, …          an array that references point to
 *     nil → 2, 0 → n      the value with that number again; nil → 5: an object again
 *     nil → class, …      an object; its class may keep its state under one more nil
 *     nil → 3, class → …  what a class of its own wrote
 *
 * Extension -1, which PHP never writes but others do, is a moment. Never throws, never recurses deeper than `limits.ts` says, reserves nothing by a count. Source: php-msgpack 2.2 `msgpack_pack.c`, `msgpack_unpack.c`.
 */
export function readPhpMsgpack(bytes: Buffer, isTruncated: boolean): PhpRead {
  let at = 0
  let nodes = 0
  let isCut = isTruncated
  const cutText = createTextCutter(bytes)

  function take(size: number): number {
    const start = at
    if (size > bytes.length - start) {
      if (!isTruncated) throw new PhpFault('is MessagePack that ends early')
      throw ended
    }
    at += size
    return start
  }

  const takeNumber = (size: number) => bytes.readUIntBE(take(size), size)

  function takeBytes(length: number): Buffer {
    const start = take(length)
    return bytes.subarray(start, start + length)
  }

  /** The length of a text or of bytes, which follow; -1: it is neither. */
  function readLength(kind: number): number {
    if (kind >= 0xa0 && kind <= 0xbf) return kind & 31
    if (kind >= 0xd9 && kind <= 0xdb) return takeNumber(1 << (kind - 0xd9))
    return kind >= 0xc4 && kind <= 0xc6 ? takeNumber(1 << (kind - 0xc4)) : -1
  }

  /** Undefined: it is no number. */
  function readNumber(kind: number): number | bigint | undefined {
    if (kind <= 0x7f) return kind
    if (kind >= 0xe0) return kind - 256
    if (kind >= 0xcc && kind <= 0xce) return takeNumber(1 << (kind - 0xcc))
    if (kind >= 0xd0 && kind <= 0xd2) return bytes.readIntBE(take(1 << (kind - 0xd0)), 1 << (kind - 0xd0))
    if (kind === 0xcf) return bytes.readBigUInt64BE(take(8))
    return kind === 0xd3 ? bytes.readBigInt64BE(take(8)) : undefined
  }

  function readValue(depth: number): unknown {
    if (depth > maxDepth) throw new PhpFault(tooDeep)
    const kind = bytes[take(1)] ?? 0
    if (++nodes > maxNodes) {
      isCut = true
      throw ended
    }
    const number = readNumber(kind)
    if (number !== undefined) return typeof number === 'number' ? number : integerOf(number)
    const length = readLength(kind)
    if (length !== -1) {
      const start = take(length)
      return cutText(start, at) ?? bytesLeaf(bytes.subarray(start, at))
    }
    if (kind === 0xc0) return null
    if (kind === 0xc2 || kind === 0xc3) return kind === 0xc3
    if (kind === 0xca) return floatOf(bytes.readFloatBE(take(4)))
    if (kind === 0xcb) return floatOf(bytes.readDoubleBE(take(8)))
    if ((kind >= 0xc7 && kind <= 0xc9) || (kind >= 0xd4 && kind <= 0xd8)) {
      const size = kind < 0xd4 ? takeNumber(1 << (kind - 0xc7)) : 1 << (kind - 0xd4)
      return extensionOf(bytes.readInt8(take(1)), takeBytes(size))
    }
    if (kind <= 0x8f) return readMap(kind & 15, depth)
    if (kind <= 0x9f) return readList(kind & 15, depth)
    if (kind === 0xdc || kind === 0xdd) return readList(takeNumber(kind === 0xdc ? 2 : 4), depth)
    if (kind === 0xde || kind === 0xdf) return readMap(takeNumber(kind === 0xde ? 2 : 4), depth)
    throw new PhpFault(notMsgpack)
  }

  function readKey(): PhpKey | typeof nil {
    const kind = bytes[take(1)] ?? 0
    if (kind === 0xc0) return nil
    const length = readLength(kind)
    if (length !== -1) {
      const start = take(length)
      return cutText(start, at, true) ?? hexOf(bytes.subarray(start, at))
    }
    const number = readNumber(kind)
    if (number === undefined) throw new PhpFault(notMsgpack)
    return typeof number === 'number' ? number : String(number)
  }

  /** Where the bytes end within, what was whole is kept, and the end is told by the next take. */
  function untilEnd(count: number, readMember: () => void): void {
    try {
      for (let n = 0; n < count; n++) readMember()
    } catch (error) {
      if (error !== ended) throw error
      at = bytes.length
      isCut = true
    }
  }

  function readList(count: number, depth: number): unknown[] {
    const list: unknown[] = []
    untilEnd(count, () => list.push(readValue(depth + 1)))
    return list
  }

  function readMap(count: number, depth: number): unknown {
    const keys: PhpKey[] = []
    const values: unknown[] = []
    const marks: unknown[] = []
    untilEnd(count, () => {
      const key = readKey()
      const value = readValue(depth + 1)
      if (key === nil) marks.push(value)
      else {
        keys.push(key)
        values.push(value)
      }
    })
    return marks.length === 0 ? arrayOf(keys, values) : markedOf(marks, keys, values)
  }

  try {
    const tree = readValue(0)
    return at < bytes.length ? { reason: notMsgpack } : { tree, isCut }
  } catch (error) {
    // Its own faults, or the end before the first member.
    return { reason: error instanceof PhpFault ? error.message : notMsgpack }
  }
}

function markedOf([mark, state]: unknown[], keys: PhpKey[], values: unknown[]): unknown {
  if (mark === 2 || mark === 5) return leaf('reference', `value ${typeof values[0] === 'number' ? values[0] : '?'}`)
  if (mark === 3) return customOf(keys, values)
  if (typeof mark !== 'string') return arrayOf(keys, values)
  if (!isPlainBranch(state) || keys.length > 0) return objectOf(mark, keys, values)
  return objectOf(mark, Object.keys(state), Object.values(state))
}

function customOf(keys: PhpKey[], values: unknown[]): Branch {
  const object = branch(String(keys[0] ?? ''))
  object.serialized = values[0] ?? null
  return object
}

/** A moment in seconds, with nanoseconds in 30 bits before or 32 bits; of all else the bytes. */
function extensionOf(type: number, bytes: Buffer): unknown {
  let at = Number.NaN
  if (type === -1 && bytes.length === 4) at = bytes.readUInt32BE(0) * 1_000
  if (type === -1 && bytes.length === 8) {
    at =
      ((bytes.readUInt32BE(0) & 3) * 2 ** 32 + bytes.readUInt32BE(4)) * 1_000 +
      Math.floor((bytes.readUInt32BE(0) >>> 2) / 1e6)
  }
  if (type === -1 && bytes.length === 12)
    at = Number(bytes.readBigInt64BE(4)) * 1_000 + Math.floor(bytes.readUInt32BE(0) / 1e6)
  return Math.abs(at) <= 8.64e15 ? leaf('datetime', new Date(at).toISOString()) : bytesLeaf(bytes)
}

function isPlainBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeNameOf(value) === null
}

/** A map whose first key is nil: none of the other writers of MessagePack begins so. */
export function isPhpMsgpack(bytes: Buffer): boolean {
  const kind = bytes[0] ?? 0
  if (kind > 0x80 && kind <= 0x8f) return bytes[1] === 0xc0
  return (kind === 0xde && bytes[3] === 0xc0) || (kind === 0xdf && bytes[5] === 0xc0)
}
