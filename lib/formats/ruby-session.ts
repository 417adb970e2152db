import type { Facts } from '@/lib/session/plan'
import { type Branch, branch, isLeaf, typeNameOf } from '@/lib/session/tree'
import { findFacts, textOf, timeOf } from './facts'
import { isObject, own } from './json'
import { type MarshalRead, readMarshal } from './marshal'

/** The hash of a session. `reason` ends a sentence that begins with "It". */
export type RubyRead = { tree: Record<string, unknown>; isCut: boolean; encodings: string[] } | { reason: string }

/** Names, lower case, whose values are secrets of OmniAuth and Authlogic. */
export const rubySecretNames = ['omniauth.state', 'omniauth.pkce.verifier', 'user_credentials', 'persistence_token']

const wardenKey = /^warden\.user\.(.{1,100})\.key$/s
const cutEncoding = 'only its beginning is read'

/** A value is asked about, looked up beside and decoded in a row: the last one is parsed once. The tree is shared: nobody changes it. */
let last: { bytes: Buffer; isTruncated: boolean; read: MarshalRead } | null = null

export function readMarshalOnce(bytes: Buffer, isTruncated: boolean): MarshalRead {
  if (last?.bytes === bytes && last.isTruncated === isTruncated) return last.read
  const read = readMarshal(bytes, isTruncated)
  last = { bytes, isTruncated, read }
  return read
}

/** A session as Rack has it: a hash, in Marshal. */
export function readRubyHash(bytes: Buffer, isTruncated: boolean): RubyRead {
  const read = readMarshalOnce(bytes, isTruncated)
  if ('reason' in read) return read
  const hash = hashOf(read.tree)
  if (hash === null) return { reason: 'is Ruby Marshal but no hash' }
  return { tree: hash, isCut: read.isCut, encodings: ['Ruby Marshal', ...(read.isCut ? [cutEncoding] : [])] }
}

/** A hash with variables of its own is shown with them around it, and is a session all the same. */
export function hashOf(tree: unknown): Record<string, unknown> | null {
  if (!isObject(tree) || isLeaf(tree)) return null
  const inner = typeNameOf(tree) === 'with variables' ? own(tree, 'value') : null
  return isObject(inner) && !isLeaf(inner) ? inner : tree
}

/**
 * The facts of a Rack session and the tree to be shown. Warden, and so Devise, keeps who is signed in under `warden.user.<scope>.key`, as `[[id], salt]`; the salt is a part of the hash of the
 * password, so in the tree each of both gets a name that says what it is. `warden.user.<scope>.session` has the moment of the last request where the session may time out. Without Warden: OmniAuth's
 * `omniauth.auth`, Authlogic's `user_credentials_id`, else the usual names. Sources: warden 1.2 `session_serializer.rb`, devise 4.9 `models/authenticatable.rb`, `hooks/timeoutable.rb`.
 */
export function describeRubySession(
  tree: Record<string, unknown>,
  isCut: boolean,
  now: number,
): { facts: Facts; tree: Record<string, unknown> } {
  const facts = findFacts(tree, now)
  const scopes = Object.keys(tree).flatMap((name) => wardenKey.exec(name)?.[1] ?? [])
  const ofOmniAuth = factsOfOmniAuth(own(tree, 'omniauth.auth'), now)
  const id = textOf(own(tree, 'user_credentials_id')) ?? facts.principal ?? ofOmniAuth?.principal ?? null
  const label = facts.label ?? ofOmniAuth?.label ?? null
  if (scopes.length === 0) return { facts: { ...facts, principal: id, label }, tree }
  const shown = copyOf(tree)
  let principal: string | null = null
  let lastSeenAt: number | null = null
  for (const scope of scopes.sort((a, b) => rankOf(a) - rankOf(b))) {
    const name = `warden.user.${scope}.key`
    const found = readKey(own(tree, name), isCut)
    shown[name] = found.shown
    principal ??= found.id
    const session = own(tree, `warden.user.${scope}.session`)
    lastSeenAt ??= isObject(session) ? timeOf(own(session, 'last_request_at'), now) : null
  }
  return {
    facts: { ...facts, principal: principal ?? id, label, lastSeenAt: lastSeenAt ?? facts.lastSeenAt },
    tree: shown,
  }
}

/** Whoever is signed in for more than one scope is first a user. */
const rankOf = (scope: string) => ['user', 'default'].indexOf(scope) + 1 || 3

export function copyOf(tree: Record<string, unknown>): Branch {
  return Object.assign(branch(typeNameOf(tree)), tree)
}

/** `[[id], salt]`, with the name of the class before it in old versions; an id alone where the application serializes by itself. Cut before the salt it may lack a part of the id. */
function readKey(value: unknown, isCut: boolean): { id: string | null; shown: unknown } {
  if (!Array.isArray(value)) return { id: textOf(value), shown: value }
  const at = value.findIndex((item) => Array.isArray(item))
  const ids: unknown = value[Math.max(at, 0)]
  const salt = value[at + 1]
  if (at < 0 || (salt === undefined && isCut))
    return { id: at < 0 && !isCut ? textOf(ids) : null, shown: nameSalt(value, at) }
  const texts = (Array.isArray(ids) ? ids : []).map(textOf)
  return { id: texts.includes(null) || texts.length === 0 ? null : texts.join(','), shown: nameSalt(value, at) }
}

/** Which of both is secret their names tell the mask. */
function nameSalt(value: unknown[], at: number): Branch {
  const shown = branch()
  if (at > 0) shown.class = value.slice(0, at)
  if (at >= 0) shown.id = value[at]
  const rest = value.slice(at + 1)
  if (rest.length > 0) shown.authenticatable_salt = rest.length === 1 ? rest[0] : rest
  return shown
}

function factsOfOmniAuth(value: unknown, now: number): { principal: string | null; label: string | null } | null {
  if (!isObject(value) || isLeaf(value)) return null
  const info = own(value, 'info')
  const label = isObject(info) ? findFacts({ user: info }, now).label : null
  return { principal: textOf(own(value, 'uid')), label }
}
