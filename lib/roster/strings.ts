import { setImmediate as nextTurn } from 'node:timers/promises'
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
  /** Does the work of the first `search` for a needle in slices: a later one costs what came since. */
  prepare(needle: string): Promise<void>
  /** Which texts pass a test of their bytes, one byte a number. */
  match(test: (bytes: Uint8Array, start: number, end: number, text: () => string) => boolean): Uint8Array
  /** The place of each number's text among all texts in order: sorting rows by it compares numbers. Where many came since, `settle` first. */
  ranks(): Uint32Array
  /** Puts texts that came since into order, a slice at a time. */
  settle(): Promise<void>
  /** One past the highest number in use. */
  readonly end: number
}

/** So many searches are remembered, and so many texts may come until all are made anew. */
const mostSearches = 32
const mostComing = 50_000
/** Texts looked through between two pauses: some milliseconds. */
const searchedAtOnce = 50_000

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

  /** What was looked for: which numbers have it, as far as the first `seen` of those that came since. */
  const searches = new Map<string, { hits: Uint8Array; seen: number }>()
  const came: number[] = []
  let rounds = 0
  let preparing = 0
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

  function makeSearch(needle: string): (id: number) => 0 | 1 {
    const wanted = Buffer.from(needle)
    return (id) => {
      if (uses[id] === 0) return 0
      const isHit = wide[id] === 1 ? at(id)?.toLowerCase().includes(needle) : holds(id, wanted)
      return isHit ? 1 : 0
    }
  }

  function remember(needle: string, search: { hits: Uint8Array; seen: number }) {
    searches.delete(needle)
    searches.set(needle, search)
    const oldest = searches.keys().next().value
    if (searches.size > mostSearches && oldest !== undefined) searches.delete(oldest)
  }

  function noteComing(id: number) {
    order.touch(id)
    if (searches.size === 0 && preparing === 0) return
    came.push(id)
    if (came.length <= mostComing) return
    searches.clear()
    came.length = 0
    rounds += 1
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
        noteComing(id)
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
      const known = searches.get(needle) ?? { hits: new Uint8Array(0), seen: Number.POSITIVE_INFINITY }
      const { hits, seen } = known
      const next = hits.length >= end ? hits : new Uint8Array(end + (end >>> 3))
      if (next !== hits) next.set(hits)
      const test = makeSearch(needle)
      if (hits.length === 0) for (let id = 1; id < end; id += 1) next[id] = test(id)
      else for (let at = seen; at < came.length; at += 1) next[came[at] ?? 0] = test(came[at] ?? 0)
      remember(needle, { hits: next, seen: came.length })
      return next
    },
    async prepare(needle) {
      if (searches.has(needle)) return
      const hits = new Uint8Array(end)
      const seen = came.length
      const round = rounds
      const test = makeSearch(needle)
      preparing += 1
      for (let id = 1; id < hits.length; id += 1) {
        hits[id] = test(id)
        if (id % searchedAtOnce === 0) await nextTurn()
      }
      preparing -= 1
      if (round === rounds && hits.length > 0) remember(needle, { hits, seen })
    },
    match(test) {
      const hits = new Uint8Array(end)
      for (let id = 1; id < end; id += 1) {
        if (uses[id] === 0) continue
        const start = bytes.start(id)
        if (test(bytes.chunk(id), start, start + bytes.length(id), () => at(id) ?? '')) hits[id] = 1
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
