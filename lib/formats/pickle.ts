// Longer than most: one reader for the opcodes of six protocols, which only make sense together.
import { branch, isLeaf, leaf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { maxDepth, maxInflatedBytes, maxNodes } from './limits'
import { bytesOf, calledAs, Global, objectOf } from './pickle-object'
import { escapedOf, floatOf, integerOf, longOf, quotedOf } from './pickle-scalar'
import { addItems, isDeep, isPlainDict, setItems, setState, settled } from './pickle-tree'

/** `stopAt`: where the last opcode stands; `frame`: where the length of the frame stands that holds it. `reason` ends a sentence that begins with "It". */
export type PickleRead =
  | { tree: unknown; isCut: boolean; protocol: number; stopAt: number; frame: { at: number; length: number } | null }
  | { reason: string }

class Fault extends Error {}
const ended = Symbol('ended')
const notPickle = 'is not a valid pickle'

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
  if (machine.mayBeDeep() && isDeep(tree)) return { reason: `is nested deeper than ${maxDepth} levels` }
  return { tree, isCut: isCut || isTruncated, protocol: machine.protocol(), ...machine.end() }
}

function createMachine(bytes: Buffer) {
  let at = 0
  let nodes = 0
  let containers = 0
  let repeated = 0
  let protocol = 0
  let frame: { at: number; length: number } | null = null
  let stack: unknown[] = []
  const marked: unknown[][] = []
  const memo = new Map<number, unknown>()
  const cutText = createTextCutter(bytes)

  function take(size: number): number {
    const start = at
    if (size > bytes.length - start) throw ended
    at += size
    return start
  }
  const byte = () => bytes[take(1)] ?? 0
  const short = () => bytes.readUInt16LE(take(2))
  const int = () => bytes.readUInt32LE(take(4))
  const long = () => Number(bytes.readBigUInt64LE(take(8)))
  const slice = (size: number) => bytes.subarray(take(size), at)
  function text(size: number): unknown {
    const start = take(size)
    return cutText(start, at) ?? bytesOf(bytes.subarray(start, at))
  }
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
  function pushContainer(value: unknown): void {
    containers++
    push(value)
  }
  /** Null: the bytes are none. */
  function pushRead(value: unknown): void {
    if (value === null) throw new Fault(notPickle)
    push(value)
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
  function expect(isDone: boolean): void {
    if (!isDone) throw new Fault(notPickle)
  }
  /** What has members is pushed once only: a second time it is told, not shown. */
  function again(value: unknown, nameOf: () => string): void {
    if (typeof value === 'string') {
      repeated += value.length
      if (repeated > maxInflatedBytes) throw new Fault('is a pickle that repeats too much')
    }
    const isShared = typeof value === 'object' && value !== null && !isLeaf(value) && !(value instanceof Global)
    push(isShared ? leaf('reference', nameOf()) : value)
  }
  function keep(index: number): void {
    if (memo.size > maxNodes) throw ended
    memo.set(index, top())
  }
  function recall(index: number): void {
    const value = memo.get(index)
    if (value === undefined) throw new Fault(notPickle)
    again(value, () => `value ${index}`)
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
        protocol = byte()
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
        again(top(), () => 'the value before')
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
        const digits = lineText()
        pushRead(digits === '00' ? false : digits === '01' ? true : integerOf(digits))
        break
      } // I
      case 0x4c:
        pushRead(integerOf(lineText().replace(/L$/, '')))
        break // L
      case 0x4a:
        push(bytes.readInt32LE(take(4)))
        break // J
      case 0x4b:
        push(byte())
        break // K
      case 0x4d:
        push(short())
        break // M
      case 0x8a:
        push(longOf(slice(byte())))
        break
      case 0x8b:
        push(longOf(slice(int())))
        break
      case 0x46:
        push(floatOf(Number(lineText())))
        break // F
      case 0x47:
        push(floatOf(bytes.readDoubleBE(take(8))))
        break // G
      case 0x53:
        pushRead(quotedOf(lineText()))
        break // S
      case 0x54:
        push(text(int()))
        break // T
      case 0x55:
        push(text(byte()))
        break // U
      case 0x56:
        push(escapedOf(lineText()))
        break // V
      case 0x58:
        push(text(int()))
        break // X
      case 0x8c:
        push(text(byte()))
        break
      case 0x8d:
        push(text(long()))
        break
      case 0x42:
        push(bytesOf(slice(int())))
        break // B
      case 0x43:
        push(bytesOf(slice(byte())))
        break // C
      case 0x8e:
      case 0x96:
        push(bytesOf(slice(long())))
        break
      case 0x7d:
        pushContainer(branch())
        break // }
      case 0x5d:
      case 0x29:
      case 0x8f:
        pushContainer([])
        break // ] )
      case 0x74:
      case 0x6c:
      case 0x91:
        pushContainer(popMark())
        break // t l
      case 0x64: {
        const dict = branch()
        expect(setItems(dict, popMark()))
        pushContainer(dict)
        break
      } // d
      case 0x85:
        pushContainer(popMany(1))
        break
      case 0x86:
        pushContainer(popMany(2))
        break
      case 0x87:
        pushContainer(popMany(3))
        break
      case 0x61: {
        const item = pop()
        expect(addItems(top(), [item]))
        break
      } // a
      case 0x65:
      case 0x90: {
        const items = popMark()
        expect(addItems(top(), items))
        break
      } // e
      case 0x73: {
        const value = pop()
        const key = pop()
        expect(setItems(top(), [key, value]))
        break
      } // s
      case 0x75: {
        const items = popMark()
        expect(setItems(top(), items))
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
        push(new Global(`extension ${opcode === 0x82 ? byte() : opcode === 0x83 ? short() : int()}`))
        break
      case 0x50:
        push(leaf('persistent id', lineText()))
        break // P
      case 0x51:
        pushContainer(objectOf(new Global('persistent id'), [pop()]))
        break // Q
      case 0x52:
      case 0x81: {
        const args = pop()
        pushContainer(calledAs(pop(), args))
        break
      } // R
      case 0x92: {
        const named = pop()
        const args = pop()
        pushContainer(objectOf(pop(), [args, named]))
        break
      }
      case 0x69: {
        const name = `${lineText()}.${lineText()}`
        pushContainer(objectOf(new Global(name), popMark()))
        break
      } // i
      case 0x6f: {
        const [callee, ...args] = popMark()
        pushContainer(objectOf(callee, args))
        break
      } // o
      case 0x62: {
        const state = pop()
        expect(setState(top(), state))
        break
      } // b
      case 0x70:
        keep(lineNumber())
        break // p
      case 0x71:
        keep(byte())
        break // q
      case 0x72:
        keep(int())
        break // r
      case 0x94:
        keep(memo.size)
        break
      case 0x67:
        recall(lineNumber())
        break // g
      case 0x68:
        recall(byte())
        break // h
      case 0x6a:
        recall(int())
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
    /** Each level takes two at most: an object, and the list of its arguments. */
    mayBeDeep: () => 2 * containers > maxDepth,
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
        if (Array.isArray(below)) addItems(below, whole)
        else if (isPlainDict(below)) setItems(below, whole.slice(0, whole.length - (whole.length % 2)))
      }
      return stack.length === 0 ? undefined : settled(stack[0])
    },
  }
}
