import type { RawSession } from '@/lib/session/raw'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { readGob } from './gob'
import { isGobMap } from './gob-type'
import { isObject } from './json'
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

/** Fiber saves at every request; its storage has no prefix, so it is found by its values, whatever the key. */
export const fiber = createGoFormat(
  {
    id: 'fiber',
    label: 'Fiber (Go)',
    usualKeys: [],
    notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  },
  { ids: /./s, hasJson: false },
)
