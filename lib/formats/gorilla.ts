import { isTime } from '@/lib/session/lifetime'
import type { RawSession } from '@/lib/session/raw'
import { isLeaf } from '@/lib/session/tree'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { readGob } from './gob'
import { isGobMap } from './gob-type'
import { isObject, own } from './json'
import { encodingsOf, readJsonBytes } from './text'

/**
 * The stores of gorilla/sessions and Fiber: gob of a map to interfaces. Each save sets the TTL to the application's own age, which no value tells. The three write the same
 * bytes; the shape of the id tells them apart. Sources: boj/redistore 1.2 to 2.0, rbcervilla/redisstore 9, Fiber 2 and 3 `middleware/session`.
 */
function createGoFormat(
  format: Pick<SessionFormat, 'id' | 'label' | 'usualKeys' | 'notReached'>,
  { ids, hasJson }: { ids: RegExp; hasJson: boolean },
): SessionFormat {
  return {
    ...format,
    companionKeys: null,

    recognises: ({ key, value }) =>
      value.type === 'string' &&
      (isGobMap(value.bytes) || (hasJson && value.bytes[0] === 0x7b)) &&
      ids.test(key.toString('latin1')),

    decode(raw) {
      const read = readValue(raw, hasJson)
      if ('reason' in read) return { unreadable: `It ${read.reason}.` }
      const { name, tree } = read
      if (!isObject(tree)) return { unreadable: 'It is gob but no map.' }
      return { facts: findFacts(tree, raw.now), tree, encodings: encodingsOf(name, read) }
    },

    secretNames: [],
  }
}

function readValue({ value }: RawSession, hasJson: boolean) {
  if (value.type !== 'string') return { reason: 'is a hash' }
  const { bytes, isTruncated } = value
  if (hasJson && bytes[0] === 0x7b) {
    const read = readJsonBytes(bytes, isTruncated)
    return 'reason' in read ? read : { ...read, name: 'json' }
  }
  const read = readGob(bytes, isTruncated)
  return 'reason' in read ? read : { ...read, name: 'gob' }
}

/** boj/redistore, also below gin and Echo; written only when the application saves. */
export const gorilla = createGoFormat(
  {
    id: 'gorilla',
    label: 'gorilla/sessions (Go)',
    usualKeys: [/^((?:[\w-]+:)*?session_)[A-Z2-7]{52}$/],
    notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  },
  { ids: /(?:^|[^A-Z2-7])[A-Z2-7]{52}$/, hasJson: true },
)

/** rbcervilla/redisstore: the id in the key is the cookie. */
export const rbcervilla = createGoFormat(
  {
    id: 'rbcervilla',
    label: 'rbcervilla/redisstore (Go)',
    usualKeys: [/^((?:[\w-]+:)*?session:)[A-Z2-7]{103}$/],
    notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  },
  { ids: /(?:^|[^A-Z2-7])[A-Z2-7]{103}$/, hasJson: false },
)

const fiberMap = createGoFormat(
  {
    id: 'fiber',
    label: 'Fiber (Go)',
    usualKeys: [],
    notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  },
  { ids: /./s, hasJson: false },
)

/**
 * Fiber saves at every request; its storage has no prefix, so it is found by its values, whatever the key. With an absolute timeout Fiber 3 keeps the end in the map, under a key of a type of its own; it
 * is obeyed on reading, whatever the TTL, and no extension goes past it. Source: Fiber 3 `middleware/session/session.go`, `store.go`.
 */
export const fiber: SessionFormat = {
  ...fiberMap,

  decode(raw) {
    const decoded = fiberMap.decode(raw)
    return 'facts' in decoded
      ? {
          ...decoded,
          facts: { ...decoded.facts, expiresAt: earlier(decoded.facts.expiresAt, absoluteEnd(decoded.tree)) },
        }
      : decoded
  },

  extend(raw, untilAt) {
    const decoded = fiberMap.decode(raw)
    if (!('facts' in decoded) || raw.value.isTruncated) return null
    const latestAt = absoluteEnd(decoded.tree) ?? Number.POSITIVE_INFINITY
    const notReached = [...fiberMap.notReached.extend]
    if (untilAt <= latestAt) return { rewrite: null, expiresAt: untilAt, notReached }
    return { rewrite: null, expiresAt: latestAt, notReached: [...notReached, 'absolute-timeout'] }
  },
}

function absoluteEnd(tree: unknown): number | null {
  const found = isObject(tree) ? own(tree, 'session.absExpirationKeyType(0)') : null
  const at = isLeaf(found) ? Date.parse(found.text) : null
  return isTime(at) ? at : null
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}
