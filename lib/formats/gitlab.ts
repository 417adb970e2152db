import type { CompanionWrite, Facts } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import { isLeaf } from '@/lib/session/tree'
import { textOf } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { isoTimeOf } from './json-format'
import { isMarshalHash, readMarshal } from './marshal'
import { endsWithPrivateId } from './redis-session-store'
import { describeRubySession, readRubyHash, rubySecretNames } from './ruby-session'
import { readJsonBytes } from './text'

/**
 * GitLab: a session of Rack under `session:gitlab:`. Beside it stand, for who is signed in, what the page of active sessions shows (`session:user:gitlab::v2:<person>:<id>`, `v2:` and JSON; in older ones
 * without `:v2` and in Marshal), the set of the person's sessions, a counter for each address, and `session:otp:`. Address and times are read from the first, in older ones from the object in Marshal. Every request sets both lifetimes to the
 * setting again. Sources: GitLab `config/initializers/session_store.rb`, `lib/gitlab/redis/sessions.rb`, `app/models/active_session.rb`; fixtures built to their letter.
 */
export const gitlab: SessionFormat = {
  id: 'gitlab',
  label: 'GitLab',
  usualKeys: [/^((?:[\w.-]+:)*session:gitlab:)2::[\da-f]{64}$/],
  companionKeys: /(?:^|:)session:(?:lookup:(?:user|ip):gitlab|user:gitlab:|otp:)/,

  recognises: ({ key, value }) => value.type === 'string' && rootOf(key) !== null && isMarshalHash(value.bytes),

  related(raw) {
    const places = placesOf(raw)
    return places === null ? [] : [places.active, places.activeBefore]
  },

  decode(raw) {
    const read = readSession(raw)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const { facts, tree } = describeRubySession(read.tree, read.isCut, raw.now)
    return { facts: { ...facts, ...factsOfActive(raw.related) }, tree, encodings: read.encodings }
  },

  end(raw) {
    const places = placesOf(raw)
    if (places === null) return { invalidation: null, companions: [] }
    const { active, activeBefore, lookup, id } = places
    const companions: CompanionWrite[] = [
      { deed: 'leave', key: lookup, type: 'set', member: id },
      { deed: 'remove', key: active },
      { deed: 'remove', key: activeBefore },
    ]
    return { invalidation: null, companions }
  },

  extend(raw, untilAt) {
    const places = placesOf(raw)
    const beside = places === null ? [] : [places.active, places.activeBefore]
    const companions = beside.map((key): CompanionWrite => ({ deed: 'expire', key, untilAt, otherwise: null }))
    return { rewrite: null, expiresAt: untilAt, companions, notReached: ['app-timeout', 'browser-cookie'] }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'remember-me'] },
  secretNames: rubySecretNames,
}

const namespace = 'session:gitlab:'
/** Of `2::` and a SHA-256 in hexadecimal. */
const idLength = 67

/** What stands before GitLab's own namespace, mostly nothing; null: no key of its sessions. */
function rootOf(key: Buffer): string | null {
  if (!endsWithPrivateId(key)) return null
  const before = key.toString('latin1', 0, key.length - idLength)
  return before.endsWith(namespace) ? before.slice(0, -namespace.length) : null
}

function readSession({ value }: RawSession) {
  return value.type === 'string' ? readRubyHash(value.bytes, value.isTruncated) : { reason: 'is a hash' }
}

/** The keys beside a session of somebody; null for nobody's, and for a name that is no id of GitLab: it would lead to keys of others. */
function placesOf(raw: RawSession) {
  const root = rootOf(raw.key)
  const read = readSession(raw)
  if (root === null || 'reason' in read) return null
  const person = describeRubySession(read.tree, read.isCut, raw.now).facts.principal
  if (person === null || !/^\d{1,20}$/.test(person)) return null
  const id = raw.key.toString('latin1', raw.key.length - idLength)
  const keyOf = (rest: string) => Buffer.from(root + rest, 'latin1')
  return {
    id: Buffer.from(id),
    active: keyOf(`session:user:gitlab::v2:${person}:${id}`),
    activeBefore: keyOf(`session:user:gitlab:${person}:${id}`),
    lookup: keyOf(`session:lookup:user:gitlab:${person}`),
  }
}

/** Where it is and since when. Browser and system stand there by their names alone, which is no user agent. */
function factsOfActive([active = null, activeBefore = null]: RawSession['related']): Partial<Facts> {
  const json = active?.toString('latin1', 0, 3) === 'v2:' ? readJsonBytes(active.subarray(3), false) : null
  if (json !== null && 'tree' in json) return factsUnder(json.tree, '')
  const object = activeBefore === null ? null : readMarshal(activeBefore, false)
  return object !== null && 'tree' in object ? factsUnder(object.tree, '@') : {}
}

/** Names are those of the members, or, with `@`, of the object's variables. */
function factsUnder(tree: unknown, mark: '' | '@'): Partial<Facts> {
  if (!isObject(tree)) return {}
  const momentAt = (name: string) => {
    const found = own(tree, mark + name)
    return isoTimeOf(isLeaf(found) ? found.text : found)
  }
  return {
    ip: textOf(own(tree, `${mark}ip_address`)),
    createdAt: momentAt('created_at'),
    lastSeenAt: momentAt('updated_at'),
  }
}
