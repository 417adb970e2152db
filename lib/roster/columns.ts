import { createBytes, hashOf } from './bytes'
import { createStrings } from './strings'

const firstCapacity = 1024
const sourceBytes = 2

/** The columns that are numbers. NaN stands for null in the times. */
function allocate(capacity: number) {
  return {
    source: new Uint16Array(capacity),
    format: new Uint8Array(capacity),
    principal: new Uint32Array(capacity),
    label: new Uint32Array(capacity),
    ip: new Uint32Array(capacity),
    device: new Uint32Array(capacity),
    secretNames: new Uint32Array(capacity),
    createdAt: new Float64Array(capacity),
    lastSeenAt: new Float64Array(capacity),
    expiresAt: new Float64Array(capacity),
    sizeBytes: new Float64Array(capacity),
    companionBytes: new Uint32Array(capacity),
    /** Bit 0: in use. Bit 1: readable. Bit 2: truncated. */
    flags: new Uint8Array(capacity),
    /** The scan that saw the row last. */
    scan: new Uint32Array(capacity),
    /** Counts the times the row was read, so that a page of one session knows whether it is still true. */
    revision: new Uint32Array(capacity),
  }
}

export const flag = { used: 1, readable: 2, truncated: 4 } as const

export type Columns = ReturnType<typeof createColumns>

/**
 * All sessions, a column a fact, a slot a session: typed arrays, because a pass over a million of them is then milliseconds and no session costs an object.
 * Slots are reused. Each key stands once, as bytes, and leads to its slot. `most`: so many slots, and no more.
 */
export function createColumns(most: number) {
  let numbers = allocate(Math.min(most, firstCapacity))
  let capacity = Math.min(most, firstCapacity)
  let end = 0
  const free: number[] = []
  const keys = createBytes()
  /** The key that is looked for, behind the number of its source. */
  let sought = Buffer.alloc(1024)
  let soughtLength = 0
  let soughtHash = 0
  const strings = { source: createStrings(), format: createStrings() }
  const texts = {
    principal: createStrings(),
    label: createStrings(),
    ip: createStrings(),
    device: createStrings(),
    secretNames: createStrings(),
  }

  function grow() {
    capacity = Math.min(most, capacity * 2)
    const larger = allocate(capacity)
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) larger[name].set(numbers[name])
    numbers = larger
  }

  /** Writes down what is looked for. */
  function seek(source: number, key: Buffer | string) {
    soughtLength = sourceBytes + key.length
    if (soughtLength > sought.length) sought = Buffer.alloc(soughtLength * 2)
    sought[0] = source & 255
    sought[1] = source >>> 8
    // A key is short: byte for byte is quicker than asking for a copy.
    if (typeof key === 'string') sought.write(key, sourceBytes, 'latin1')
    else for (let at = 0; at < key.length; at += 1) sought[sourceBytes + at] = key[at] ?? 0
    soughtHash = hashOf(sought, soughtLength)
  }

  return {
    strings,
    texts,
    /** The arrays themselves. Fetch them anew for every pass: growing replaces them. */
    get numbers() {
      return numbers
    },
    /** One past the highest slot ever used. */
    get end() {
      return end
    },
    /** The slot of a key, as bytes or as latin1 text; -1: it has none. */
    find(source: number, key: Buffer | string): number {
      seek(source, key)
      return keys.find(sought, soughtLength, soughtHash)
    },
    /** A slot for the key that was looked for last and has none; -1: there is no room. */
    takeSought(source: number): number {
      if (free.length === 0 && end === most) return -1
      const slot = free.pop() ?? end
      if (slot === end) {
        if (end === capacity) grow()
        end += 1
      }
      keys.add(slot, sought, soughtLength, soughtHash)
      numbers.source[slot] = source
      return slot
    },
    give(slot: number) {
      for (const name of ['principal', 'label', 'ip', 'device', 'secretNames'] as const) {
        texts[name].give(numbers[name][slot] ?? 0)
        numbers[name][slot] = 0
      }
      numbers.flags[slot] = 0
      keys.remove(slot)
      free.push(slot)
    },
    keyAt(slot: number): Buffer {
      const start = keys.start(slot)
      return Buffer.from(keys.chunk(slot).subarray(start + sourceBytes, start + keys.length(slot)))
    },
    /** The key as latin1 text, a character a byte. */
    keyTextAt(slot: number): string {
      const start = keys.start(slot)
      return keys.chunk(slot).toString('latin1', start + sourceBytes, start + keys.length(slot))
    },
  }
}
