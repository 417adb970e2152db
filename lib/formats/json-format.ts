import type { Decoded, Facts, Rewrite } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import type { SessionFormat } from './format'
import { isObject } from './json'
import { replaceInJson } from './json-text'
import { encodingsOf, readJsonBytes } from './text'

type Tree = Record<string, unknown>

/** What a format of JSON objects says of itself; the rest is the same for all of them. */
type JsonFormat = Omit<SessionFormat, 'recognises' | 'decode'> & {
  /** Whether an object has this format's own shape. */
  is(tree: Tree, raw: RawSession): boolean
  /** What it lacks otherwise; ends a sentence that begins with "It is JSON without". */
  shape: string
  facts(tree: Tree, raw: RawSession): Facts
}

/** A format whose values are strings of JSON, told apart from others by their shape. */
export function createJsonFormat({ is, shape, facts, ...rest }: JsonFormat): SessionFormat {
  return {
    ...rest,
    recognises(raw) {
      const read = readTree(raw)
      return read !== null && is(read.tree, raw)
    },
    decode(raw): Decoded {
      if (raw.value.type !== 'string') return { unreadable: 'It is a hash.' }
      const read = readJsonBytes(raw.value.bytes, raw.value.isTruncated)
      if ('reason' in read) return { unreadable: `It ${read.reason}.` }
      if (!isObject(read.tree) || !is(read.tree, raw)) return { unreadable: `It is JSON without ${shape}.` }
      return { facts: facts(read.tree, raw), tree: read.tree, encodings: encodingsOf('json', read) }
    },
  }
}

/** The object of a value, or null; parsed once however often it is asked for in a row. */
export function readTree({ value }: RawSession): { tree: Tree; isCut: boolean } | null {
  if (value.type !== 'string') return null
  const read = readJsonBytes(value.bytes, value.isTruncated)
  return 'tree' in read && isObject(read.tree) ? { tree: read.tree, isCut: read.isCut } : null
}

/** The same for a rewrite: a value that was cut cannot be written anew. */
export function readWhole(raw: RawSession): Tree | null {
  const read = readTree(raw)
  return read === null || read.isCut ? null : read.tree
}

/** The value with the scalars at these paths replaced and not one byte more changed; null where one of them does not stand there. */
export function rewriteJson(
  { value }: RawSession,
  changes: [path: string[], value: string | number][],
): Rewrite | null {
  if (value.type !== 'string') return null
  let text: string | null = value.bytes.toString('utf8')
  for (const [path, next] of changes) text = text === null ? null : replaceInJson(text, path, JSON.stringify(next))
  return text === null ? null : { type: 'string', bytes: Buffer.from(text) }
}

/** A moment as ISO text, or null. */
export function isoTimeOf(value: unknown): number | null {
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isFinite(at) && at >= 0 ? at : null
}
