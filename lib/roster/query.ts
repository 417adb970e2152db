import type { SessionFilter, SortField } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { idCandidates } from '@/lib/session/id-candidates'
import { type FilterContext, keep, makeParts, makeTest, needleOf } from './filter'
import type { Roster } from './roster'
import { selectRange } from './select'
import { valuesOf } from './sort'

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
 * One page of what a filter leaves: a pass for each part of the filter over what the parts before it left, and a few that put only the page in order.
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
  const { sort, order } = query
  if (sort === 'handle') return { total, slots: sortByHandle(all, order, context).slice(from, to) }
  return { total, slots: selectRange(all, from, to, valuesOf(roster, sort, context.now), order) }
}

function sortByHandle(slots: Uint32Array, order: 'asc' | 'desc', { handleAt }: QueryContext): number[] {
  const handles = Array.from(slots, (slot) => ({ slot, handle: handleAt(slot) }))
  const sign = order === 'asc' ? 1 : -1
  return handles.sort((a, b) => (a.handle < b.handle ? -sign : sign)).map(({ slot }) => slot)
}

/** Does in slices what a query would else do in one go: puts the texts that came since into order, and looks through all texts for new words. */
export async function prepareQuery(roster: Roster, filter: SessionFilter, sort: SortField | null): Promise<void> {
  const { texts } = roster.columns
  if (sort === 'principal' || sort === 'label' || sort === 'ip' || sort === 'device') await texts[sort].settle()
  const { q = '', words = [], who = [], device = [] } = filter
  for (const needle of [q, ...words].map(needleOf)) {
    for (const name of ['principal', 'label', 'ip', 'device'] as const) await texts[name].prepare(needle)
  }
  for (const needle of who.map(needleOf)) {
    for (const name of ['principal', 'label'] as const) await texts[name].prepare(needle)
  }
  for (const needle of device.map(needleOf)) await texts.device.prepare(needle)
}

/** Every slot that a filter leaves, in the order of the slots. A pasted handle or session id gives its one, or none that another part of the filter excludes. A pass for each part. */
export function findSlots(roster: Roster, filter: SessionFilter, context: QueryContext): Uint32Array {
  const exact = filter.q ? findExact(roster, filter.q, context) : null
  if (exact !== null) {
    const { q: _, ...rest } = filter
    return makeTest(roster, rest, context)(exact) ? Uint32Array.of(exact) : new Uint32Array(0)
  }
  let found = usedSlots(roster)
  for (const part of makeParts(roster, filter, context)) found = keep(found, part)
  return found
}

function usedSlots({ columns }: Roster): Uint32Array {
  const { flags } = columns.numbers
  const { end } = columns
  const found = new Uint32Array(end)
  let total = 0
  for (let slot = 0; slot < end; slot += 1) {
    if (flags[slot] === 0) continue
    found[total] = slot
    total += 1
  }
  return found.subarray(0, total)
}
