import { setImmediate as nextTurn } from 'node:timers/promises'
import { grown } from './bytes'

/** So many at once are put in place without a pause. */
const mostAtOnce = 4000
/** Comparisons between two pauses: some milliseconds. */
const comparedAtOnce = 50_000

/**
 * The order of things that come and go, by numbers. What came or went since is put in place when somebody asks: a sort of those few and one pass, not a sort of all.
 */
export type Order = {
  /** A number that came or went. */
  touch(id: number): void
  /** The place of each number in the order, at the number. Those that came last stand wrong until `settle` has ended where there are many of them. */
  ranks(): Uint32Array
  /** Puts many in place, a slice at a time. Ends at once where there are few. */
  settle(): Promise<void>
}

export function createOrder(isUsed: (id: number) => boolean, compare: (a: number, b: number) => number): Order {
  let sorted = new Uint32Array(0)
  let ranks = new Uint32Array(1024)
  let isTouched = new Uint8Array(1024)
  let touched: number[] = []
  let settling: Promise<void> | null = null

  /** Leaves out what was touched and puts in `come`, which is in order. */
  function merge(come: Uint32Array, went: Uint8Array) {
    const kept = sorted.filter((id) => went[id] !== 1)
    const next = new Uint32Array(kept.length + come.length)
    let from = 0
    let to = 0
    for (const id of come) {
      const until = placeOf(id, kept, from)
      next.set(kept.subarray(from, until), to)
      to += until - from
      from = until
      next[to] = id
      to += 1
    }
    next.set(kept.subarray(from), to)
    sorted = next
    while (ranks.length < isTouched.length) ranks = grown(ranks)
    for (let at = 0; at < sorted.length; at += 1) ranks[sorted[at] ?? 0] = at
  }

  /** The first place from `low` on whose number stands behind this one. */
  function placeOf(id: number, among: Uint32Array, low: number): number {
    let first = low
    let last = among.length
    while (first < last) {
      const middle = (first + last) >>> 1
      if (compare(among[middle] ?? 0, id) <= 0) first = middle + 1
      else last = middle
    }
    return first
  }

  /** What was touched up to now; from here on it counts as in place. */
  function takeTouched() {
    const went = isTouched
    const come = Uint32Array.from(touched.filter(isUsed))
    touched = []
    isTouched = new Uint8Array(went.length)
    return { come, went }
  }

  async function settleMany() {
    const { come, went } = takeTouched()
    merge(await sortInSlices(come, compare), went)
  }

  return {
    touch(id) {
      if (id >= isTouched.length) {
        const larger = new Uint8Array(id * 2)
        larger.set(isTouched)
        isTouched = larger
      }
      if (isTouched[id] === 1) return
      isTouched[id] = 1
      touched.push(id)
    },
    ranks() {
      if (touched.length === 0 || touched.length > mostAtOnce || settling !== null) return ranks
      const { come, went } = takeTouched()
      merge(come.sort(compare), went)
      return ranks
    },
    async settle() {
      while (settling !== null) await settling
      if (touched.length <= mostAtOnce) return
      settling = settleMany().finally(() => {
        settling = null
      })
      await settling
    },
  }
}

/** A merge sort from the bottom up that lets others have a turn. */
async function sortInSlices(items: Uint32Array<ArrayBuffer>, compare: (a: number, b: number) => number) {
  let from = items
  let to = new Uint32Array(items.length)
  let compared = 0
  const run = 32
  for (let at = 0; at < from.length; at += run) {
    from.subarray(at, at + run).sort(compare)
    compared += run * 4
    if (compared < comparedAtOnce) continue
    compared = 0
    await nextTurn()
  }
  for (let width = run; width < from.length; width *= 2) {
    for (let at = 0; at < from.length; at += width * 2) {
      let left = at
      let right = Math.min(at + width, from.length)
      const middle = right
      const end = Math.min(at + width * 2, from.length)
      for (let place = at; place < end; place += 1) {
        const takesLeft = left < middle && (right >= end || compare(from[left] ?? 0, from[right] ?? 0) <= 0)
        to[place] = takesLeft ? (from[left++] ?? 0) : (from[right++] ?? 0)
        compared += 1
        if (compared < comparedAtOnce) continue
        compared = 0
        await nextTurn()
      }
    }
    const other = from
    from = to
    to = other
  }
  return from
}
