// Longer than most: one reader for the opcodes of six protocols, which only make sense together.
import { isUtf8 } from 'node:buffer'
import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf, typeNameOf } from '@/lib/session/tree'
import { maxDepth, maxInflatedBytes, maxNodes } from './limits'
import { bytesOf, calledAs, Global, nameOfKey, objectOf } from './pickle-object'

/** `stopAt`: where the last opcode stands; `frame`: where the length of the frame stands that holds it. `reason` ends a sentence that begins with "It". */
export type PickleRead =
  | { tree: unknown; isCut: boolean; protocol: number; stopAt: number; frame: { at: number; length: number } | null }
  | { reason: string }

class Fault extends Error {}
const ended = Symbol('ended')
const notPickle = 'is not a valid pickle'
/** Beyond this many bytes an integer is shown as bytes: its digits would cost more than they tell. */
const mostIntegerBytes = 512

/**
 * A Python pickle of protocol 0 to 5 as data: a small stack machine that never calls, imports or instantiates anything. Opcodes, a byte each, by what they do:
 *
 *     push     N None, 88 89 I J K M 8a 8b L integers and booleans, F G floats, S T U V X 8c 8d texts, B C 8e 96 bytes, } ] ) 8f empty ones
 *     gather   ( marks; t l d 91 make a tuple, list, dict, set of all above the mark; 85 86 87 tuples of one to three
 *     fill     a e append, s u set items, 90 adds to a set
 *     name     c 93 i a global by module and name, 82 83 84 by number, P Q a persistent id
 *     object   R 81 92 o i make one of a global and arguments, b gives it a state: a branch with the global's name, what it was given as members
 *     memo     p q r 94 keep the top, g h j push what was kept; of what has members only a reference, so what comes out is a tree, whatever loops
 *     frame    80 protocol, 95 frame, 0 1 2 pop and double, . stop
 *
 * A value that ends early keeps what was set before. Never throws; bounded by `limits.ts`. Source: CPython 3.13 `pickle.py`, `pickletools.py`.
 */
export function readPickle(bytes: Buffer, isTruncated: boolean): PickleRead {
  const machine = createMachine(bytes)
  let isCut = false
  try {
    while (machine.step());
  } catch (error) {
    const isEnd = error === ended
    if (isEnd && !isTruncated && !machine.isFull()) return { reason: 'is a pickle that ends early' }
    if (!isEnd) return { reason: error instanceof Fault ? error.message : notPickle }
    isCut = true
  }
  const tree = isCut ? machine.head() : machine.result()
  if (tree === undefined) return { reason: notPickle }
  if (!isCut && !isTruncated && machine.at() !== bytes.length) return { reason: notPickle }
  if (isDeep(tree, 0)) return { reason: `is nested deeper than ${maxDepth} levels` }
  return { tree, isCut: isCut || isTruncated, protocol: machine.protocol(), ...machine.end() }
}

