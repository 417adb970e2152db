import { branch, bytesLeaf, leaf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { maxDepth, maxNodes } from './limits'
import {
  arrayOf,
  floatOf,
  hexOf,
  integerOf,
  objectOf,
  PhpFault,
  type PhpKey,
  type PhpRead,
  textOrBytes,
  tooDeep,
} from './php-tree'

const notIgbinary = 'is not valid igbinary'

/** Thrown where the bytes of a truncated value end, or enough is kept. */
const ended = Symbol('ended')

/**
 * What PHP's igbinary writes, as data; nothing is instantiated. Numbers are big-endian. Never throws, never recurses deeper than `limits.ts` says, reserves nothing by a count.
 *
 *     document := 00 00 00 (01|02) value
 *     value    := 00 null | 04 false | 05 true | (06|08|0a|20) n positive | (07|09|0b|21) n negative, of 1, 2, 4, 8 bytes
 *               | 0c float64 | string | array | object | (01|02|03) n an array again | (22|23|24) n an object again | 25 value a reference
 *     string   := 0d empty | (0e|0f|10) n the nth string again | (11|12|13) length bytes
 *     array    := (14|15|16) count (key value){count}          a key of null stands alone, for a place that is empty
 *     object   := (17|18|19) length class body | (1a|1b|1c) n body       n: the nth string is the class
 *     body     := array | (1d|1e|1f) length bytes              what a class of its own wrote
 *               | 27 string                                    the case of an enum
 *
 * Of three kinds in a row the lengths have 1, 2 and 4 bytes. Classes count among the strings. Source: igbinary 3.2 `src/php7/igbinary.c`.
 */
export function readIgbinary(bytes: Buffer, isTruncated: boolean): PhpRead {
  let at = 4
  let nodes = 0
  let isCut = isTruncated
  const cutText = createTextCutter(bytes)
  const strings: [start: number, end: number][] = []

  function take(size: number): number {
    const start = at
    if (size > bytes.length - start) {
      if (!isTruncated) throw new PhpFault(at + size > bytes.length ? 'is igbinary that ends early' : notIgbinary)
      throw ended
    }
    at += size
    return start
  }

  /** A length or number of 1, 2 or 4 bytes by the place of a kind among its three. */
  function takeNumber(place: number): number {
    const size = 1 << place
    return bytes.readUIntBE(take(size), size)
  }

  function takeString(length: number): [start: number, end: number] {
    const start = take(length)
    const span: [number, number] = [start, start + length]
    strings.push(span)
    return span
  }

  function stringAgain(index: number): [start: number, end: number] {
    const span = strings[index]
    if (span === undefined) throw new PhpFault(notIgbinary)
    return span
  }

  function readString(kind: number): [start: number, end: number] | null {
    if (kind === 0x0d) return [at, at]
    if (kind >= 0x0e && kind <= 0x10) return stringAgain(takeNumber(kind - 0x0e))
    return kind >= 0x11 && kind <= 0x13 ? takeString(takeNumber(kind - 0x11)) : null
  }

  const textAt = ([start, end]: [number, number]) => cutText(start, end) ?? bytesLeaf(bytes.subarray(start, end))
  const nameAt = ([start, end]: [number, number]) => cutText(start, end, true) ?? hexOf(bytes.subarray(start, end))

  function readInteger(kind: number): bigint | number | null {
    if (kind >= 0x06 && kind <= 0x0b) {
      const value = takeNumber((kind - 0x06) >> 1)
      return kind % 2 === 0 ? value : 0 - value
    }
    if (kind !== 0x20 && kind !== 0x21) return null
    const value = bytes.readBigUInt64BE(take(8))
    return kind === 0x20 ? value : -value
  }

  function readKind(kind: number, depth: number): unknown {
    if (kind === 0x00) return null
    if (kind === 0x04 || kind === 0x05) return kind === 0x05
    if (kind === 0x0c) return floatOf(bytes.readDoubleBE(take(8)))
    const text = readString(kind)
    if (text !== null) return textAt(text)
    const integer = readInteger(kind)
    if (integer !== null) return typeof integer === 'number' ? integer : integerOf(integer)
    if (kind >= 0x14 && kind <= 0x16) return membersOf(kind, depth, arrayOf)
    if (kind >= 0x17 && kind <= 0x1c) return readObject(kind, depth)
    if (kind >= 0x01 && kind <= 0x03) return leaf('reference', `array ${takeNumber(kind - 0x01)}`)
    if (kind >= 0x22 && kind <= 0x24) return leaf('reference', `object ${takeNumber(kind - 0x22)}`)
    // A reference may point to a reference, and a text that says so a million times is no session.
    if (kind === 0x25) return readValue(depth + 1)
    throw new PhpFault(notIgbinary)
  }

  function readValue(depth: number): unknown {
    if (depth > maxDepth) throw new PhpFault(tooDeep)
    const kind = bytes[take(1)] ?? 0
    if (++nodes > maxNodes) {
      isCut = true
      throw ended
    }
    return readKind(kind, depth)
  }

  function readKey(): PhpKey | null {
    const kind = bytes[take(1)] ?? 0
    if (kind === 0x00) return null
    const text = readString(kind)
    if (text !== null) return nameAt(text)
    const integer = readInteger(kind)
    if (integer === null) throw new PhpFault(notIgbinary)
    return typeof integer === 'number' ? integer : String(integer)
  }

  /** Where the bytes end within, what was whole is kept, and the end is told by the next take. */
  function membersOf<T>(kind: number, depth: number, make: (keys: PhpKey[], values: unknown[]) => T): T {
    const keys: PhpKey[] = []
    const values: unknown[] = []
    try {
      const count = takeNumber(kind - 0x14)
      for (let n = 0; n < count; n++) {
        const key = readKey()
        if (key === null) continue
        const value = readValue(depth + 1)
        keys.push(key)
        values.push(value)
      }
    } catch (error) {
      if (error !== ended) throw error
      at = bytes.length
      isCut = true
    }
    return make(keys, values)
  }

  function readObject(kind: number, depth: number): unknown {
    const isNew = kind <= 0x19
    const number = takeNumber(isNew ? kind - 0x17 : kind - 0x1a)
    const className = nameAt(isNew ? takeString(number) : stringAgain(number))
    const body = bytes[take(1)] ?? 0
    if (body >= 0x14 && body <= 0x16) return membersOf(body, depth, (keys, values) => objectOf(className, keys, values))
    if (body === 0x27) {
      const name = readString(bytes[take(1)] ?? 0)
      if (name === null) throw new PhpFault(notIgbinary)
      return leaf('enum', `${className}::${nameAt(name)}`)
    }
    if (body < 0x1d || body > 0x1f) throw new PhpFault(notIgbinary)
    const length = takeNumber(body - 0x1d)
    const start = take(length)
    const object = branch(className)
    object.serialized = textOrBytes(bytes.subarray(start, start + length))
    return object
  }

  try {
    const tree = readValue(0)
    return at < bytes.length ? { reason: notIgbinary } : { tree, isCut }
  } catch (error) {
    // Its own faults, or the end before the first member.
    return { reason: error instanceof PhpFault ? error.message : notIgbinary }
  }
}

/** Whether it begins with the header of version 1 or 2. */
export function isIgbinary(bytes: Buffer): boolean {
  return bytes.length > 4 && (bytes.readUInt32BE(0) === 1 || bytes.readUInt32BE(0) === 2)
}
