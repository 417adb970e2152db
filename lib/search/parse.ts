import type { SessionFilter } from '@/lib/contract/session'
import { type Field, type FilterName, findField } from './fields'
import { isAddressRange } from './ip'
import { type Piece, scan, type Term } from './scan'
import { readBytes, readDuration, readMoment } from './units'

/** Which list is searched: people have no row for what belongs to nobody. */
export type Listed = 'sessions' | 'users'

/** What cannot be understood, where it stands in the text, and a sentence for a person. */
export type SearchFault = { start: number; end: number; detail: string }

/** A filter, and what of the text is in none because it cannot be understood. With a fault the filter is not what was meant: search by it only where there is none. */
export type Parsed = { filter: SessionFilter; faults: SearchFault[] }

const mostItems = 100
const longestText = 4096
const bySize = '< or > and a number such as >4k'
const byDuration = '< or > and a duration such as <5m'
const byMoment = '< or > and a time such as <2026-11-25 or <2026-11-25T06:30Z'

/** Each key holds what its field reads: the one place where the language meets the filter. */
type Draft = Partial<Record<FilterName, string[] | string | number>>

export const isField = (name: string): boolean => findField(name) !== undefined

/** What a text asks for. Pure; linear in the text. Every fault is told, none is passed over. */
export function parse(text: string, listed: Listed = 'sessions'): Parsed {
  const draft: Draft = {}
  const faults: SearchFault[] = []
  const words: string[] = []
  const fault = ({ start, end }: { start: number; end: number }, detail: string) => faults.push({ start, end, detail })

  for (const term of scan(text, isField)) {
    const open = term.items.find(({ isClosed }) => !isClosed)
    const field = term.field === null ? null : findField(term.field.value)
    if (open !== undefined) fault(open, 'This quote is not closed.')
    else if (field === null) words.push(...term.items.map(({ value }) => value))
    else if (field === undefined)
      fault(term, `There is no field ${term.field?.value}. Put it in quotes to look for it as text.`)
    else readTerm(field, term, draft, fault, listed)
  }
  const found = words.filter((word) => word.trim() !== '')
  if (found.some((word) => word.length > longestText)) fault({ start: 0, end: text.length }, 'This text is too long.')
  if (found.length > mostItems) fault({ start: 0, end: text.length }, `At most ${mostItems} words can be looked for.`)
  if (found.length > 1) draft.words = found
  else if (found[0] !== undefined) draft.q = found[0]
  faults.sort((a, b) => a.start - b.start)
  // Every value was read by the field whose key it has.
  return { filter: draft as SessionFilter, faults }
}

type Tell = (place: { start: number; end: number }, detail: string) => void

function readTerm(field: Field, term: Term, draft: Draft, fault: Tell, listed: Listed): void {
  if ('below' in field) {
    readBound(field, term, draft, fault)
    return
  }
  for (const item of term.items) {
    const detail = judge(field, item, listed)
    if (detail !== null) fault(item.value === '' ? term : item, `${field.name}: ${detail}`)
  }
  const before = draft[field.filter]
  const values = [...(Array.isArray(before) ? before : []), ...term.items.map(({ value }) => toValue(field, value))]
  if (values.length > mostItems) fault(term, `${field.name}: at most ${mostItems} can be named`)
  draft[field.filter] = [...new Set(values)]
}

/** What is wrong with one value, or null. */
function judge(field: Field, { value }: Piece, listed: Listed): string | null {
  if (value.trim() === '') return `needs ${field.says}`
  switch (field.kind) {
    case 'texts':
      return value.length > field.longest ? 'is too long' : null
    case 'addresses':
      return isAddressRange(value) ? null : 'needs an address or a range such as 10.0.0.0/8'
    case 'choices':
      if (!field.choices.includes(value.toLowerCase())) return `is one of ${field.choices.join(', ')}`
      return listed === 'users' && isNobodys(value.toLowerCase())
        ? 'these sessions belong to nobody, and nobody has no row here; search for them on Sessions'
        : null
    default:
      return null
  }
}

/** Choices that leave only sessions of nobody, who has no row on People. */
export const isNobodys = (choice: string) => ['user', 'anonymous', 'unreadable'].includes(choice)

const toValue = (field: Field, value: string) => (field.kind === 'choices' ? value.toLowerCase() : value)

function readBound(
  field: Extract<Field, { below: FilterName }>,
  { items, start, end }: Term,
  draft: Draft,
  fault: Tell,
): void {
  const [item, ...more] = items
  const [, sign = '', rest = ''] = /^([<>]=?)(.*)$/s.exec(item?.value ?? '') ?? []
  const [read, needs] =
    field.kind === 'bytes'
      ? [readBytes, bySize]
      : field.kind === 'duration'
        ? [readDuration, byDuration]
        : [readMoment, byMoment]
  const value = sign === '' ? null : read(rest)
  const key = sign.startsWith('<') ? field.below : field.above
  // Sizes count whole bytes, and their bounds are part of what they leave; times do not stand still.
  const bound = value !== null && field.kind === 'bytes' ? value + step(sign) : value
  if (item === undefined || more.length > 0 || bound === null || bound < 0 || !Number.isSafeInteger(bound))
    fault({ start, end }, `${field.name}: needs ${needs}`)
  else if (draft[key] !== undefined) fault({ start, end }, `${field.name}: has this bound twice`)
  else draft[key] = bound
}

function step(sign: string): number {
  if (sign === '>') return 1
  return sign === '<' ? -1 : 0
}
