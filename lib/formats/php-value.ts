import { branch, bytesLeaf, type Leaf, leaf } from '@/lib/session/tree'
import { type CutText, createTextCutter } from './cut-text'
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

/** A place in bytes that hold PHP values; the values of a session share one, and so its limits. `text`: the bytes as latin1, a character a byte. */
export type PhpCursor = {
  readonly bytes: Buffer
  readonly text: string
  readonly cutText: CutText
  readonly isTruncated: boolean
  at: number
  nodes: number
  isCut: boolean
}

const notPhp = 'is not valid PHP serialize'

/**
 * What PHP's `serialize()` writes, as data. Nothing is instantiated: a class is the name of its object. Never throws, never recurses deeper than `limits.ts` says; a count that
 * lies costs nothing, for nothing is reserved by it. Of a truncated value the complete values of its head are kept.
 *
 *     value  := 'N;' | 'b:' ('0'|'1') ';' | 'i:' integer ';' | 'd:' float ';' | text ';'
 *             | 'a:' count ':{' (key value){count} '}'
 *             | 'O:' name ':' count ':{' (key value){count} '}'
 *             | 'C:' name ':' length ':{' bytes '}'         what a class of its own wrote
 *             | 'E:' length ':"' class ':' case '";'        an enum
 *             | ('R'|'r') ':' number ';'                    the value with that number again
 *     text   := 's:' length ':"' bytes '"'
 *     name   := length ':"' bytes '"'
 *     key    := 'i:' integer ';' | text ';'
 *
 * Source: php-src `ext/standard/var.c`, `var_unserializer.re`.
 */
export function readPhpValue(bytes: Buffer, isTruncated: boolean): PhpRead {
  return readPhp(bytes, isTruncated, (cursor) => {
    const tree = readNext(cursor)
    if (tree !== undefined && cursor.at < bytes.length) throw new PhpFault(notPhp)
    return tree
  })
}

/** Opens the bytes, lets `read` read values from them with `readNext`, and says what came of it. */
export function readPhp(bytes: Buffer, isTruncated: boolean, read: (cursor: PhpCursor) => unknown): PhpRead {
  const text = bytes.toString('latin1')
  const cursor: PhpCursor = {
    bytes,
    text,
    cutText: createTextCutter(bytes, text),
    isTruncated,
    at: 0,
    nodes: 0,
    isCut: isTruncated,
  }
  try {
    const tree = read(cursor)
    return tree === undefined ? { reason: notPhp } : { tree, isCut: cursor.isCut }
  } catch (error) {
    // Its own faults say what the bytes are not; there are no others.
    return { reason: error instanceof PhpFault ? error.message : notPhp }
  }
}

/** The value at the cursor, which then stands behind it. Undefined: the bytes ended, or enough is kept; whoever holds values closes with what there is. Throws a `PhpFault`. */
export function readNext(cursor: PhpCursor, depth = 0): unknown {
  const kind = cursor.text[cursor.at]
  if (kind === undefined) return endOf(cursor)
  if (++cursor.nodes > maxNodes) return stop(cursor)
  cursor.at++
  switch (kind) {
    case 'N':
      return skip(cursor, ';') ? null : undefined
    case 'b':
      return readBoolean(cursor)
    case 'i':
      return skip(cursor, ':') ? readInteger(cursor) : undefined
    case 'd':
      return skip(cursor, ':') ? readFloat(cursor) : undefined
    case 's':
      return readText(cursor)
    case 'a':
      return readArray(cursor, depth)
    case 'O':
      return readObject(cursor, depth)
    case 'C':
      return readCustom(cursor, depth)
    case 'E':
      return readEnum(cursor)
    case 'R':
    case 'r':
      return readReference(cursor)
    default:
      throw new PhpFault(notPhp)
  }
}

function endOf(cursor: PhpCursor): undefined {
  if (!cursor.isCut) throw new PhpFault('is PHP serialize that ends early')
  return stop(cursor)
}

function stop(cursor: PhpCursor): undefined {
  cursor.isCut = true
  cursor.at = cursor.text.length
  return undefined
}

/** False: the bytes ended before it. */
function skip(cursor: PhpCursor, expected: string): boolean {
  if (expected.length === 1 ? cursor.text[cursor.at] === expected : cursor.text.startsWith(expected, cursor.at)) {
    cursor.at += expected.length
    return true
  }
  const rest = cursor.text.length - cursor.at
  if (rest >= expected.length || !expected.startsWith(cursor.text.slice(cursor.at))) throw new PhpFault(notPhp)
  endOf(cursor)
  return false
}

function readBoolean(cursor: PhpCursor): boolean | undefined {
  if (!skip(cursor, ':')) return undefined
  const digit = cursor.text[cursor.at]
  if (digit === undefined) return endOf(cursor)
  if (digit !== '0' && digit !== '1') throw new PhpFault(notPhp)
  cursor.at++
  return skip(cursor, ';') ? digit === '1' : undefined
}

/** Digits up to a mark, which is skipped. */
function readDigits(cursor: PhpCursor, mark: string): string | undefined {
  const { text, at } = cursor
  let end = at
  if (text[end] === '-' || text[end] === '+') end++
  const first = end
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(end)) end++
  if (end >= text.length) return endOf(cursor)
  if (end === first || end - first > 20 || text[end] !== mark) throw new PhpFault(notPhp)
  cursor.at = end + 1
  return text.slice(at, end)
}

function readInteger(cursor: PhpCursor): number | Leaf | undefined {
  const digits = readDigits(cursor, ';')
  if (digits === undefined) return undefined
  return digits.length < 16 ? Number(digits) + 0 : integerOf(BigInt(digits.replace('+', '')))
}

