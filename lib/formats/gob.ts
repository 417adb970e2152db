// Longer than most: one reader for the messages and values of a grammar, which only make sense together.
import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf } from '@/lib/session/tree'
import { type CutText, createTextCutter } from './cut-text'
import { readGoTime } from './go-time'
import { basicTypes, definedType, type GobType, isGob, wireType } from './gob-type'
import { maxDepth, maxNodes } from './limits'

/** A value, where its times stand, and whether it is not the whole of it. `reason` ends a sentence that begins with "It". */
export type GobRead = { tree: unknown; times: ReadonlyMap<Leaf, number>; isCut: boolean } | { reason: string }

/** More types than this no session defines. */
const maxTypes = 200

/**
 * One value of Go's encoding/gob.
 *
 *     stream    = { length (definition | value) }     length: an unsigned
 *     definition = -id wireType                        one of array, slice, struct, map, or bytes of a type's own encoder
 *     value     = id body                              a body of what is no struct begins with a nought
 *     unsigned  = a byte below 128, or minus the count of the bytes that follow, the highest first
 *     signed    = an unsigned, its lowest bit the sign; a float has the bytes of its bits reversed
 *     struct    = { delta field } 0                    delta: from the last field's number; fields of no value are left out
 *     map       = count { key element }                slice and array: count { element }
 *     interface = 0 | name { -id wireType length } id length body
 *
 * Nothing is instantiated: names of types are text. Every value takes a byte at least, so that counts that lie end with the bytes; types that contain themselves end with them or
 * at the greatest depth. Never throws. Source: Go 1.19 to 1.24 `src/encoding/gob` (`doc.go`, `decode.go`, `type.go`).
 */
export function readGob(bytes: Buffer, isTruncated: boolean): GobRead {
  if (!isGob(bytes)) return { reason: 'is no value of gob' }
  const reader = new GobReader(bytes)
  const tree = reader.read()
  if (reader.fault === 'broken' || (!isTruncated && (reader.fault === 'end' || reader.isShort)))
    return { reason: 'is no whole value of gob' }
  if (tree === undefined) return { reason: 'is cut before its value' }
  return { tree, times: reader.times, isCut: isTruncated || reader.fault !== null }
}

/** After a fault every reading gives nothing and every loop ends; what was read before it stays. `end`: there are no more bytes. `limit`: too deep or too many. */
class GobReader {
  fault: 'end' | 'limit' | 'broken' | null = null
  /** A message says that it is longer than what is there. */
  isShort = false
  readonly times = new Map<Leaf, number>()
  private at = 0
  private nodes = 0
  private readonly types = new Map<number, GobType>()
  /** The type of the value that an interface held last. */
  private heldType: string | null = null
  private readonly cutText: CutText

  constructor(private readonly bytes: Buffer) {
    this.cutText = createTextCutter(bytes)
  }

  read(): unknown {
    this.message()
    return this.body(this.typeId(), 0, null)
  }

  private message(): void {
    if (this.length(false) > this.bytes.length - this.at) this.isShort = true
  }

  /** The id of the value that follows, behind all definitions before it. */
  private typeId(): number {
    let id = this.small()
    while (id < 0 && this.fault === null) {
      this.define(-id)
      this.message()
      id = this.small()
    }
    return id
  }

  private define(id: number): void {
    const wire = this.struct(wireType, 0, null)
    const type = this.fault === null ? definedType(wire) : null
    if (type === null || this.types.size >= maxTypes || this.types.has(id)) this.fail('broken')
    else this.types.set(id, type)
  }

  private body(id: number, depth: number, name: string | null): unknown {
    const type = this.typeOf(id)
    if (type === null) return undefined
    if (type.kind === 'struct') return this.struct(type, depth, name)
    if (this.byte() !== 0) this.fail('broken')
    return this.value(id, depth)
  }

  private value(id: number, depth: number): unknown {
    this.nodes += 1
    if (depth > maxDepth || this.nodes > maxNodes) this.fail('limit')
    const type = this.typeOf(id)
    if (this.fault !== null || type === null) return undefined
    switch (type.kind) {
      case 'bool':
        return this.whole(this.unsigned() !== 0)
      case 'int':
        return this.whole(shown(this.signed()))
      case 'uint':
        return this.whole(shown(this.unsigned()))
      case 'float':
        return this.whole(floatLeaf(this.float()))
      case 'complex':
        return this.whole(leaf('complex', `${String(this.float())}, ${String(this.float())}`))
      case 'bytes': {
        const taken = this.take()
        return this.whole(bytesLeaf(taken))
      }
      case 'string':
        return this.text()
      case 'interface':
        return this.interface(depth)
      case 'struct':
        return this.struct(type, depth, null)
      case 'map':
        return this.map(type, depth)
      case 'list':
        return this.list(type, depth)
      case 'encoded':
        return this.encoded(type.name)
    }
  }

  private struct(type: Extract<GobType, { kind: 'struct' }>, depth: number, name: string | null): Branch {
    const object = branch(name ?? (type.name === '' ? null : type.name))
    let field = -1
    while (this.fault === null) {
      const delta = this.length(false)
      if (delta === 0) break
      field += delta
      const known = type.fields[field]
      if (known === undefined) this.fail('broken')
      else this.put(object, known.name, this.value(known.id, depth + 1))
    }
    return object
  }

  private map({ key, element }: Extract<GobType, { kind: 'map' }>, depth: number): Branch {
    const object = branch()
    for (let left = this.length(false); left > 0 && this.fault === null; left -= 1) {
      this.heldType = null
      const found = this.value(key, depth + 1)
      const name = this.heldType === null ? nameOf(found) : freeName(object, found, this.heldType)
      this.put(object, name, this.value(element, depth + 1))
    }
    return object
  }

