/** What was counted under one set of names. `buckets`: how many took at most so long, the quicker ones included; empty without bounds. */
export type Metered = {
  names: readonly string[]
  count: number
  sumMs: number
  buckets: { uptoMs: number; count: number }[]
}

/**
 * Numbers that a room keeps of what it does, since the process began, for the metrics to print. Memory only: a few numbers for each set of names.
 * Names come from closed lists: never an id, a person, or the path of a request.
 */
export type Meter = {
  /** `count`: so many alike, each of which took so long. */
  note(names: readonly string[], tookMs?: number, count?: number): void
  read(): Metered[]
}

/** Should a name come from an open list after all, what comes beyond this many sets counts as `other`. */
const mostSets = 500

/** Bounds for what waits for a network or a person. */
export const answerBoundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const

/** `boundsMs`: from the smallest up; none: only how many and how long in all. */
export function createMeter(boundsMs: readonly number[] = []): Meter {
  const sets = new Map<string, Metered>()

  function setOf(names: readonly string[]): Metered {
    const name = names.join('\n')
    const known = sets.get(name)
    if (known !== undefined) return known
    if (sets.size > mostSets && names.some((one) => one !== 'other')) return setOf(names.map(() => 'other'))
    const made = { names: [...names], count: 0, sumMs: 0, buckets: boundsMs.map((uptoMs) => ({ uptoMs, count: 0 })) }
    sets.set(name, made)
    return made
  }

  return {
    note(names, tookMs = 0, count = 1) {
      const set = setOf(names)
      set.count += count
      set.sumMs += tookMs * count
      for (const bucket of set.buckets) if (tookMs <= bucket.uptoMs) bucket.count += count
    },
    read: () => [...sets.values()],
  }
}
