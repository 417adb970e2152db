import { createBytes, grown, hashOf } from './bytes'
import { createOrder } from './order'

/**
 * Each different text once, as a number. A million sessions of ten thousand people hold ten thousand names.
 * Number 0 is null. A text that no row uses any more is forgotten and its number given out again.
 */
export type Strings = {
  /** The number of this text, counted as used once more. */
  take(text: string | null): number
  /** One use less. */
  give(id: number): void
  /** The number of a text that is in use, or null. */
  find(text: string): number | null
  at(id: number): string | null
  /** Which texts contain the needle, which is in lower case: one byte a number. A letter is the same in either case. Cost: some nanoseconds a letter. */
  search(needle: string): Uint8Array
  /** The place of each number's text among all texts in order: sorting rows by it compares numbers. Where many came since, `settle` first. */
  ranks(): Uint32Array
  /** Puts texts that came since into order, a slice at a time. */
  settle(): Promise<void>
  /** One past the highest number in use. */
  readonly end: number
}

/** The lower case of every byte that is a letter of ASCII. */
const folded = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

export function createStrings(): Strings {
  const bytes = createBytes()
  let uses = new Uint32Array(1024)
  /** 1 where a text has more than ASCII in it: only there other letters may fold into those of a needle. */
  let wide = new Uint32Array(1024)
  const free: number[] = []
  let end = 1
  /** The text that is looked for, as UTF-8. */
  let sought = Buffer.alloc(1024)
  let soughtLength = 0
  let isSoughtWide = false

  const order = createOrder((id) => (uses[id] ?? 0) > 0, bytes.compare)

  function seek(text: string): number {
    const most = text.length * 3
    if (most > sought.length) sought = Buffer.alloc(most * 2)
    isSoughtWide = false
    soughtLength = text.length
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code > 127) {
        soughtLength = sought.write(text)
        isSoughtWide = true
        break
      }
      sought[at] = code
    }
    return hashOf(sought, soughtLength)
  }

  function at(id: number): string | null {
    if (id === 0 || (uses[id] ?? 0) === 0) return null
    const start = bytes.start(id)
    return bytes.chunk(id).toString(wide[id] === 1 ? 'utf8' : 'latin1', start, start + bytes.length(id))
  }

  function holds(id: number, needle: Uint8Array): boolean {
    const chunk = bytes.chunk(id)
    const start = bytes.start(id)
    const last = start + bytes.length(id) - needle.length
    const first = needle[0] ?? 0
    for (let from = start; from <= last; from += 1) {
      if (folded[chunk[from] ?? 0] !== first) continue
      let length = 1
      while (length < needle.length && folded[chunk[from + length] ?? 0] === needle[length]) length += 1
      if (length === needle.length) return true
    }
    return false
  }

  return {
    take(text) {
      if (text === null) return 0
      const hash = seek(text)
      let id = bytes.find(sought, soughtLength, hash)
      if (id < 0) {
        id = free.pop() ?? end
        if (id === end) end += 1
        if (id >= uses.length) {
          uses = grown(uses)
          wide = grown(wide)
        }
        bytes.add(id, sought, soughtLength, hash)
        wide[id] = isSoughtWide ? 1 : 0
        uses[id] = 0
        order.touch(id)
      }
      uses[id] = (uses[id] ?? 0) + 1
      return id
    },
    give(id) {
      const left = (uses[id] ?? 0) - 1
      if (id === 0 || left < 0) return
      uses[id] = left
      if (left > 0) return
      bytes.remove(id)
      free.push(id)
      order.touch(id)
    },
    find(text) {
      const hash = seek(text)
      const id = bytes.find(sought, soughtLength, hash)
      return id < 0 ? null : id
    },
    at,
    search(needle) {
      const hits = new Uint8Array(end)
      const wanted = Buffer.from(needle)
      for (let id = 1; id < end; id += 1) {
        if (uses[id] === 0) continue
        const isHit = wide[id] === 1 ? at(id)?.toLowerCase().includes(needle) : holds(id, wanted)
        if (isHit) hits[id] = 1
      }
      return hits
    },
    ranks: order.ranks,
    settle: order.settle,
    get end() {
      return end
    },
  }
}
