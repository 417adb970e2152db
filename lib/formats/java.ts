import { branch, bytesLeaf, isLeaf, leaf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { type Contents, integerOf, numberOf, simplify, textOf } from './java-value'
import { maxDepth, maxNodes } from './limits'

export type JavaRead = { tree: unknown } | { reason: string }

class JavaFault extends Error {}

type Field = { type: string; name: string }
type ClassDescription = { name: string; flags: number; fields: Field[]; parent: ClassDescription | null }

const flags = { writeMethod: 1, serializable: 2, externalizable: 4, blockData: 8 }
const code = {
  null: 0x70,
  reference: 0x71,
  classDescription: 0x72,
  object: 0x73,
  string: 0x74,
  array: 0x75,
  class: 0x76,
  blockData: 0x77,
  endBlockData: 0x78,
  longBlockData: 0x7a,
  longString: 0x7c,
  proxyClassDescription: 0x7d,
  enum: 0x7e,
}

/**
 * Reads Java's object serialization, protocol 5, as data: no class is ever looked for, its name is kept as the type of a branch. Lists, maps, sets, boxed numbers and dates of `java.util` and `java.lang` are
 * shown as what they are; what another class wrote by its own hand is shown as its contents. An object that was read before is a leaf `reference`, so neither a cycle nor a thousand references to one large
 * object can grow. Never throws; bounded by the limits of `limits.ts`.
 *
 * Grammar (Object Serialization Stream Protocol, section 6.4): `stream = AC ED 00 05 content`; `content = object | blockdata`; `object = 73 classDesc (handle) classdata[]`, from the topmost class down;
 * `classDesc = 72 name suid (handle) flags fields annotation superClassDesc | 70 | 71 handle | 7D proxy`; `array = 75 classDesc (handle) size values`; `string = 74 utf | 7C longutf (handle)`; `enum = 7E classDesc (handle) name`.
 */
export function readJava(bytes: Buffer): JavaRead {
  if (bytes.length < 5 || bytes.readUInt32BE(0) !== 0xaced0005) return { reason: 'is not Java serialization' }
  let at = 4
  let nodes = 0
  /** What a handle stands for: a text, a description of a class, or something that was read and is not shown twice. */
  const handles: unknown[] = []
  const cutText = createTextCutter(bytes)

  function take(length: number): number {
    const from = at
    if (length < 0 || at + length > bytes.length) throw new JavaFault('ends early')
    at += length
    return from
  }
  const byte = () => bytes[take(1)] ?? 0
  const short = () => bytes.readUInt16BE(take(2))
  const int = () => bytes.readInt32BE(take(4))
  const long = () => bytes.readBigInt64BE(take(8))

  function text(length: number, isName = false): string {
    const from = take(length)
    return cutText(from, at, isName) ?? textOf(bytes.subarray(from, at))
  }

  function keep<T>(value: T): T {
    handles.push(value)
    return value
  }

  function referred(): unknown {
    const index = int() - 0x7e0000
    if (index < 0 || index >= handles.length) throw new JavaFault('refers to nothing')
    return handles[index]
  }

  function readContent(depth: number): unknown {
    if (++nodes > maxNodes) throw new JavaFault(`holds more than ${maxNodes} values`)
    if (depth > maxDepth) throw new JavaFault(`is nested deeper than ${maxDepth} levels`)
    const kind = byte()
    switch (kind) {
      case code.null:
        return null
      case code.reference:
        return shown(referred())
      case code.string:
        return keep(text(short()))
      case code.longString: {
        const length = Number(long())
        return keep(text(Number.isSafeInteger(length) ? length : -1))
      }
      case code.object:
        return readObject(depth)
      case code.array:
        return readArray(depth)
      case code.enum: {
        const description = readClass(depth)
        const place = handles.push(null) - 1
        const constant = leaf(description?.name ?? 'enum', String(readContent(depth + 1)))
        handles[place] = constant
        return constant
      }
      case code.class: {
        const description = readClass(depth)
        return keep(leaf('class', description?.name ?? ''))
      }
      case code.classDescription:
      case code.proxyClassDescription:
        at -= 1
        return leaf('class', readClass(depth)?.name ?? '')
      default:
        throw new JavaFault('holds something that Java does not write')
    }
  }

  function readClass(depth: number): ClassDescription | null {
    if (++nodes > maxNodes || depth > maxDepth) throw new JavaFault('describes too many classes')
    const kind = byte()
    if (kind === code.null) return null
    if (kind === code.reference) {
      const found = referred()
      if (!isDescription(found)) throw new JavaFault('refers to a class that is none')
      return found
    }
    if (kind === code.proxyClassDescription) {
      const description = keep<ClassDescription>({ name: 'proxy', flags: flags.serializable, fields: [], parent: null })
      const count = int()
      if (count < 0 || count > 1000) throw new JavaFault('is a proxy of too much')
      for (let index = 0; index < count; index += 1) text(short())
      readContents(depth)
      description.parent = readClass(depth + 1)
      return description
    }
    if (kind !== code.classDescription) throw new JavaFault('lacks the description of a class')
    const name = text(short(), true)
    take(8)
    const description = keep<ClassDescription>({ name, flags: 0, fields: [], parent: null })
    description.flags = byte()
    const count = short()
    for (let index = 0; index < count; index += 1) {
      if (++nodes > maxNodes) throw new JavaFault(`holds more than ${maxNodes} values`)
      const type = String.fromCharCode(byte())
      const field = { type, name: text(short(), true) }
      if (type === 'L' || type === '[') readContent(depth + 1)
      description.fields.push(field)
    }
    readContents(depth)
    description.parent = readClass(depth + 1)
    return description
  }

  /** Up to the end of the block data. */
  function readContents(depth: number): Contents {
    const contents: Contents = []
    for (;;) {
      if (++nodes > maxNodes) throw new JavaFault(`holds more than ${maxNodes} values`)
      const kind = byte()
      if (kind === code.endBlockData) return contents
      if (kind === code.blockData || kind === code.longBlockData) {
        const length = kind === code.blockData ? byte() : int()
        const from = take(length)
        contents.push(bytes.subarray(from, from + length))
        continue
      }
      at -= 1
      contents.push({ value: readContent(depth + 1) })
    }
  }

  function readObject(depth: number): unknown {
    const description = readClass(depth)
    if (description === null) throw new JavaFault('is an object of no class')
    const place = handles.push(leaf('reference', description.name)) - 1
    const chain: ClassDescription[] = []
    for (let one: ClassDescription | null = description; one !== null; one = one.parent) {
      if (chain.length > maxDepth) throw new JavaFault('has too many ancestors')
      chain.unshift(one)
    }
    const object = branch(description.name)
    const contents: Contents = []
    for (const one of chain) {
      if ((one.flags & flags.externalizable) !== 0) {
        if ((one.flags & flags.blockData) === 0) throw new JavaFault('holds an object of an unknown layout')
        contents.push(...readContents(depth))
        continue
      }
      if ((one.flags & flags.serializable) === 0) continue
      for (const field of one.fields) object[field.name] = readValue(field.type, depth)
      if ((one.flags & flags.writeMethod) !== 0) contents.push(...readContents(depth))
    }
    const value = simplify(description.name, object, contents)
    // What is a number or a text is one also where it is referred to.
    if (typeof value !== 'object' || value === null || isLeaf(value)) handles[place] = value
    return value
  }

  function readArray(depth: number): unknown {
    const description = readClass(depth)
    const type = description?.name.charAt(1) ?? ''
    handles.push(leaf('reference', description?.name ?? 'array'))
    const size = int()
    if (type === 'B') {
      const from = take(size)
      return bytesLeaf(bytes.subarray(from, from + size))
    }
    if (size < 0) throw new JavaFault('is an array of a negative size')
    const list: unknown[] = []
    for (let index = 0; index < size; index += 1) {
      if (++nodes > maxNodes) throw new JavaFault(`holds more than ${maxNodes} values`)
      list.push(readValue(type, depth))
    }
    return list
  }

  function readValue(type: string, depth: number): unknown {
    switch (type) {
      case 'B':
        return bytes.readInt8(take(1))
      case 'C':
        return String.fromCharCode(short())
      case 'D':
        return numberOf(bytes.readDoubleBE(take(8)))
      case 'F':
        return numberOf(bytes.readFloatBE(take(4)))
      case 'I':
        return int()
      case 'J':
        return integerOf(long())
      case 'S':
        return bytes.readInt16BE(take(2))
      case 'Z':
        return byte() !== 0
      case 'L':
      case '[':
        return readContent(depth + 1)
      default:
        throw new JavaFault('has a field of no type')
    }
  }

  try {
    const tree = readContent(0)
    return at === bytes.length ? { tree } : { reason: 'is Java serialization with something behind it' }
  } catch (error) {
    if (error instanceof JavaFault) return { reason: `is Java serialization that ${error.message}` }
    // Only its own faults are thrown on purpose; whatever else a hostile stream brings about says no more.
    return { reason: 'is Java serialization that cannot be read' }
  }
}

function isDescription(value: unknown): value is ClassDescription {
  return typeof value === 'object' && value !== null && 'parent' in value && 'flags' in value
}

/** What a reference shows: texts and numbers themselves, all else that it is one. */
function shown(value: unknown): unknown {
  return isDescription(value) ? leaf('class', value.name) : value
}
