import { grown as larger } from './bytes'

/** Writes the value of each item at its place; NaN: it has none. `isFew`: all are whole numbers from 0 to 63, and none is without. */
export type Fill = { (values: Float64Array, items: Uint32Array): void; isFew?: true }

/** Says of a fill that its values are few. */
export const few = (fill: Fill): Fill => Object.assign(fill, { isFew: true as const })
export const mostFew = 64

/** So few are sorted as they are. */
const fewItems = 4096
const bucketCount = 1 << 16
const sampleSize = 4096
/** A sample that leaves more than this has told too little: many are equal. */
const mostNear = 150_000

/** Used by one selection at a time: a fresh array of a million numbers costs more than a pass over it. */
let scratch = new Float64Array(0)
/** The places that a pass has noted. */
let places = new Uint32Array(sampleSize)
const sample = new Float64Array(sampleSize)
const counts = new Uint32Array(bucketCount)

/**
 * The items that would stand at `from`..`to` were all of them sorted by their values, in order. What has no value stands last in both orders; equal ones keep the order in
 * which they are given. Two passes whatever the page: a sample tells between which values the page lies, and only what lies there is put in order.
 */
export function selectRange(items: Uint32Array, from: number, to: number, fill: Fill, order: 'asc' | 'desc'): number[] {
  if (from >= to) return []
  if (scratch.length < items.length) scratch = new Float64Array(Math.ceil(items.length * 1.2))
  const values = scratch.subarray(0, items.length)
  fill(values, items)
  if (fill.isFew) return pickFew(items, values, from, to, order)
  if (order === 'desc') for (let at = 0; at < values.length; at += 1) values[at] = -(values[at] ?? 0)
  return pickNear(items, values, from, to) ?? pickAll(items, values, from, to)
}

/** Hundreds of thousands share a value: they are counted, and only those of the page are looked for. */
function pickFew(items: Uint32Array, values: Float64Array, from: number, to: number, order: 'asc' | 'desc'): number[] {
  const tallies = new Uint32Array(mostFew)
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0
    tallies[value] = (tallies[value] ?? 0) + 1
  }
  const found: number[] = []
  let before = 0
  for (let step = 0; step < mostFew && before < to; step += 1) {
    const wanted = order === 'asc' ? step : mostFew - 1 - step
    const count = tallies[wanted] ?? 0
    let rank = before
    before += count
    if (before <= from) continue
    for (let at = 0; at < values.length && rank < Math.min(to, before); at += 1) {
      if (values[at] !== wanted) continue
      if (rank >= from) found.push(items[at] ?? 0)
      rank += 1
    }
  }
  return found
}

/** Between two values of a sample that the page surely, or nearly so, lies between; null where it does not. */
function pickNear(items: Uint32Array, values: Float64Array, from: number, to: number): number[] | null {
  const { length } = values
  if (length < sampleSize * 4) return null
  const step = Math.floor(length / sampleSize)
  for (let at = 0; at < sampleSize; at += 1) sample[at] = values[at * step] ?? 0
  // Typed arrays sort NaN last, where it belongs.
  sample.sort()
  const place = (rank: number, side: 1 | -1) => {
    const share = rank / length
    const doubt = 4 * Math.sqrt(share * (1 - share) * sampleSize) + 4
    return Math.floor(share * sampleSize + side * doubt)
  }
  const lowest = place(from, -1)
  const least = lowest < 0 ? Number.NEGATIVE_INFINITY : (sample[lowest] ?? Number.NaN)
  const most = sample[Math.min(sampleSize - 1, place(to, 1))] ?? Number.NaN
  if (Number.isNaN(least) || Number.isNaN(most)) return null
  const isOne = least === most
  let below = 0
  let count = 0
  for (let at = 0; at < length; at += 1) {
    const value = values[at] ?? 0
    if (value < least) below += 1
    else if (value <= most) {
      if (count === places.length) places = larger(places)
      places[count] = at
      count += 1
      if (count > mostNear && !isOne) return null
    }
  }
  if (below > from || below + count < to) return null
  // Equal ones stand as they are given.
  if (isOne) return Array.from(places.subarray(from - below, to - below), (at) => items[at] ?? 0)
  const near = copyPlaces(items, values, count)
  return pickAll(near.items, near.values, from - below, to - below)
}

