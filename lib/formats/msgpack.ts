import type { RawSession } from '@/lib/session/raw'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { type PythonRead, readPython } from './python-value'

/** Any other map of MessagePack, as applications write it by hand: the person under the usual names, the end in the TTL alone. Source: msgpack `spec.md`. */
export const msgpack: SessionFormat = {
  id: 'msgpack',
  label: 'MessagePack',
  usualKeys: [],
  companionKeys: null,

  recognises: (raw) => raw.value.type === 'string' && isMap(raw.value.bytes) && 'tree' in readValue(raw),

  decode(raw) {
    if (raw.value.type !== 'string' || !isMap(raw.value.bytes)) return { unreadable: 'It is no map of MessagePack.' }
    const read = readValue(raw)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    return { facts: findFacts(read.tree, raw.now), tree: read.tree, encodings: read.encodings }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests'] },
  secretNames: [],
}

/** A map with a text for its first name; `0x80 0x02` and its like are pickles. */
export function isMap(bytes: Buffer): boolean {
  const [first = 0] = bytes
  const nameAt = first > 0x80 && first <= 0x8f ? 1 : first === 0xde ? 3 : first === 0xdf ? 5 : 0
  const kind = nameAt === 0 ? 0 : (bytes[nameAt] ?? 0)
  return (kind >= 0xa0 && kind <= 0xbf) || (kind >= 0xd9 && kind <= 0xdb)
}

function readValue({ value }: RawSession): PythonRead {
  return value.type === 'string' ? readPython(value.bytes, value.isTruncated) : { reason: 'is a hash' }
}
