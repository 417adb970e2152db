import type { SessionFilter } from '@/lib/contract/session'
import { type Field, type FilterName, fields } from './fields'
import { isField } from './parse'
import { isPlainWord, quote } from './scan'
import { sayBytes, sayDuration, sayMoment } from './units'

/** One term of a search as it is written, and the part of the filter that it stands for. */
export type PrintedTerm = { name: FilterName; text: string }

/** A filter as the text that asks for it: `parse(print(filter)).filter` is the filter again. */
export function print(filter: SessionFilter): string {
  return [...printTerms(filter).map(({ text }) => text), printWords(filter)].filter((part) => part !== '').join(' ')
}

/** Each part of a filter that has a field, in one order whatever the order of the filter. */
export function printTerms(filter: SessionFilter): PrintedTerm[] {
  return fields.flatMap((field) => ('filter' in field ? printList(field, filter) : printBounds(field, filter)))
}

/** The part of a filter that has no field. */
export function printWords({ q, words = [] }: SessionFilter): string {
  const all = q === undefined || q.trim() === '' ? words : [q, ...words]
  return all.map((word) => (isPlainWord(word, isField) ? word : quote(word))).join(' ')
}

/** A value of a list, in quotes where it needs them. */
export function printItem(value: string): string {
  return value === '' || /[\s,]|^"/.test(value) ? quote(value) : value
}

function printList(field: Extract<Field, { filter: FilterName }>, filter: SessionFilter): PrintedTerm[] {
  const values = filter[field.filter]
  if (!Array.isArray(values) || values.length === 0) return []
  return [{ name: field.filter, text: `${field.name}:${values.map(printItem).join(',')}` }]
}

function printBounds(field: Extract<Field, { below: FilterName }>, filter: SessionFilter): PrintedTerm[] {
  return [field.above, field.below].flatMap((name) => {
    const bound = filter[name]
    if (typeof bound !== 'number') return []
    const sign = name === field.above ? '>' : '<'
    return [{ name, text: `${field.name}:${printBound(field.kind, sign, bound)}` }]
  })
}

function printBound(kind: 'bytes' | 'duration' | 'moment', sign: '<' | '>', bound: number): string {
  if (kind === 'duration') return `${sign}${sayDuration(bound)}`
  if (kind === 'moment') return `${sign}${sayMoment(bound)}`
  // `>4k` begins at 4097: whichever of `>` and `>=` is the shorter to say.
  const outside = sign === '>' ? bound - 1 : bound + 1
  const isInclusive = outside < 0 || !Number.isSafeInteger(outside) || sayBytes(bound).length < sayBytes(outside).length
  return isInclusive ? `${sign}=${sayBytes(bound)}` : `${sign}${sayBytes(outside)}`
}
