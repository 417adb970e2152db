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
  /** The place of each number's text among all texts in order. Kept until a text comes or goes: sorting rows by it compares numbers. */
  ranks(): Uint32Array
  /** One past the highest number in use. */
  readonly end: number
}

export function createStrings(): Strings {
  const ids = new Map<string, number>()
  const texts: (string | null)[] = [null]
  const uses: number[] = [0]
  const free: number[] = []
  let ranks: Uint32Array | null = null

  return {
    take(text) {
      if (text === null) return 0
      let id = ids.get(text)
      if (id === undefined) {
        id = free.pop() ?? texts.length
        ids.set(text, id)
        texts[id] = text
        uses[id] = 0
        ranks = null
      }
      uses[id] = (uses[id] ?? 0) + 1
      return id
    },
    give(id) {
      const text = texts[id]
      if (id === 0 || text === null || text === undefined) return
      const left = (uses[id] ?? 1) - 1
      uses[id] = left
      if (left > 0) return
      ids.delete(text)
      texts[id] = null
      free.push(id)
      ranks = null
    },
    find: (text) => ids.get(text) ?? null,
    at: (id) => texts[id] ?? null,
    ranks() {
      if (ranks !== null) return ranks
      const sorted = [...ids].sort(([a], [b]) => (a < b ? -1 : 1))
      ranks = new Uint32Array(texts.length)
      for (const [rank, [, id]] of sorted.entries()) ranks[id] = rank
      return ranks
    },
    get end() {
      return texts.length
    },
  }
}
