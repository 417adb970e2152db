import { type Field, fields, findField } from './fields'
import { isField, isNobodys, type Listed } from './parse'
import { printItem } from './print'
import { scan } from './scan'

/** What only the running console knows: the values that there are. */
export type Known = { source: string[]; format: string[] }

/** What can stand where the caret is. `isWhole`: a term that is complete by this. */
export type Suggestion = { text: string; says: string; isWhole: boolean }
export type Suggestions = { start: number; end: number; options: Suggestion[] }

/** These say when and for whom; whoever needs them knows them. */
const quietFields = ['person', 'principal', 'expires', 'created', 'lastseen']

/**
 * What could be meant at the caret, and which part of the text it would take the place of: a field, or a value of one. People's names are never suggested.
 * Empty where the words before the caret are free text.
 */
export function suggest(text: string, caret: number, known: Known, listed: Listed = 'sessions'): Suggestions {
  const term = scan(text, isField).find(({ start, end }) => start < caret && caret <= end)
  if (term === undefined) return { start: caret, end: caret, options: suggestFields('') }
  if (term.field === null) {
    const typed = text.slice(term.start, term.end)
    return { start: term.start, end: term.end, options: caret === term.end ? suggestFields(typed) : [] }
  }
  const field = findField(term.field.value)
  const item = term.items.find(({ start, end }) => start <= caret && caret <= end)
  if (field === undefined || item === undefined) return { start: caret, end: caret, options: [] }
  const typed = item.value.toLowerCase()
  const taken = new Set(term.items.filter((other) => other !== item).map(({ value }) => value.toLowerCase()))
  const options = valuesOf(field, known, listed)
    .filter((value) => value.toLowerCase().startsWith(typed) && value !== typed && !taken.has(value.toLowerCase()))
    .map((value) => ({ text: printItem(value), says: '', isWhole: true }))
  return { start: item.start, end: item.end, options }
}

function suggestFields(typed: string): Suggestion[] {
  const start = typed.toLowerCase()
  return fields
    .filter(({ name }) => name.startsWith(start) && (start !== '' || !quietFields.includes(name)))
    .map(({ name, says }) => ({ text: `${name}:`, says, isWhole: false }))
}

function valuesOf(field: Field, known: Known, listed: Listed): readonly string[] {
  switch (field.kind) {
    case 'choices':
      return listed === 'users' ? field.choices.filter((choice) => !isNobodys(choice)) : field.choices
    case 'texts':
      return field.name === 'source' ? known.source : field.name === 'format' ? known.format : []
    case 'addresses':
      return []
    default:
      return field.presets
  }
}
