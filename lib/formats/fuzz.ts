import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import type { RawSession, StoredValue } from '@/lib/session/raw'

/** Numbers from a seed, the same ones each time. */
export type Dice = {
  /** From 0 to `below`, without it. */
  roll(below: number): number
  pick<T>(list: readonly T[]): T
}

/** The generator mulberry32. */
export function createDice(seed: number): Dice {
  let state = seed | 0
  const roll = (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
  return {
    roll,
    pick(list) {
      const found = list[roll(list.length)]
      if (found === undefined) throw new RangeError('There is nothing to pick')
      return found
    },
  }
}

/** A real value longer than this is bent once in so many cases: it takes the time of many small ones. */
const largeBytes = 2048
const largeEvery = 40
const packers = [
  { first: 0x1f, second: 0x8b, unpack: gunzipSync, pack: gzipSync },
  { first: 0x78, second: -1, unpack: inflateSync, pack: deflateSync },
]
const lengths = [0, 1, 2, 63, 64, 127, 128, 255, 256, 32_767, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const numbers = ['-1', '0', '9'.repeat(30), '1e30', '8640000000000001', '275761', '9007199254740993', '.5', '-0', 'NaN']
const words = [
  '__proto__',
  'constructor',
  'R:1;',
  'r:2;',
  'a:1:{',
  'O:1:"a":0:{}',
  'N;',
  '\\ud800',
  '\u0000',
  '{',
  '[',
  '"',
  '}',
  '\x80\x04',
  '\x04\x08',
  '\xac\xed\x00\x05',
  'c',
  'R',
  '(',
  't',
  '\xdd',
  '\xff\xff\xff\xff',
]

/** Values of the kind that `real` are: most of them real ones that were bent in one place or in a few, some of no meaning. */
export function anyValue(real: readonly RawSession[], dice: Dice): StoredValue {
  const small = real.filter((raw) => sizeOf(raw.value) <= largeBytes)
  const among = small.length === 0 || dice.roll(largeEvery) === 0 ? real : small
  const isTruncated = dice.roll(2) === 0
  if (among.length === 0 || dice.roll(12) === 0) return anything(dice, isTruncated)
  const { value } = dice.pick(among)
  if (value.type === 'string') return { type: 'string', bytes: bend(value.bytes, real, dice), isTruncated }
  const kept = value.fields.filter(() => dice.roll(8) > 0)
  const fields = kept.map(([name, bytes]): [Buffer, Buffer] => [
    dice.roll(30) === 0 ? bend(name, real, dice) : name,
    dice.roll(3) === 0 ? bend(bytes, real, dice) : bytes,
  ])
  return { type: 'hash', fields, isTruncated }
}

function anything(dice: Dice, isTruncated: boolean): StoredValue {
  const bytes = () => Buffer.from(Array.from({ length: dice.roll(60) }, () => dice.roll(256)))
  if (dice.roll(4) > 0) return { type: 'string', bytes: bytes(), isTruncated }
  return { type: 'hash', fields: Array.from({ length: 1 + dice.roll(5) }, () => [bytes(), bytes()]), isTruncated }
}

function sizeOf(value: StoredValue): number {
  return value.type === 'string' ? value.bytes.length : value.fields.reduce((sum, [, bytes]) => sum + bytes.length, 0)
}

/** Changed in one to three places; what is packed, often within. */
function bend(bytes: Buffer, real: readonly RawSession[], dice: Dice): Buffer {
  const packer = packers.find(({ first, second }) => bytes[0] === first && (second < 0 || bytes[1] === second))
  if (packer !== undefined && dice.roll(2) === 0) {
    const inner = unpacked(packer.unpack, bytes)
    if (inner !== null) return packer.pack(bendOnce(inner, real, dice), { level: 1 })
  }
  let bent = bytes
  for (let times = 1 + dice.roll(3); times > 0; times--) bent = bendOnce(bent, real, dice)
  return bent
}

function unpacked(unpack: typeof inflateSync, bytes: Buffer): Buffer | null {
  try {
    return unpack(bytes)
  } catch {
    // It only looks packed.
    return null
  }
}

function bendOnce(bytes: Buffer, real: readonly RawSession[], dice: Dice): Buffer {
  const at = dice.roll(bytes.length + 1)
  const some = 1 + dice.roll(Math.min(16, bytes.length + 1))
  const insert = (more: Buffer, over = 0) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + over)])
  switch (dice.roll(10)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return insert(Buffer.alloc(0), some)
    case 2:
      return insert(Buffer.concat(Array.from({ length: 1 + dice.roll(8) }, () => bytes.subarray(at, at + some))))
    case 3: {
      const other = real.length === 0 ? undefined : dice.pick(real).value
      return other?.type === 'string'
        ? insert(other.bytes.subarray(dice.roll(other.bytes.length)), bytes.length)
        : bytes
    }
    case 4: {
      const width = dice.pick([1, 2, 4])
      const length = dice.pick(lengths) % 2 ** (8 * width)
      const written = Buffer.alloc(width)
      if (dice.roll(2) === 0) written.writeUIntBE(length, 0, width)
      else written.writeUIntLE(length, 0, width)
      return insert(written, width)
    }
    case 5:
      return insert(Buffer.from(dice.pick(words), 'latin1'), dice.roll(2) === 0 ? 0 : some)
    case 6:
    case 7:
      return bendNumber(bytes, at, dice)
    default: {
      const copy = Buffer.from(bytes)
      for (let times = 1 + dice.roll(4); times > 0 && copy.length > 0; times--) {
        copy[dice.roll(copy.length)] =
          dice.roll(2) === 0 ? dice.roll(256) : dice.pick([0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b])
      }
      return copy
    }
  }
}

/** The next number that stands written out: a length, a count, a time. */
function bendNumber(bytes: Buffer, from: number, dice: Dice): Buffer {
  const isDigit = (at: number) => (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39
  let start = from
  while (start < bytes.length && !isDigit(start)) start++
  let end = start
  while (isDigit(end)) end++
  const was = Number(bytes.toString('latin1', start, end))
  const next = dice.roll(2) === 0 ? String(was + dice.pick([-1, 1])) : dice.pick(numbers)
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(next), bytes.subarray(end)])
}
