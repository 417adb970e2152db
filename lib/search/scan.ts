/** A part of the text and what it means: quotes and escapes are gone. `end` is behind its last character. */
export type Piece = { start: number; end: number; value: string; isClosed: boolean }
/** One term as it stands: `field:item,item`, or words without a field. */
export type Term = { start: number; end: number; field: Piece | null; items: Piece[] }

/** A field's name at the start of a term. */
const fieldName = /^[a-z]+(?=:)/i
/** What has a colon and is no field: a signed session id, or a key with a name that applications use, or with a long id. */
const pastedTerm = /^(?:s(?::|%3a)\S{8,}|sess(?:ion)?:\S+|[a-z]+:(?=\S*\d)[\w.~%+/=:-]{16,})$/i
/** A cookie with its attributes or beside others, or the header of one: the only things with a space that are one word. */
const pastedCookie = /^(?:(?:set-)?cookie:\s*[^\s:=;"]+=[^\s;]+(?:;\s*[^\s;]+)*|[^\s:=;"]+=[^\s;]+(?:;\s*[^\s;]+)+);?$/i

/** The terms of a text. Pure and linear in the text; whatever is typed has terms. `isField` says which names are fields, for a pasted key may begin like one. */
export function scan(text: string, isField: (name: string) => boolean): Term[] {
  const whole = text.trim()
  if (pastedCookie.test(whole)) {
    const start = text.indexOf(whole)
    const end = start + whole.length
    return [{ start, end, field: null, items: [{ start, end, value: whole, isClosed: true }] }]
  }
  const terms: Term[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const term = scanTerm(text, at, isField)
    terms.push(term)
    at = skipSpace(text, term.end)
  }
  return terms
}

/** Whether words without a field may stand as they are, without quotes. */
export function isPlainWord(text: string, isField: (name: string) => boolean): boolean {
  if (/[\s;]/.test(text)) return false
  const [term, ...more] = scan(text, isField)
  return more.length === 0 && term?.field === null && term.items[0]?.value === text && !text.startsWith('"')
}

/** A value as it must stand to be read as one. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}

function scanTerm(text: string, start: number, isField: (name: string) => boolean): Term {
  const word = /^\S*/.exec(text.slice(start))?.[0] ?? ''
  const name = fieldName.exec(word)?.[0]
  if (name === undefined || (!isField(name) && pastedTerm.test(word))) {
    const piece = text[start] === '"' ? scanQuoted(text, start) : scanBare(text, start, /\s/)
    return { start, end: piece.end, field: null, items: [piece] }
  }
  const field = { start, end: start + name.length + 1, value: name, isClosed: true }
  const items: Piece[] = []
  let at = field.end
  for (;;) {
    const piece = text[at] === '"' ? scanQuoted(text, at) : scanBare(text, at, /[\s,]/)
    items.push(piece)
    at = piece.end
    if (text[at] !== ',') return { start, end: at, field, items }
    at += 1
  }
}

function scanBare(text: string, start: number, border: RegExp): Piece {
  let end = start
  while (end < text.length && !border.test(text.charAt(end))) end += 1
  return { start, end, value: text.slice(start, end), isClosed: true }
}

function scanQuoted(text: string, start: number): Piece {
  let value = ''
  let at = start + 1
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && /["\\]/.test(text.charAt(at + 1))) at += 1
    value += text.charAt(at)
    at += 1
  }
  const isClosed = at < text.length
  return { start, end: isClosed ? at + 1 : at, value, isClosed }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1
  return at
}
