import { endOfString, skipSpace } from './json-text'
import { maxDepth, maxNodes } from './limits'

/** `isCut`: the text ended early or held more values than are kept; `tree` is what stood in its head. `reason` ends a sentence that begins with "It". */
export type JsonRead = { tree: unknown; isCut: boolean } | { reason: string }

class JsonFault extends Error {}

const tooDeep = `is nested deeper than ${maxDepth} levels`
const notJson = 'is not valid JSON'

/**
 * Reads JSON within the limits of `limits.ts`. Never throws, never recurses deeper than they say. Numbers that JavaScript cannot hold truly stay the text that they were;
 * `__proto__` is a name like any other. Of a truncated text the complete values of its head are kept: a scalar that the end may have cut is not.
 * Cost: that of `JSON.parse` for ordinary values; the careful reader takes over for truncated, deep and many ones, and for numbers that are not held truly.
 */
export function readJson(text: string, isTruncated: boolean): JsonRead {
  if (isTruncated || needsCare(text)) return readCarefully(text, isTruncated)
  try {
    return { tree: JSON.parse(text), isCut: false }
  } catch {
    return { reason: notJson }
  }
}

/** Whether a value is a JSON object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own value of a name, whatever the prototype holds; undefined for none. */
export function own(object: Record<string, unknown>, name: string): unknown {
  const value = object[name]
  return value === undefined || Object.hasOwn(object, name) ? value : undefined
}

/** A number that JavaScript may not hold truly: many digits, or an exponent. Linear in the text; what looks like one inside of a string at most costs the careful reader. */
const largeNumber = /(?:^|[:,[])[ \t\r\n]*-?\d(?:[\d.]{15}|[\d.]*[eE])/
/** What every such number that is not held has in it: a long run of digits, or an exponent that may lead beyond all numbers. Spelled out, and not counted, the engine looks at one letter in several. */
const longDigits = new RegExp('[\\d.]'.repeat(16))
const hugeExponent = /\d[eE]\+?\d\d\d/
const anyNumber = /(?:^|[:,[])[ \t\r\n]*(-?\d[\d.eE+-]*)/g

/** Whether a limit or a number stands in the way of `JSON.parse`. For ordinary values a fraction of what parsing costs. */
function needsCare(text: string): boolean {
  // Every value takes a character at least, every level an opener.
  const isSmall = text.length <= maxNodes && countOf('{', text) + countOf('[', text) <= maxDepth
  // Asked first: what holds too many values is read no further than that, and its numbers are not looked at one by one.
  if (!isSmall && isBeyondLimits(text)) return true
  const mayHoldLarge = longDigits.test(text) || hugeExponent.test(text)
  return mayHoldLarge && largeNumber.test(text) && !holdsAllTruly(text)
}

/** Python writes all digits of a float, and those are held. */
function holdsAllTruly(text: string): boolean {
  for (const [, word = ''] of text.matchAll(anyNumber)) if (!isHeldTruly(word)) return false
  return true
}

function isHeldTruly(word: string): boolean {
  const value = Number(word)
  if (String(value) === word) return Number.isFinite(value)
  const digits = word
    .replace(/[eE].*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  return Number.isFinite(value) && digits.length <= 15
}

function countOf(mark: string, text: string): number {
  let count = 0
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) count++
  return count
}

/** One pass, strings skipped. */
function isBeyondLimits(text: string): boolean {
  let depth = 0
  let nodes = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = endOfString(text, at) - 1
      if (at < 0) return true
    } else if (code === 0x2c) {
      if (++nodes > maxNodes) return true
    } else if (code === 0x7b || code === 0x5b) {
      nodes++
      if (++depth > maxDepth) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return nodes > maxNodes
}

function readCarefully(text: string, isTruncated: boolean): JsonRead {
  let at = 0
  let nodes = 0
  let isCut = isTruncated

  /** Undefined: the text ended, or enough is kept; the containers around close with what they have. */
  function readValue(depth: number): unknown {
    at = skipSpace(text, at)
    const opener = text[at]
    if (opener === undefined) return endOfText()
    if (opener === '{' || opener === '[') {
      if (depth === maxDepth) throw new JsonFault(tooDeep)
      return opener === '{' ? readObject(depth + 1) : readList(depth + 1)
    }
    return readScalar()
  }

  function readObject(depth: number): Record<string, unknown> {
    // Without a prototype, so that `__proto__` sets a name and nothing else.
    const object: Record<string, unknown> = Object.create(null)
    readMembers('}', () => {
      if (text[at] !== '"') throw new JsonFault(notJson)
      const name = readText()
      if (name === undefined) return false
      at = skipSpace(text, at)
      if (at >= text.length) {
        endOfText()
        return false
      }
      if (text[at++] !== ':') throw new JsonFault(notJson)
      const value = readValue(depth)
      if (value === undefined) return false
      object[name] = value
      return true
    })
    return object
  }

  function readList(depth: number): unknown[] {
    const list: unknown[] = []
    readMembers(']', () => {
      const value = readValue(depth)
      if (value === undefined) return false
      list.push(value)
      return true
    })
    return list
  }

  /** From the opener to behind the closer; ends early where the text does or where a member says that nothing more is kept. */
  function readMembers(closer: string, readMember: () => boolean): void {
    at = skipSpace(text, at + 1)
    if (text[at] === closer) {
      at++
      return
    }
    for (;;) {
      at = skipSpace(text, at)
      if (at >= text.length) return void endOfText()
      if (++nodes > maxNodes) {
        isCut = true
        at = text.length
        return
      }
      if (!readMember()) return
      at = skipSpace(text, at)
      const mark = text[at++]
      if (mark === closer) return
      if (mark === undefined) return void endOfText()
      if (mark !== ',') throw new JsonFault(notJson)
    }
  }

  function readScalar(): unknown {
    if (text[at] === '"') return readText()
    const start = at
    while (at < text.length && !' \t\r\n,]}'.includes(text.charAt(at))) at++
    const word = text.slice(start, at)
    if (at >= text.length && isTruncated) return undefined
    return scalarOf(word)
  }

  function readText(): string | undefined {
    const end = endOfString(text, at)
    if (end === -1) return endOfText()
    const token = text.slice(at, end)
    at = end
    // A string between its quotes: JSON.parse knows its escapes.
    return JSON.parse(token) as string
  }

  function endOfText(): undefined {
    if (!isCut) throw new JsonFault(notJson)
    at = text.length
    return undefined
  }

  try {
    const tree = readValue(0)
    if (tree === undefined) return { reason: notJson }
    if (skipSpace(text, at) < text.length) return { reason: notJson }
    return { tree, isCut }
  } catch (error) {
    // Only its own faults and those of JSON.parse on one token come here: both say what the bytes are not.
    return { reason: error instanceof JsonFault ? error.message : notJson }
  }
}

const numberShape = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function scalarOf(word: string): unknown {
  if (word === 'true') return true
  if (word === 'false') return false
  if (word === 'null') return null
  if (!numberShape.test(word)) throw new JsonFault(notJson)
  return isHeldTruly(word) ? Number(word) : word
}
