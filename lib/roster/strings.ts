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
  /** One past the highest number in use. */
  readonly end: number
}

export function createStrings(): Strings {
  const ids = new Map<string, number>()
  const texts: (string | null)[] = [null]
  const uses: number[] = [0]
  const free: number[] = []

  return {
    take(text) {
      if (text === null) return 0
      let id = ids.get(text)
      if (id === undefined) {
        id = free.pop() ?? texts.length
        ids.set(text, id)
        texts[id] = text
        uses[id] = 0
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
    },
    find: (text) => ids.get(text) ?? null,
    at: (id) => texts[id] ?? null,
    get end() {
      return texts.length
    },
  }
}