function createMachine(bytes: Buffer) {
  let at = 0
  let nodes = 0
  let repeated = 0
  let protocol = 0
  let frame: { at: number; length: number } | null = null
  let stack: unknown[] = []
  const marked: unknown[][] = []
  const memo = new Map<number, unknown>()

  function take(size: number): number {
    const start = at
    if (size > bytes.length - start) throw ended
    at += size
    return start
  }
  const whole = (size: number) => bytes.readUIntLE(take(size), size)
  const long = () => Number(bytes.readBigUInt64LE(take(8)))
  const slice = (size: number) => bytes.subarray(take(size), at)
  function line(): Buffer {
    const end = bytes.indexOf(10, at)
    if (end === -1) throw ended
    const found = bytes.subarray(at, end)
    at = end + 1
    return found
  }
  const lineText = () => line().toString('latin1')
  const lineNumber = () => {
    const text = lineText()
    if (!/^\d{1,9}$/.test(text)) throw new Fault(notPickle)
    return Number(text)
  }
  function push(value: unknown): void {
    if (++nodes > maxNodes) throw ended
    stack.push(value)
  }
  function pop(): unknown {
    if (stack.length === 0) throw new Fault(notPickle)
    return stack.pop()
  }
  const top = () => {
    if (stack.length === 0) throw new Fault(notPickle)
    return stack[stack.length - 1]
  }
  function popMark(): unknown[] {
    const items = stack
    const below = marked.pop()
    if (below === undefined) throw new Fault(notPickle)
    stack = below
    return items
  }
  function popMany(count: number): unknown[] {
    if (stack.length < count) throw new Fault(notPickle)
    return stack.splice(stack.length - count, count)
  }
  /** What has members is pushed once only: a second time it is told, not shown. */
  function again(value: unknown, name: string): void {
    if (typeof value === 'string') {
      repeated += value.length
      if (repeated > maxInflatedBytes) throw new Fault('is a pickle that repeats too much')
    }
    const isShared = typeof value === 'object' && value !== null && !isLeaf(value) && !(value instanceof Global)
    push(isShared ? leaf('reference', name) : value)
  }
  function keep(index: number): void {
    if (memo.size > maxNodes) throw ended
    memo.set(index, top())
  }
  function recall(index: number): void {
    if (!memo.has(index)) throw new Fault(notPickle)
    again(memo.get(index), `value ${index}`)
  }
  function globalFrom(name: unknown): void {
    const module = pop()
    if (typeof name !== 'string' || typeof module !== 'string') throw new Fault(notPickle)
    push(new Global(`${module}.${name}`))
  }

  /** False: that was the last one. */
  function step(): boolean {
    const opcode = bytes[take(1)] ?? 0
    switch (opcode) {
      case 0x2e:
        return false // .
      case 0x80:
        protocol = whole(1)
        if (protocol > 5) throw new Fault('is a pickle of a later protocol')
        break
      case 0x95: {
        const start = at
        frame = { at: start, length: long() }
        break
      }
      case 0x28:
        marked.push(stack)
        stack = []
        if (marked.length > maxNodes) throw ended
        break // (
      case 0x30:
        if (stack.length > 0) pop()
        else popMark()
        break // 0
      case 0x31:
        popMark()
        break // 1
      case 0x32:
        again(top(), 'the value before')
        break // 2
      case 0x4e:
        push(null)
        break // N
      case 0x88:
        push(true)
        break
      case 0x89:
        push(false)
        break
      case 0x49: {
        const text = lineText()
        push(text === '00' ? false : text === '01' ? true : integerOf(text))
        break
      } // I
      case 0x4c:
        push(integerOf(lineText().replace(/L$/, '')))
        break // L
      case 0x4a:
        push(bytes.readInt32LE(take(4)))
        break // J
      case 0x4b:
        push(whole(1))
        break // K
      case 0x4d:
        push(whole(2))
        break // M
      case 0x8a:
        push(longOf(slice(whole(1))))
        break
      case 0x8b:
        push(longOf(slice(whole(4))))
        break
      case 0x46:
        push(floatOf(Number(lineText())))
        break // F
      case 0x47:
        push(floatOf(bytes.readDoubleBE(take(8))))
        break // G
      case 0x53:
        push(quotedOf(lineText()))
        break // S
      case 0x54:
        push(textOf(slice(whole(4))))
        break // T
      case 0x55:
        push(textOf(slice(whole(1))))
        break // U
      case 0x56:
        push(escapedOf(lineText()))
        break // V
      case 0x58:
        push(textOf(slice(whole(4))))
        break // X
      case 0x8c:
        push(textOf(slice(whole(1))))
        break
      case 0x8d:
        push(textOf(slice(long())))
        break
      case 0x42:
        push(bytesOf(slice(whole(4))))
        break // B
      case 0x43:
        push(bytesOf(slice(whole(1))))
        break // C
      case 0x8e:
      case 0x96:
        push(bytesOf(slice(long())))
        break
      case 0x7d:
        push(branch())
        break // }
      case 0x5d:
      case 0x29:
      case 0x8f:
        push([])
        break // ] )
      case 0x74:
      case 0x6c:
      case 0x91:
        push(popMark())
        break // t l
      case 0x64: {
        const items = popMark()
        push(filled(branch(), items))
        break
      } // d
      case 0x85:
        push(popMany(1))
        break
      case 0x86:
        push(popMany(2))
        break
      case 0x87:
        push(popMany(3))
        break
      case 0x61: {
        const item = pop()
        append(top(), [item])
        break
      } // a
      case 0x65:
      case 0x90: {
        const items = popMark()
        append(top(), items)
        break
      } // e
      case 0x73: {
        const items = popMany(2)
        filled(top(), items)
        break
      } // s
      case 0x75: {
        const items = popMark()
        filled(top(), items)
        break
      } // u
      case 0x63:
        push(new Global(`${lineText()}.${lineText()}`))
        break // c
      case 0x93:
        globalFrom(pop())
        break
      case 0x82:
      case 0x83:
      case 0x84:
        push(new Global(`extension ${whole(1 << (opcode - 0x82))}`))
        break
      case 0x50:
        push(leaf('persistent id', lineText()))
        break // P
      case 0x51:
        push(objectOf(new Global('persistent id'), [pop()]))
        break // Q
      case 0x52:
      case 0x81: {
        const args = pop()
        push(calledAs(pop(), args))
        break
      } // R
      case 0x92: {
        const named = pop()
        const args = pop()
        push(objectOf(pop(), [args, named]))
        break
      }
      case 0x69: {
        const name = `${lineText()}.${lineText()}`
        push(objectOf(new Global(name), popMark()))
        break
      } // i
      case 0x6f: {
        const [callee, ...args] = popMark()
        push(objectOf(callee, args))
        break
      } // o
      case 0x62: {
        const state = pop()
        build(top(), state)
        break
      } // b
      case 0x70:
        keep(lineNumber())
        break // p
      case 0x71:
        keep(whole(1))
        break // q
      case 0x72:
        keep(whole(4))
        break // r
      case 0x94:
        keep(memo.size)
        break
      case 0x67:
        recall(lineNumber())
        break // g
      case 0x68:
        recall(whole(1))
        break // h
      case 0x6a:
        recall(whole(4))
        break // j
      default:
        throw new Fault(notPickle)
    }
    return true
  }

  return {
    step,
    at: () => at,
    protocol: () => protocol,
    isFull: () => nodes > maxNodes || memo.size > maxNodes || marked.length > maxNodes,
    end: () => ({ stopAt: at - 1, frame: frame !== null && frame.at + 8 + frame.length === at ? frame : null }),
    result: () => (marked.length === 0 && stack.length === 1 ? settled(stack[0]) : undefined),
    /** What was whole when the bytes ended: open marks are closed into the list or dict below them. */
    head(): unknown {
      while (marked.length > 0) {
        const items = popMark()
        // A name without its call yet: what stands behind it are its arguments, not members.
        const firstGlobal = items.findIndex((item) => item instanceof Global)
        const whole = firstGlobal === -1 ? items : items.slice(0, firstGlobal)
        const below = stack[stack.length - 1]
        if (Array.isArray(below)) append(below, whole)
        else if (isPlainDict(below)) filled(below, whole.slice(0, whole.length - (whole.length % 2)))
      }
      return stack.length === 0 ? undefined : settled(stack[0])
    },
  }
}

