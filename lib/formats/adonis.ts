import type { RawSession } from '@/lib/session/raw'
import { findFacts, textOf } from './facts'
import { isObject, own } from './json'
import { createJsonFormat, isoTimeOf, readTree } from './json-format'

/**
 * AdonisJS sessions in Redis: `message` with what the application keeps, and `purpose`, which must be the id in the key. Who is signed in stands under `auth_<guard>`; an index `session_tag:<id of the person>`
 * names their sessions. The time to live is the application's own setting, set anew at each request. Sources: @adonisjs/session 7.7 (`src/stores/redis.ts`), @adonisjs/auth 9.6, fixtures made by the former.
 */
export const adonis = createJsonFormat({
  id: 'adonis',
  label: 'AdonisJS',
  usualKeys: [],
  companionKeys: /(?:^|:)session_tag:/,
  shape: 'the message and purpose of AdonisJS',

  is(tree, { key }) {
    const purpose = own(tree, 'purpose')
    return (
      typeof purpose === 'string' &&
      purpose.length >= 8 &&
      key.toString('utf8').endsWith(purpose) &&
      isObject(own(tree, 'message'))
    )
  },

  facts(tree, { now }) {
    const message = own(tree, 'message')
    const facts = findFacts(message, now)
    const principal = isObject(message) ? personOf(message) : null
    return { ...facts, principal: principal ?? facts.principal, expiresAt: isoTimeOf(own(tree, 'expiryDate')) }
  },

  end(raw) {
    const person = personIn(raw)
    if (person === null) return { invalidation: null, companions: [] }
    const { id, principal } = person
    const before = raw.key.toString('utf8').slice(0, -id.length)
    const key = Buffer.from(`${before}session_tag:${principal}`)
    return { invalidation: null, companions: [{ deed: 'leave', key, type: 'set', member: Buffer.from(id) }] }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets', 'remember-me'] },
  secretNames: [],
})

function personIn(raw: RawSession): { id: string; principal: string } | null {
  const tree = readTree(raw)?.tree
  const message = tree === undefined ? null : own(tree, 'message')
  const id = tree === undefined ? null : own(tree, 'purpose')
  const principal = isObject(message) ? personOf(message) : null
  return typeof id === 'string' && id !== '' && principal !== null ? { id, principal } : null
}

function personOf(message: Record<string, unknown>): string | null {
  const name = Object.keys(message).find((one) => /^auth_\w+$/.test(one) && textOf(message[one]) !== null)
  return name === undefined ? null : textOf(message[name])
}
