// Longer than most: one reader for the types of a grammar, which only make sense together.
import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { maxDepth, maxInflatedBytes, maxNodes } from './limits'
import { dumpedOf, encodedOf, floatOf, loadedOf, nameOf, nameOfKey } from './marshal-object'

/** `spans`: where the values of the outermost list or object stand, in their order. `reason` ends a sentence that begins with "It". */
export type MarshalRead = { tree: unknown; isCut: boolean; spans: [start: number, end: number][] } | { reason: string }

class Fault extends Error {}
/** Thrown where the bytes of a truncated value end, or enough is kept. */
const ended = Symbol('ended')
const notMarshal = 'is not valid Ruby Marshal'
/** Beyond this many bytes an integer is shown as bytes: its digits would cost more than they tell. */
const mostIntegerBytes = 512

/**
 * What Ruby's `Marshal.dump` writes, version 4.8, as data. No class is looked up and nothing is loaded: a class is the name of its object.
 *
 *     document := 04 08 value
 *     value    := '0' nil | 'T' true | 'F' false | 'i' n | symbol
 *               | 'l' ('+'|'-') n byte{2n}              an integer, the lowest byte first
 *               | 'f' bytes                             a float in digits, or inf, -inf, nan
 *               | '"' bytes | '/' bytes options         a string, a regexp
 *               | '[' n value{n}                        an array
 *               | '{' pairs | '}' pairs value           a hash; one with a default
 *               | 'S' symbol members                    a struct
 *               | 'o' symbol members                    an object and its variables
 *               | 'u' symbol bytes                      what a class's own `_dump` wrote
 *               | 'U' symbol value | 'd' symbol value   what its `marshal_dump` gave
 *               | 'C' symbol value | 'e' symbol value   of a subclass; extended by a module
 *               | 'c' bytes | 'm' bytes | 'M' bytes     a class, a module
 *               | 'I' value members                     with variables, of a string its encoding: E true is UTF-8, E false ASCII
 *               | '@' n                                 the nth value with an identity again
 *     symbol   := ':' bytes | ';' n the nth symbol again | 'I' symbol members
 *     pairs    := n (value value){n}
 *     members  := n (symbol value){n}
 *     bytes    := n byte{n}
 *     n        := 00 | 06..7f less 5 | 80..fa plus 5 | 01..04 so many bytes | ff..fc so many bytes of a negative one
 *
 * A list or object that comes again, also within itself, is a reference to the first, so what comes out is a tree. Of a truncated value what was whole is kept. Never throws, never
 * recurses deeper than `limits.ts` says, reserves nothing by a count. Source: Ruby 3.3 `marshal.c`, `doc/marshal.rdoc`.
 */