/** What stands at the first `count` places that were noted. */
function copyPlaces(items: Uint32Array, values: Float64Array, count: number) {
  const copy = { items: new Uint32Array(count), values: new Float64Array(count) }
  for (let at = 0; at < count; at += 1) {
    const place = places[at] ?? 0
    copy.items[at] = items[place] ?? 0
    copy.values[at] = values[place] ?? 0
  }
  return copy
}

function pickAll(items: Uint32Array, values: Float64Array, from: number, to: number): number[] {
  let known = 0
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0
    if (Number.isNaN(value)) continue
    known += 1
    if (value < least) least = value
    if (value > most) most = value
  }
  const found = pick({ items, values, least, most, known }, Math.min(from, known), Math.min(to, known))
  for (const item of without({ items, values, known }, from - known, to - known)) found.push(item)
  return found
}

type Part = { items: Uint32Array; values: Float64Array; least: number; most: number; known: number }

/** Among those that have a value, in ascending order. */
function pick(part: Part, from: number, to: number): number[] {
  const { items, values, least, most, known } = part
  if (from >= to) return []
  const scale = (bucketCount - 1) / (most - least)
  if (least === most) return inOrder(part, from, to)
  if (known <= fewItems || !Number.isFinite(scale)) return sorted(part).slice(from, to)

  counts.fill(0)
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const bucket = ((value - least) * scale) | 0
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  let low = 0
  let below = 0
  while (below + (counts[low] ?? 0) <= from) below += counts[low++] ?? 0
  let high = low
  let upTo = below + (counts[low] ?? 0)
  const lowEnds = upTo
  while (upTo < to) upTo += counts[++high] ?? 0

  let count = 0
  let nearLeast = Number.POSITIVE_INFINITY
  let nearMost = Number.NEGATIVE_INFINITY
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const bucket = ((value - least) * scale) | 0
    if (bucket < low || bucket > high) continue
    if (count === places.length) places = larger(places)
    places[count] = at
    count += 1
    if (value < nearLeast) nearLeast = value
    if (value > nearMost) nearMost = value
  }
  if (nearLeast === nearMost) {
    return Array.from(places.subarray(from - below, to - below), (at) => items[at] ?? 0)
  }
  const near = { ...copyPlaces(items, values, count), least: nearLeast, most: nearMost, known: count }
  if (low === high || count <= fewItems) return pick(near, from - below, to - below)
  // Each bucket by itself, so that each step has a narrower range.
  return [...pick(near, from - below, lowEnds - below), ...pick(near, lowEnds - below, to - below)]
}

/** Of equal values: as they are given. */
function inOrder({ items, values }: Pick<Part, 'items' | 'values'>, from: number, to: number): number[] {
  const found: number[] = []
  let seen = 0
  for (let at = 0; at < values.length && seen < to; at += 1) {
    if (Number.isNaN(values[at] ?? Number.NaN)) continue
    if (seen >= from) found.push(items[at] ?? 0)
    seen += 1
  }
  return found
}

/** Of those without a value, as they are given. */
function without({ items, values }: Pick<Part, 'items' | 'values' | 'known'>, from: number, to: number): number[] {
  const found: number[] = []
  if (to <= 0) return found
  let seen = 0
  for (let at = 0; at < values.length && seen < to; at += 1) {
    if (!Number.isNaN(values[at] ?? 0)) continue
    if (seen >= from) found.push(items[at] ?? 0)
    seen += 1
  }
  return found
}

function sorted({ items, values }: Part): number[] {
  const order: number[] = []
  for (let at = 0; at < values.length; at += 1) if (!Number.isNaN(values[at] ?? Number.NaN)) order.push(at)
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b)
  return order.map((place) => items[place] ?? 0)
}