/** A count or a length, which only tells how much to expect. */
function readCount(cursor: PhpCursor, mark: string): number | undefined {
  const { text, at } = cursor
  let end = at
  let count = 0
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++end))
    count = count * 10 + code - 0x30
  if (end >= text.length) return endOf(cursor)
  if (end === at || end - at > 20 || text[end] !== mark || count > 0xffff_ffff) throw new PhpFault(notPhp)
  cursor.at = end + 1
  return count
}

const floatShape = /(?:[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?|-?INF|NAN);/y

function readFloat(cursor: PhpCursor): number | Leaf | undefined {
  floatShape.lastIndex = cursor.at
  const found = floatShape.exec(cursor.text)?.[0]
  if (found === undefined) {
    if (cursor.isTruncated && cursor.text.length - cursor.at < 400) return endOf(cursor)
    throw new PhpFault(notPhp)
  }
  cursor.at += found.length
  const word = found.slice(0, -1)
  if (word.endsWith('INF')) return floatOf(word === 'INF' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)
  return floatOf(Number(word))
}

/** `length ':"' bytes '"'`: where the bytes begin; they end at the quote before the cursor. */
function readQuoted(cursor: PhpCursor): number | undefined {
  const length = readCount(cursor, ':')
  if (length === undefined || !skip(cursor, '"')) return undefined
  const start = cursor.at
  if (start + length >= cursor.text.length) {
    if (!cursor.isTruncated) throw new PhpFault('is PHP serialize in which a length says too much')
    return endOf(cursor)
  }
  cursor.at = start + length
  return skip(cursor, '"') ? start : undefined
}

function readText(cursor: PhpCursor): string | Leaf | undefined {
  const start = skip(cursor, ':') ? readQuoted(cursor) : undefined
  if (start === undefined) return undefined
  const end = cursor.at - 1
  if (!skip(cursor, ';')) return undefined
  return cursor.cutText(start, end) ?? bytesLeaf(cursor.bytes.subarray(start, end))
}

function readName(cursor: PhpCursor): string | undefined {
  const start = readQuoted(cursor)
  if (start === undefined) return undefined
  return nameAt(cursor, start, cursor.at - 1)
}

/** The name between two places of the bytes. */
export function nameAt({ cutText, bytes }: PhpCursor, start: number, end: number): string {
  return cutText(start, end, true) ?? hexOf(bytes.subarray(start, end))
}

function readKey(cursor: PhpCursor): PhpKey | undefined {
  const kind = cursor.text[cursor.at++]
  if (kind === undefined) return endOf(cursor)
  if (kind === 'i') {
    const value = skip(cursor, ':') ? readInteger(cursor) : undefined
    return typeof value === 'object' ? value.text : value
  }
  if (kind !== 's') throw new PhpFault(notPhp)
  const name = skip(cursor, ':') ? readName(cursor) : undefined
  return name !== undefined && skip(cursor, ';') ? name : undefined
}

function readMembers(cursor: PhpCursor, depth: number): { keys: PhpKey[]; values: unknown[] } {
  if (depth === maxDepth) throw new PhpFault(tooDeep)
  const keys: PhpKey[] = []
  const values: unknown[] = []
  const count = readCount(cursor, ':')
  if (count === undefined || !skip(cursor, '{')) return { keys, values }
  while (keys.length < count) {
    const key = readKey(cursor)
    const value = key === undefined ? undefined : readNext(cursor, depth + 1)
    if (key === undefined || value === undefined) return { keys, values }
    keys.push(key)
    values.push(value)
  }
  skip(cursor, '}')
  return { keys, values }
}

function readArray(cursor: PhpCursor, depth: number): unknown {
  if (!skip(cursor, ':')) return undefined
  const { keys, values } = readMembers(cursor, depth)
  return arrayOf(keys, values)
}

function readObject(cursor: PhpCursor, depth: number): unknown {
  const className = skip(cursor, ':') ? readName(cursor) : undefined
  if (className === undefined || !skip(cursor, ':')) return undefined
  const { keys, values } = readMembers(cursor, depth)
  return objectOf(className, keys, values)
}

/** The bytes are the class's own affair; most classes wrote a value into them, and then it is shown. */
function readCustom(cursor: PhpCursor, depth: number): unknown {
  if (depth === maxDepth) throw new PhpFault(tooDeep)
  const className = skip(cursor, ':') ? readName(cursor) : undefined
  const length = className !== undefined && skip(cursor, ':') ? readCount(cursor, ':') : undefined
  if (className === undefined || length === undefined || !skip(cursor, '{')) return undefined
  const start = cursor.at
  const end = start + length
  if (end >= cursor.text.length) return endOf(cursor)
  const object = branch(className)
  object.serialized = readInside(cursor, end, depth) ?? textOrBytes(cursor.bytes.subarray(start, end))
  cursor.at = end
  return skip(cursor, '}') ? object : undefined
}

function readInside(cursor: PhpCursor, end: number, depth: number): unknown {
  const inner: PhpCursor = { ...cursor, text: cursor.text.slice(0, end), isTruncated: false, isCut: false }
  try {
    const value = readNext(inner, depth + 1)
    cursor.nodes = inner.nodes
    return inner.at === end && !inner.isCut ? value : undefined
  } catch {
    // Not a value: it is shown as it stands.
    cursor.nodes = inner.nodes
    return undefined
  }
}

function readEnum(cursor: PhpCursor): Leaf | undefined {
  const name = skip(cursor, ':') ? readName(cursor) : undefined
  return name !== undefined && skip(cursor, ';') ? leaf('enum', name.replace(':', '::')) : undefined
}

function readReference(cursor: PhpCursor): Leaf | undefined {
  const digits = skip(cursor, ':') ? readDigits(cursor, ';') : undefined
  return digits === undefined ? undefined : leaf('reference', `value ${digits}`)
}
