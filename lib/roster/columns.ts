import { createStrings } from './strings'

const firstCapacity = 1024

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
 * Slots are reused. `keys` holds each key once, as latin1 text: the same string is the key in the roster's index.
 */
export function createColumns() {
  let numbers = allocate(firstCapacity)
  let capacity = firstCapacity
  let end = 0
  const free: number[] = []
  const keys: (string | undefined)[] = []
  const strings = { source: createStrings(), format: createStrings() }
  const texts = {
    principal: createStrings(),
    label: createStrings(),
    ip: createStrings(),
    device: createStrings(),
    secretNames: createStrings(),
  }

  function grow() {
    capacity *= 2
    const larger = allocate(capacity)
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) larger[name].set(numbers[name])
    numbers = larger
  }

  return {
    keys,
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
    take(key: string): number {
      const slot = free.pop() ?? end
      if (slot === end) {
        if (end === capacity) grow()
        end += 1
      }
      keys[slot] = key
      return slot
    },
    give(slot: number) {
      for (const name of ['principal', 'label', 'ip', 'device', 'secretNames'] as const) {
        texts[name].give(numbers[name][slot] ?? 0)
        numbers[name][slot] = 0
      }
      numbers.flags[slot] = 0
      keys[slot] = undefined
      free.push(slot)
    },
  }
}