  private list({ element }: Extract<GobType, { kind: 'list' }>, depth: number): unknown[] {
    const list: unknown[] = []
    for (let left = this.length(false); left > 0 && this.fault === null; left -= 1) {
      const value = this.value(element, depth + 1)
      if (value !== undefined) list.push(value)
    }
    return list
  }

  private interface(depth: number): unknown {
    const name = this.text()
    if (name === '') return null
    const id = this.typeId()
    this.length(false)
    const type = typeof name === 'string' ? name : null
    const value = this.body(id, depth + 1, type)
    this.heldType = type
    return value
  }

  /** What a type's own encoder wrote: a moment, or bytes. */
  private encoded(name: string): unknown {
    const bytes = this.take()
    if (this.fault !== null) return undefined
    const at = name === 'Time' ? readGoTime(bytes) : null
    if (at === null) return bytesLeaf(bytes)
    const found = leaf('datetime', new Date(at).toISOString())
    this.times.set(found, this.at - bytes.length)
    return found
  }

  private put(object: Branch, name: string | null, value: unknown): void {
    if (name !== null && value !== undefined) object[name] = value
  }

  private typeOf(id: number): GobType | null {
    const type = basicTypes.get(id) ?? this.types.get(id) ?? null
    if (type === null) this.fail('broken')
    return type
  }

  private whole<T>(value: T): T | undefined {
    return this.fault === null ? value : undefined
  }

  private text(): unknown {
    const length = this.length()
    if (this.fault !== null) return undefined
    const start = this.at
    this.at += length
    return this.cutText(start, this.at) ?? bytesLeaf(this.bytes.subarray(start, this.at))
  }

  private take(): Buffer {
    const length = this.length()
    const taken = this.fault === null ? this.bytes.subarray(this.at, this.at + length) : Buffer.alloc(0)
    this.at += taken.length
    return taken
  }

  /** The bytes of an unsigned, the highest first: what stands there are the last of eight, and in a float the first. */
  private float(): number {
    const first = this.byte()
    const count = first < 0x80 ? 0 : 256 - first
    if (count > 8) this.fail('broken')
    else if (count > this.bytes.length - this.at) this.fail('end')
    if (this.fault !== null) return 0
    floatBytes.fill(0)
    if (count === 0) floatBytes[7] = first
    else this.bytes.copy(floatBytes, 8 - count, this.at, this.at + count)
    this.at += count
    return floatBytes.readDoubleLE(0)
  }

  /** A count; of bytes, it must not go beyond the end. */
  private length(isOfBytes = true): number {
    const length = this.unsigned()
    if (typeof length === 'bigint') this.fail('broken')
    else if (isOfBytes && length > this.bytes.length - this.at) this.fail('end')
    return this.fault === null ? Number(length) : 0
  }

  private small(): number {
    const number = this.signed()
    if (typeof number === 'bigint') this.fail('broken')
    return this.fault === null ? Number(number) : 0
  }

  private signed(): number | bigint {
    const bits = this.unsigned()
    if (typeof bits === 'number' && bits < 2 ** 31) return (bits & 1) === 0 ? bits >>> 1 : ~(bits >>> 1)
    const wide = BigInt(bits)
    return narrow((wide & 1n) === 0n ? wide >> 1n : ~(wide >> 1n))
  }

  private unsigned(): number | bigint {
    const first = this.byte()
    if (first < 0x80) return first
    const count = 256 - first
    if (count > 8) this.fail('broken')
    else if (count > this.bytes.length - this.at) this.fail('end')
    if (this.fault !== null) return 0
    const start = this.at
    this.at += count
    if (count <= 6) return this.bytes.readUIntBE(start, count)
    return narrow(BigInt(`0x${this.bytes.toString('hex', start, this.at)}`))
  }

  private byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) this.fail('end')
    if (byte === undefined || this.fault !== null) return 0
    this.at += 1
    return byte
  }

  private fail(fault: 'end' | 'limit' | 'broken'): void {
    this.fault ??= fault
  }
}

/** What JSON has no word for is a leaf. */
function floatLeaf(value: number): number | Leaf {
  if (Object.is(value, -0)) return leaf('float64', '-0')
  return Number.isFinite(value) ? value : leaf('float64', Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf')
}

const floatBytes = Buffer.alloc(8)
const narrow = (number: bigint) => (BigInt.asIntN(54, number) === number ? Number(number) : number)

/** Beyond what a number holds: as text of all digits. */
function shown(number: number | bigint): unknown {
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : leaf('integer', String(number))
}

/**
 * The same where keys may be of any type: a number of the application's own type bears that type, as does whatever would take the name of another key; `1` and `"1"` are two keys.
 * Of two that are no scalars the later bears what stands in the map before it.
 */
function freeName(object: Branch, key: unknown, type: string): string | null {
  const name = nameOf(key)
  if (name === null) return null
  const isScalar = typeof key !== 'object' || isLeaf(key)
  const isOwnNumber = typeof key === 'number' && type.includes('.')
  if (!isOwnNumber && !(name in object)) return name
  return isScalar
    ? `${type.slice(type.lastIndexOf('/') + 1)}(${name})`
    : `${name}, after ${Object.keys(object).length} others`
}

/** A key of a map as a name; null for what was not read. */
function nameOf(key: unknown): string | null {
  if (key === undefined) return null
  if (isLeaf(key)) return key.text
  return typeof key === 'object' && key !== null ? 'a key of another kind' : String(key)
}
