import { isUtf8 } from 'node:buffer'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { isObject, readJson } from './json'
import { maxNodes } from './limits'
import { encodingsOf, readJsonBytes } from './text'

/**
 * Any JSON object, or any hash of texts, as hand-made sessions are: `SETEX session:<id> 1800 '{"userId":42,"name":"Alice"}'`. The person is looked for under the usual
 * names. It is also the format of last resort: what nobody reads is `unreadable` here, with what it looks like. The application's own timeout is not in the value, so an
 * extension holds until its next request sets the timeout again. Source: the seed document of this product.
 */
export const plain: SessionFormat = {
  id: 'plain',
  label: 'Plain JSON or hash',
  usualKeys: [],
  companionKeys: null,

  recognises: ({ value }) => value.type === 'hash' || 'tree' in readJsonBytes(value.bytes, value.isTruncated),

  decode({ value, now }) {
    const read =
      value.type === 'hash' ? readHash(value.fields, value.isTruncated) : readJsonBytes(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    return {
      facts: findFacts(read.tree, now),
      tree: read.tree,
      encodings: encodingsOf(value.type === 'hash' ? 'hash' : 'json', read),
    }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

/** A field that holds a JSON object shows as one; bytes that are no text show as their number. */
function readHash(fields: [Buffer, Buffer][], isTruncated: boolean) {
  const tree: Record<string, unknown> = Object.create(null)
  let texts = 0
  for (const [name, value] of fields.slice(0, maxNodes)) {
    const isText = isUtf8(value)
    if (isText) texts++
    tree[name.toString('utf8')] = isText ? fieldOf(value.toString('utf8')) : `${value.length} bytes that are no text`
  }
  if (texts > 0) return { tree, isCut: isTruncated || fields.length > maxNodes }
  const first = fields[0]?.[1]
  if (first === undefined) return { reason: 'is a hash without fields' }
  const read = readJsonBytes(first, isTruncated)
  return { reason: 'reason' in read ? `is a hash whose first value ${read.reason}` : 'is a hash without text' }
}

function fieldOf(text: string): unknown {
  if (!text.startsWith('{')) return text
  const read = readJson(text, false)
  return 'tree' in read && isObject(read.tree) ? read.tree : text
}
