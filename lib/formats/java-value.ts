import { type Branch, branch, bytesLeaf, isLeaf, leaf } from '@/lib/session/tree'

/** What an object's own `writeObject` wrote: blocks of bytes and values, in their order. */
export type Contents = (Buffer | { value: unknown })[]

/** Java's own UTF-8 has no zero byte and writes each half of a pair alone. */
export function textOf(bytes: Buffer): string {
  const units: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
    if (first < 0x80) units.push(first)
    else if (first >> 5 === 6) units.push(((first & 0x1f) << 6) | (second & 0x3f))
    else units.push(((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f))
    at += first < 0x80 ? 1 : first >> 5 === 6 ? 2 : 3
  }
  let text = ''
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.slice(at, at + 4096))
  return text
}

/** A `long`: a number where JavaScript holds it truly, else a leaf. */
export function integerOf(value: bigint): unknown {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : leaf('integer', String(value))
}

/** A `double`: what JSON has no word for, such as NaN, is a leaf. */
export function numberOf(value: number): unknown {
  return Number.isFinite(value) ? value : leaf('number', String(value))
}

const named = (space: string, names: string) => new Set(names.split(' ').map((name) => `${space}.${name}`))
const boxed = named('java.lang', 'Long Integer Short Byte Double Float Boolean Character')
const lists = named(
  'java.util',
  'ArrayList LinkedList ArrayDeque Vector HashSet LinkedHashSet TreeSet concurrent.CopyOnWriteArrayList',
)
const maps = named('java.util', 'HashMap LinkedHashMap TreeMap Hashtable concurrent.ConcurrentHashMap')
/** Around a collection, or a list of fixed values. */
const wrappers = /^java\.util\.(?:Collections\$|Arrays\$|CollSer|ImmutableCollections)/

/** What a class of Java's own library stands for; any other stays an object with its contents. */
export function simplify(name: string, object: Branch, contents: Contents): unknown {
  if (boxed.has(name)) return object.value ?? null
  const values = contents.flatMap((part) => (Buffer.isBuffer(part) ? [] : [part.value]))
  if (lists.has(name)) return values
  if (maps.has(name)) return mapOf(name, values)
  const block = contents.find((part) => Buffer.isBuffer(part))
  if (name === 'java.util.Date' && block !== undefined && block.length >= 8) return dateOf(block.readBigInt64BE(0))
  if (name === 'java.time.Ser' && block !== undefined) return timeOf(block)
  if (wrappers.test(name))
    return object.m ?? object.list ?? object.c ?? object.a ?? (values.length > 0 ? values : object)
  const rest = contents.map((part) => (Buffer.isBuffer(part) ? bytesLeaf(part) : part.value))
  if (rest.length > 0) object.contents = rest
  return object
}

function mapOf(name: string, values: unknown[]): Branch {
  const map = branch(name)
  for (let at = 0; at + 1 < values.length; at += 2) {
    const key = values[at]
    map[typeof key === 'object' && key !== null ? (isLeaf(key) ? key.text : `key ${at / 2 + 1}`) : String(key)] =
      values[at + 1]
  }
  return map
}

function dateOf(ms: bigint): unknown {
  const at = Number(ms)
  return Math.abs(at) <= 8.64e15 ? leaf('datetime', new Date(at).toISOString()) : leaf('datetime', String(ms))
}

/** An instant is its second and nanosecond behind a type of 2; other times stay bytes. */
function timeOf(block: Buffer): unknown {
  if (block[0] !== 2 || block.length < 13) return bytesLeaf(block)
  return dateOf(block.readBigInt64BE(1) * 1000n + BigInt(Math.floor(block.readInt32BE(9) / 1e6)))
}
