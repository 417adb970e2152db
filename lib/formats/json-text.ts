/**
 * Replaces the scalar at a path of names by another JSON text and leaves every other character as it is; null where nothing stands there. As in `JSON.parse`, of a
 * repeated name the last counts. The text must be valid JSON.
 */
export function replaceInJson(text: string, path: string[], replacement: string): string | null {
  let at = skipSpace(text, 0)
  let end = text.length
  for (const name of path) {
    const span = findMember(text, at, name)
    if (span === null) return null
    at = span.start
    end = span.end
  }
  return text.slice(0, at) + replacement + text.slice(end)
}

function findMember(text: string, openerAt: number, name: string): { start: number; end: number } | null {
  let found: { start: number; end: number } | null = null
  if (text[openerAt] !== '{') return null
  let at = skipSpace(text, openerAt + 1)
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at)
    const isFound = JSON.parse(text.slice(at, nameEnd)) === name
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = endOfValue(text, start)
    if (isFound) found = { start, end }
    at = skipSpace(text, skipSpace(text, end) + 1)
  }
  return found
}

/** Behind a value of valid JSON; iterative, so no depth can hurt. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const mark = text.charAt(at)
    if (mark === '"') at = endOfString(text, at) - 1
    else if (mark === '{' || mark === '[') depth++
    else if ((mark === '}' || mark === ']') && --depth < 0) return trimmedEnd(text, at)
    else if (mark === ',' && depth === 0) return trimmedEnd(text, at)
    if (depth === 0 && (mark === '"' || mark === '}' || mark === ']')) return at + 1
  }
  return text.length
}

function trimmedEnd(text: string, end: number): number {
  while (isSpace(text.charCodeAt(end - 1))) end--
  return end
}

/** Behind the closing quote of the string that opens at `start`; -1 where it does not close. */
export function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return -1
}

export function skipSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
