const chunkBits = 20
const chunkBytes = 1 << chunkBits
const firstCapacity = 1024
const stride = 4
/** Where each number of a record stands; the hash comes first. Plain numbers: this is the innermost loop of loading. */
const linkField = 1
const placeField = 2
const lengthField = 3
/** Records begin at multiples of this, so that a place is told in words and space is used again by what has the same number of them. */
const wordBits = 2

/**
 * Byte strings by number, each found again by its bytes. In typed arrays alone: a million strings would be a million objects, which the garbage collector
 * walks and a map moves all at once when it grows. The caller gives the numbers out, from 0 up, and adds nothing twice.
 */
export type Bytes = {
  /** The number of these bytes, the first `length` of `from`; -1: not here. `hash`: what `hashOf` makes of them. */
  find(from: Uint8Array, length: number, hash: number): number
  add(id: number, from: Uint8Array, length: number, hash: number): void
  remove(id: number): void
  /** Negative where the bytes of `a` come first. */
  compare(a: number, b: number): number
  /** Where the bytes stand: within `chunk`, from `start` up to `end`. What is removed stands nowhere. */
  chunk(id: number): Buffer
  start(id: number): number
  length(id: number): number
}

export function createBytes(): Bytes {
  const chunks: Buffer[] = []
  let nextFree = chunkBytes
  /** Words of records that are gone, by how many words they have. */
  const free = new Map<number, number[]>()
  /** Four numbers for each: what is looked at together stands together. `link`: the next in the same bucket, one up, so that 0 ends a chain. */
  let records = new Uint32Array(firstCapacity * stride)
  let heads = new Uint32Array(firstCapacity)
  /** Linear hashing: buckets below `split` are divided already, so growing is one bucket at a time and never all of them. */
  let mask = firstCapacity - 1
  let split = 0
  let count = 0

  function bucketOf(hash: number): number {
    const bucket = hash & mask
    return bucket < split ? hash & (mask * 2 + 1) : bucket
  }

  function divide() {
    const high = mask + 1
    if (high + split >= heads.length) heads = grown(heads)
    let link = heads[split] ?? 0
    heads[split] = 0
    while (link !== 0) {
      const at = (link - 1) * stride
      const next = records[at + linkField] ?? 0
      const bucket = ((records[at] ?? 0) & high) === 0 ? split : split + high
      records[at + linkField] = heads[bucket] ?? 0
      heads[bucket] = link
      link = next
    }
    split += 1
    if (split < high) return
    mask = mask * 2 + 1
    split = 0
  }

  function place(length: number): number {
    const words = wordsOf(length)
    const used = free.get(words)?.pop()
    if (used !== undefined) return used
    const bytes = words << wordBits
    if (nextFree + bytes > chunkBytes) {
      chunks.push(Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes)))
      nextFree = 0
    }
    const at = ((chunks.length - 1) << (chunkBits - wordBits)) + (nextFree >>> wordBits)
    nextFree += bytes
    return at >>> 0
  }

  const placeAt = (id: number) => records[id * stride + placeField] ?? 0
  const lengthAt = (id: number) => records[id * stride + lengthField] ?? 0
  const linkAt = (id: number) => records[id * stride + linkField] ?? 0
  const chunkOf = (id: number) => chunks[placeAt(id) >>> (chunkBits - wordBits)] ?? nothing
  const startOf = (id: number) => (placeAt(id) << wordBits) & (chunkBytes - 1)

  function isSame(id: number, from: Uint8Array, length: number): boolean {
    if (lengthAt(id) !== length) return false
    const chunk = chunkOf(id)
    const start = startOf(id)
    for (let at = 0; at < length; at += 1) if (chunk[start + at] !== from[at]) return false
    return true
  }

  return {
    find(from, length, hash) {
      let link = heads[bucketOf(hash)] ?? 0
      while (link !== 0) {
        if (records[(link - 1) * stride] === hash && isSame(link - 1, from, length)) return link - 1
        link = linkAt(link - 1)
      }
      return -1
    },
    add(id, from, length, hash) {
      const record = id * stride
      while (record >= records.length) records = grown(records)
      records[record] = hash
      records[record + placeField] = place(length)
      records[record + lengthField] = length
      const chunk = chunkOf(id)
      const start = startOf(id)
      for (let at = 0; at < length; at += 1) chunk[start + at] = from[at] ?? 0
      const bucket = bucketOf(hash)
      records[record + linkField] = heads[bucket] ?? 0
      heads[bucket] = id + 1
      count += 1
      if (count > mask + split) divide()
    },
    remove(id) {
      const bucket = bucketOf(records[id * stride] ?? 0)
      let before = -1
      let link = heads[bucket] ?? 0
      while (link !== 0 && link !== id + 1) {
        before = link - 1
        link = linkAt(before)
      }
      if (link === 0) return
      if (before < 0) heads[bucket] = linkAt(id)
      else records[before * stride + linkField] = linkAt(id)
      const words = wordsOf(lengthAt(id))
      const list = free.get(words)
      if (list === undefined) free.set(words, [placeAt(id)])
      else list.push(placeAt(id))
      records[id * stride + lengthField] = 0
      count -= 1
    },
    compare(a, b) {
      const left = chunkOf(a)
      const right = chunkOf(b)
      const leftStart = startOf(a)
      const rightStart = startOf(b)
      const leftLength = lengthAt(a)
      const rightLength = lengthAt(b)
      const shared = Math.min(leftLength, rightLength)
      for (let at = 0; at < shared; at += 1) {
        const difference = (left[leftStart + at] ?? 0) - (right[rightStart + at] ?? 0)
        if (difference !== 0) return difference
      }
      return leftLength - rightLength
    },
    chunk: chunkOf,
    start: startOf,
    length: (id) => lengthAt(id),
  }
}

/** FNV-1a over the first `length` bytes, its bits mixed once more: what is used of it are the lowest. */
export function hashOf(from: Uint8Array, length: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ (from[at] ?? 0), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}

const nothing = Buffer.alloc(0)
const wordsOf = (length: number) => Math.max(1, (length + 3) >>> wordBits)

/** The same numbers with room for twice as many. */
export function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
