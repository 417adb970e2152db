import { isAscii, isUtf8 } from 'node:buffer'

/**
 * Cuts a text out of the bytes that it was made for; null: what stands there is no UTF-8. `end`: behind its last byte, not beyond the bytes. `isName`: it is used as the name of a
 * member or a class alone, and kept by nobody.
 */
export type CutText = (start: number, end: number, isName?: boolean) => string | null

/** A part of a text no longer than this is a copy in V8. A longer one would keep the whole text alive behind a row. */
const longestCopied = 12

/**
 * For readers that take many short texts out of a value. Cost: one copy of the bytes, then for a short ASCII text, as most names and values are, a fraction of what `Buffer.toString`
 * costs, for any other that. `text`: the bytes as latin1, for who has it.
 */
export function createTextCutter(bytes: Buffer, text = bytes.toString('latin1')): CutText {
  const isPlain = isAscii(bytes)
  return (start, end, isName = false) => {
    for (let at = isPlain ? end : start; at < end; at++) if (text.charCodeAt(at) > 127) return utf8In(bytes, start, end)
    return end - start > longestCopied && !isName ? bytes.toString('latin1', start, end) : text.slice(start, end)
  }
}

/** Bytes that are no UTF-8 become that sign: to look for it costs less than to check all bytes. */
function utf8In(bytes: Buffer, start: number, end: number): string | null {
  const text = bytes.toString('utf8', start, end)
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? null : text
}