export function readMarshal(bytes: Buffer, isTruncated: boolean): MarshalRead {
  let at = 2
  let nodes = 0
  let repeated = 0
  let isCut = isTruncated
  const symbols: string[] = []
  /** All that has an identity, in the order in which Ruby counts; undefined: not read yet. */
  const known: unknown[] = []
  const spans: [number, number][] = []
  const cutText = createTextCutter(bytes)

  function take(size: number): number {
    const start = at
    if (size < 0) throw new Fault(notMarshal)
    if (size > bytes.length - start) throw isCut ? ended : new Fault('is Ruby Marshal that ends early')
    at += size
    return start
  }

  function readNumber(): number {
    const byte = bytes[take(1)] ?? 0
    const first = byte < 128 ? byte : byte - 256
    if (first > 4) return first - 5
    if (first < -4) return first + 5
    if (first === 0) return 0
    const size = Math.abs(first)
    const value = bytes.readUIntLE(take(size), size)
    return first > 0 ? value : value - 256 ** size
  }

  function slice(): Buffer {
    const length = readNumber()
    return bytes.subarray(take(length), at)
  }

  function readSymbol(): string {
    const kind = bytes[take(1)]
    if (kind === 0x3a) {
      const start = take(readNumber())
      const name = cutText(start, at, true) ?? nameOf(bytes.subarray(start, at))
      if (symbols.length >= maxNodes) throw stop()
      symbols.push(name)
      return name
    }
    if (kind === 0x3b) return symbolAgain(readNumber())
    if (kind !== 0x49) throw new Fault(notMarshal)
    const name = readSymbol()
    readMembers(branch(), maxDepth, null)
    return name
  }

  function symbolAgain(index: number): string {
    const name = symbols[index]
    if (name === undefined) throw new Fault(notMarshal)
    return name
  }

  function stop() {
    isCut = true
    return ended
  }

  function remember<T>(value: T): T {
    known.push(value)
    return value
  }

  function again(index: number): unknown {
    const value = known[index]
    if (value === undefined) throw new Fault(notMarshal)
    if (typeof value === 'object' && value !== null && !isLeaf(value)) return leaf('reference', `value ${index}`)
    repeated += typeof value === 'string' ? value.length : 0
    if (repeated > maxInflatedBytes) throw new Fault('is Ruby Marshal that repeats too much')
    return value
  }

  /** Fills what the caller keeps. Where the bytes end within, what was whole stays, and the next take tells the end again. */
  function fill(count: number, depth: number, readOne: (n: number) => void, noted: boolean): void {
    if (count < 0) throw new Fault(notMarshal)
    if (depth > maxDepth) throw new Fault(`is nested deeper than ${maxDepth} levels`)
    try {
      for (let n = 0; n < count; n++) readOne(n)
    } catch (error) {
      if (error !== ended) throw error
      at = bytes.length
      isCut = true
      if (noted) spans.length = 0
    }
  }

  function readMembers(object: Branch, depth: number, noted: typeof spans | null): Branch {
    const count = readNumber()
    const readOne = () => {
      const name = readSymbol()
      const start = at
      object[name] = readValue(depth + 1)
      noted?.push([start, at])
    }
    fill(count, depth, readOne, noted !== null)
    return object
  }

  function readArray(depth: number): unknown[] {
    const list: unknown[] = remember([])
    const readOne = () => {
      const start = at
      list.push(readValue(depth + 1))
      if (depth === 0) spans.push([start, at])
    }
    fill(readNumber(), depth, readOne, depth === 0)
    return list
  }

  function readHash(depth: number, type: string | null, hasDefault: boolean): Branch {
    const object = remember(branch(type))
    const readOne = () => {
      const name = nameOfKey(readValue(depth + 1))
      object[name in object ? `:${name}` : name] = readValue(depth + 1)
    }
    fill(readNumber(), depth, readOne, false)
    if (hasDefault) fill(1, depth, () => (object['(default)'] = readValue(depth + 1)), false)
    return object
  }

  function readInteger(): number | Leaf {
    const sign = bytes[take(1)]
    if (sign !== 0x2b && sign !== 0x2d) throw new Fault(notMarshal)
    const size = readNumber() * 2
    const digits = bytes.subarray(take(size), at)
    if (size > mostIntegerBytes) return bytesLeaf(digits)
    if (size <= 6) return (size === 0 ? 0 : digits.readUIntLE(0, size)) * (sign === 0x2d ? -1 : 1) + 0
    const value = BigInt(`0x${Buffer.from(digits).reverse().toString('hex')}`) * (sign === 0x2d ? -1n : 1n)
    return Number.isSafeInteger(Number(value)) ? Number(value) : leaf('integer', String(value))
  }

  /** A string is text where it is UTF-8. */
  function readText(): string | Leaf {
    const length = readNumber()
    const start = take(length)
    return cutText(start, at) ?? bytesLeaf(bytes.subarray(start, at))
  }

  /** Whether the encoding, UTF-8 or ASCII, is the only variable, as of most strings, by a symbol that was there before. If so it is read. */
  function skipEncoding(): boolean {
    const symbol = bytes[at + 2] ?? 128
    const value = bytes[at + 3]
    const isIt = bytes[at] === 6 && bytes[at + 1] === 0x3b && symbol < 128 && (value === 0x54 || value === 0x46)
    if (!isIt || symbols[symbol === 0 ? 0 : symbol - 5] !== 'E') return false
    nodes++
    at += 4
    return true
  }

  /** With variables: of a string the encoding is one, of a date the zone. */
  function readWithMembers(depth: number): unknown {
    const start = at
    const kind = bytes[take(1)]
    if (kind === 0x75) {
      const className = readSymbol()
      const dumped = slice()
      const members = readMembers(branch(), depth, null)
      return remember(dumpedOf(className, dumped, members))
    }
    at = start
    // A symbol has an encoding of its own and no identity; whatever else it is gets its identity first, its variables then.
    const index = known.length
    const value = readValue(depth + 1)
    if (kind === 0x22 && skipEncoding()) return value
    const members = readMembers(branch(), depth, null)
    const names = Object.keys(members)
    if (names.length === 0 || (names.length === 1 && members.E !== undefined)) return value
    if (kind === 0x3a || kind === 0x3b) return value
    const raw = kind === 0x22 ? rawAt(start + 1) : null
    const whole = encodedOf(value, raw, members)
    if (kind !== 0x3a && kind !== 0x40) known[index] = whole
    return whole
  }

  function rawAt(start: number): Buffer {
    const back = at
    at = start
    const found = slice()
    at = back
    return found
  }

  function readValue(depth: number): unknown {
    if (depth > maxDepth) throw new Fault(`is nested deeper than ${maxDepth} levels`)
    const kind = bytes[take(1)]
    if (++nodes > maxNodes) throw stop()
    switch (kind) {
      case 0x30:
        return null // 0
      case 0x54:
        return true // T
      case 0x46:
        return false // F
      case 0x69:
        return readNumber() // i
      case 0x3a:
      case 0x3b:
        at -= 1
        return leaf('symbol', readSymbol()) // : ;
      case 0x6c:
        return remember(readInteger()) // l
      case 0x66: {
        const start = take(readNumber())
        const value = floatOf(cutText(start, at) ?? '')
        if (value === null) throw new Fault(notMarshal)
        return remember(value)
      } // f
      case 0x22:
        return remember(readText()) // "
      case 0x2f: {
        const source = nameOf(slice())
        const options = bytes[take(1)] ?? 0
        const flags = `${options & 4 ? 'm' : ''}${options & 1 ? 'i' : ''}${options & 2 ? 'x' : ''}`
        return remember(leaf('regexp', `/${source}/${flags}`))
      } // /
      case 0x5b:
        return readArray(depth) // [
      case 0x7b:
      case 0x7d:
        return readHash(depth, null, kind === 0x7d) // { }
      case 0x53: {
        const index = known.push(undefined) - 1
        const object = branch(readSymbol())
        known[index] = object
        return readMembers(object, depth, null)
      } // S
      case 0x6f: {
        const index = known.push(undefined) - 1
        const object = branch(readSymbol())
        known[index] = object
        return readMembers(object, depth, depth === 0 ? spans : null)
      } // o
      case 0x75:
        return remember(dumpedOf(readSymbol(), slice(), branch())) // u
      case 0x55:
      case 0x64: {
        const className = readSymbol()
        const object = branch(className)
        const index = known.push(object) - 1
        const data = readValue(depth + 1)
        known[index] = loadedOf(object, className, data)
        return known[index]
      } // U d
      case 0x43:
      case 0x65:
        return readSubclass(depth) // C e
      case 0x63:
      case 0x6d:
      case 0x4d:
        return remember(leaf(kind === 0x63 ? 'class' : 'module', nameOf(slice()))) // c m M
      case 0x49:
        return readWithMembers(depth) // I
      case 0x40:
        return again(readNumber()) // @
      default:
        throw new Fault(notMarshal)
    }
  }

  function readSubclass(depth: number): unknown {
    const className = readSymbol()
    const kind = bytes[at]
    if (kind === 0x7b || kind === 0x7d) {
      take(1)
      return readHash(depth, className, kind === 0x7d)
    }
    const index = known.length
    const value = readValue(depth + 1)
    if (typeof value === 'string' && kind === 0x22) {
      known[index] = leaf(className, value)
      return known[index]
    }
    const object = branch(className)
    object.value = value
    return object
  }

  if (bytes.length < 2 || bytes.readUInt16BE(0) !== 0x0408) return { reason: notMarshal }
  try {
    const tree = readValue(0)
    return at < bytes.length ? { reason: notMarshal } : { tree, isCut, spans }
  } catch (error) {
    // Its own faults, or the end before the first member.
    return { reason: error instanceof Fault ? error.message : notMarshal }
  }
}

/** Whether bytes begin as a hash of Ruby does, also one of a subclass or with variables. One look at three bytes. */
export function isMarshalHash(bytes: Buffer): boolean {
  return bytes.length > 2 && bytes.readUInt16BE(0) === 0x0408 && '{}CI'.includes(String.fromCharCode(bytes[2] ?? 0))
}
