import type { SessionFilter, SortField } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { idCandidates } from '@/lib/session/id-candidates'
import { type FilterContext, makeTest } from './filter'
import type { Roster } from './roster'
import { compareSlots } from './sort'

/** Sorting by handle seals every row's key first, some 25 µs each. */
const mostHandlesSorted = 5000

export type Query = { filter: SessionFilter; sort: SortField; order: 'asc' | 'desc'; page: number; size: number }
export type QueryResult = { total: number; slots: number[] }

/** What a query needs beside the roster. `open` turns a handle back; `prefixes` are those of the sources, for a pasted session id. */
export type QueryContext = FilterContext & {
  open(handle: string): { source: string; key: Buffer } | null
  prefixes: { source: string; prefix: string; suffix?: string }[]
  /** The handle of a slot, for sorting by it. */
  handleAt(slot: number): string
}

/** The one session that the text names exactly (a handle, or a session id in any of its dresses), or null. */
function findExact(roster: Roster, text: string, context: QueryContext): number | null {
  const opened = context.open(text.trim())
  if (opened !== null) return roster.findSlot(opened.source, opened.key)
  return findPasted(roster, text, context.prefixes)
}

/** The session whose id the text is, in any of its dresses, or null. */
export function findPasted(roster: Roster, text: string, prefixes: QueryContext['prefixes']): number | null {
  for (const candidate of idCandidates(text)) {
    for (const { source, prefix, suffix = '' } of prefixes) {
      const slot = roster.findSlot(source, prefix + candidate + suffix) ?? roster.findSlot(source, candidate)
      if (slot !== null) return slot
    }
  }
  return null
}

/**
 * One page of what a filter leaves: one pass that tests, one partial sort that puts only the page in order.
 * Nulls stand last in both orders; equal rows keep the order of their slots.
 */
export function runQuery(roster: Roster, query: Query, context: QueryContext): QueryResult {
  const { filter, page, size } = query
  const all = findSlots(roster, filter, context)
  const total = all.length
  if (query.sort === 'handle' && total > mostHandlesSorted) {
    throw new KnownError('invalid', 'The query was refused.', {
      faults: [
        { pointer: '?sort', detail: `by handle at most ${mostHandlesSorted} sessions can be sorted; filter first` },
      ],
    })
  }
  const from = Math.min((page - 1) * size, total)
  const to = Math.min(from + size, total)
  const compare = compareSlots(roster, query.sort, query.order, context)
  return { total, slots: Array.from(selectRange(all, from, to, compare)) }
}

/** Every slot that a filter leaves, in the order of the slots. A pasted handle or session id gives its one, or none that another part of the filter excludes. One pass. */
export function findSlots(roster: Roster, filter: SessionFilter, context: QueryContext): Uint32Array {
  const exact = filter.q ? findExact(roster, filter.q, context) : null
  if (exact !== null) {
    const { q: _, ...rest } = filter
    return makeTest(roster, rest, context)(exact) ? Uint32Array.of(exact) : new Uint32Array(0)
  }
  const { flags } = roster.columns.numbers
  const end = roster.columns.end
  const hasFilter = Object.values(filter).some((value) => value !== undefined && value !== '')
  const test = hasFilter ? makeTest(roster, filter, context) : null
  const found = new Uint32Array(end)
  let total = 0
  for (let slot = 0; slot < end; slot += 1) {
    if (flags[slot] === 0 || (test !== null && !test(slot))) continue
    found[total] = slot
    total += 1
  }
  return found.subarray(0, total)
}

/** The elements that would stand at `from`..`to` were the whole sorted, in order. */
export function selectRange(all: Uint32Array, from: number, to: number, compare: (a: number, b: number) => number) {
  if (from >= to) return all.subarray(0, 0)
  const items = to * 4 < all.length ? firstOf(all, to, compare) : all
  if (to < items.length) partition(items, 0, items.length - 1, to, compare)
  if (from > 0) partition(items, 0, to - 1, from, compare)
  return items.subarray(from, to).sort(compare)
}

/** The first `most` of all, unordered, and perhaps a few more: nearly every element costs one comparison with the last one that is still good enough. */
function firstOf(all: Uint32Array, most: number, compare: (a: number, b: number) => number): Uint32Array {
  const kept = new Uint32Array(most * 2)
  let length = 0
  let worst: number | null = null
  for (const item of all) {
    if (worst !== null && compare(item, worst) > 0) continue
    kept[length] = item
    length += 1
    if (length < kept.length) continue
    partition(kept, 0, length - 1, most - 1, compare)
    length = most
    worst = kept[most - 1] ?? null
  }
  return kept.subarray(0, length)
}

/** Quickselect (Hoare): after it, the `nth` smallest stand before index `nth`. The middle as pivot keeps sorted input fast. */
function partition(
  items: Uint32Array,
  low: number,
  high: number,
  nth: number,
  compare: (a: number, b: number) => number,
) {
  let left = low
  let right = high
  while (left < right) {
    const pivot = items[(left + right) >>> 1] ?? 0
    let i = left
    let j = right
    while (i <= j) {
      while (compare(items[i] ?? 0, pivot) < 0) i += 1
      while (compare(items[j] ?? 0, pivot) > 0) j -= 1
      if (i > j) break
      const swap = items[i] ?? 0
      items[i] = items[j] ?? 0
      items[j] = swap
      i += 1
      j -= 1
    }
    if (nth <= j) right = j
    else if (nth >= i) left = i
    else return
  }
}