/** A class that is a value is shown by its name. */
const settled = (value: unknown) => (value instanceof Global ? leaf('class', value.name) : value)

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
const isPlainDict = (value: unknown): value is Branch => isBranch(value) && typeNameOf(value) === null

function filled(target: unknown, items: unknown[]): unknown {
  if (!isBranch(target) || items.length % 2 !== 0) {
    // A leaf stands for an object whose members are of no interest, or for one that stands elsewhere.
    if (isLeaf(target)) return target
    throw new Fault(notPickle)
  }
  for (let n = 0; n < items.length; n += 2) target[nameOfKey(items[n])] = settled(items[n + 1])
  return target
}

function append(target: unknown, items: unknown[]): void {
  if (Array.isArray(target)) for (const item of items) target.push(settled(item))
  else if (isBranch(target))
    target.items = [...(Array.isArray(target.items) ? target.items : []), ...items.map(settled)]
  else if (!isLeaf(target)) throw new Fault(notPickle)
}

function build(target: unknown, state: unknown): void {
  if (isLeaf(target)) return
  if (!isBranch(target)) throw new Fault(notPickle)
  if (isPlainDict(state)) for (const [name, value] of Object.entries(state)) target[name] = value
  else target.state = settled(state)
}

function isDeep(tree: unknown, depth: number): boolean {
  if (typeof tree !== 'object' || tree === null || isLeaf(tree)) return false
  if (depth > maxDepth) return true
  if (Array.isArray(tree)) return tree.some((value) => isDeep(value, depth + 1))
  return Object.values(tree).some((value) => isDeep(value, depth + 1))
}

const textOf = (bytes: Buffer) => (isUtf8(bytes) ? bytes.toString('utf8') : bytesOf(bytes))

function integerOf(text: string): number | Leaf {
  if (!/^-?\d{1,1200}$/.test(text)) throw new Fault(notPickle)
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : leaf('integer', text)
}

/** Two's complement, the lowest byte first. */
function longOf(bytes: Buffer): number | Leaf {
  if (bytes.length === 0) return 0
  if (bytes.length <= 6) return bytes.readIntLE(0, bytes.length)
  if (bytes.length > mostIntegerBytes) return bytesLeaf(bytes)
  const digits = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const number = BigInt.asIntN(bytes.length * 8, digits)
  return Number.isSafeInteger(Number(number)) ? Number(number) : leaf('integer', String(number))
}

function floatOf(value: number): number | Leaf {
  if (Object.is(value, -0)) return leaf('float', '-0.0')
  return Number.isFinite(value) ? value : leaf('float', Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf')
}

/** A text of protocol 0: characters beyond latin1, the backslash and the line's end are escaped. */
const escapedOf = (text: string) =>
  text.replace(/\\u([\da-f]{4})|\\U(000[\da-f]{5}|0010[\da-f]{4})/gi, (_, short, long) =>
    String.fromCodePoint(Number.parseInt(short ?? long, 16)),
  )

function quotedOf(text: string): string | Leaf {
  const inner = /^(['"])(.*)\1$/s.exec(text)?.[2]
  if (inner === undefined) throw new Fault(notPickle)
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  const raw = inner.replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, hex, char) =>
    hex === undefined ? (plain[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return textOf(Buffer.from(raw, 'latin1'))
}
