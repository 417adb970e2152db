import { isUtf8 } from 'node:buffer'
import { describeBytes } from './describe-bytes'
import { isObject, type JsonRead, readJson } from './json'

/** A value is asked about by several formats and then decoded by one, all in a row: the last one is parsed once. A WeakMap would cost more than it saves. */
let last: { bytes: Buffer; isTruncated: boolean; read: JsonRead } | null = null

/** The value of a string key as a JSON object, or why it is none; `reason` ends a sentence that begins with "It". Never throws. The tree is shared: nobody changes it. */
export function readJsonBytes(bytes: Buffer, isTruncated: boolean): JsonRead {
  if (last?.bytes === bytes && last.isTruncated === isTruncated) return last.read
  const read = readObject(bytes, isTruncated)
  last = { bytes, isTruncated, read }
  return read
}

function readObject(bytes: Buffer, isTruncated: boolean): JsonRead {
  if (bytes.length === 0) return { reason: 'is empty' }
  const opener = bytes[0]
  // JSON of a session begins with a brace; whatever else it is, its first bytes say more than a parser would.
  if (opener !== 0x7b && !' \t\r\n'.includes(String.fromCharCode(opener ?? 0))) return new NotJson(bytes)
  const text = bytes.toString('utf8')
  // Bytes that are no UTF-8 become that sign: to look for it costs less than to check all bytes.
  const isText = isTruncated || !text.includes('\ufffd') || isUtf8(bytes)
  if (!isText) return { reason: 'begins like JSON but is not UTF-8 text' }
  const read = readJson(text, isTruncated)
  return 'reason' in read || isObject(read.tree)
    ? read
    : { reason: 'is JSON but no object, so nothing in it has a name' }
}

/** Most values that are no JSON are recognised by another format, and nobody asks what they look like. A class, for an object with a getter of its own costs twenty times as much. */
class NotJson {
  constructor(private readonly bytes: Buffer) {}

  get reason(): string {
    return describeBytes(this.bytes)
  }
}

/** How a value is written, for its page; a cut one says so. */
export function encodingsOf(name: string, { isCut }: { isCut: boolean }): string[] {
  return isCut ? [name, 'only its beginning is read'] : [name]
}
