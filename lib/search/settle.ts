import type { SessionFilter } from '@/lib/contract/session'
import { isField, type Listed, parse, type SearchFault } from './parse'
import { scan, type Term } from './scan'

/** What has been typed so far: `filter` of the terms that are complete, and the `rest` of the text with its free words, in which the faults stand. */
export type Settled = {
  filter: SessionFilter
  words: Pick<SessionFilter, 'q' | 'words'>
  rest: string
  faults: SearchFault[]
}

/**
 * Takes the complete terms out of a text while it is typed. The term at whose end the caret stands is still being written: it is neither judged nor taken. A null caret judges all.
 * With a fault nothing is taken.
 */
export function settle(text: string, caret: number | null, listed: Listed): Settled {
  const terms = scan(text, isField)
  const isOpen = (term: Term) =>
    term.end === caret && (term.field !== null || term.items.some((item) => !item.isClosed))
  const judged = terms.filter((term) => !isOpen(term))
  const parsed = parse(blank(text, terms.filter(isOpen)), listed)
  const { faults } = parsed
  const { q, words, ...filter } = parsed.filter
  const free = { ...(q === undefined ? {} : { q }), ...(words === undefined ? {} : { words }) }
  if (faults.length > 0) return { filter: {}, words: {}, rest: text, faults }
  const taken = judged.filter(({ field }) => field !== null)
  return { filter, words: free, rest: taken.length === 0 ? text : cut(text, taken), faults }
}

/** A filter with more terms: lists grow, a bound takes the place of the one before, and the words are these alone. */
export function join(before: SessionFilter, { filter, words }: Pick<Settled, 'filter' | 'words'>): SessionFilter {
  const { q: _q, words: _words, ...kept } = before
  const joined = Object.entries(filter).map(([name, value]) => {
    // The name is a key of the filter whose entry it is.
    const old = kept[name as keyof typeof kept]
    return [name, Array.isArray(old) && Array.isArray(value) ? [...new Set([...old, ...value])] : value]
  })
  return { ...kept, ...Object.fromEntries(joined), ...words }
}

/** The text with spaces where these terms stand, so that every place stays what it was. */
function blank(text: string, terms: Term[]): string {
  return terms.reduce((now, { start, end }) => now.slice(0, start) + ' '.repeat(end - start) + now.slice(end), text)
}

function cut(text: string, terms: Term[]): string {
  return terms
    .reduceRight((now, { start, end }) => now.slice(0, start) + now.slice(end).replace(/^\s/, ''), text)
    .replace(/^\s+/, '')
}
