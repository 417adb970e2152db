import { isIP } from 'node:net'
import { holdsCredential } from '@/lib/session/credential'
import type { Facts } from '@/lib/session/plan'
import { isLeaf, typeNameOf } from '@/lib/session/tree'
import { isObject, own } from './json'
import { maxFactLength } from './limits'

type Node = Record<string, unknown>
type Role = keyof typeof namesByRole
/** `text`: the value as a row may show it; of a time it is the value that counts. */
type Found = Partial<Record<Role | 'innerId', { rank: number; value: unknown; text: string | null }>>

/** The usual names, the stronger first. */
const namesByRole = {
  id: [
    'userId',
    'user_id',
    'userID',
    'userid',
    'uid',
    '_user_id',
    'sub',
    'accountId',
    'account_id',
    'memberId',
    'customerId',
  ],
  /** Ids only inside of a person: at the top level they are the session's own. */
  ownId: ['id', '_id', 'uuid'],
  person: ['user', 'account', 'principal', 'currentUser', 'profile', 'member', 'customer'],
  passport: ['passport'],
  wrapper: ['data', 'session', 'meta', 'metadata'],
  email: ['email', 'emailAddress', 'email_address', 'mail'],
  userName: ['username', 'userName', 'user_name', 'login', 'preferred_username', 'nickname'],
  givenName: ['name', 'fullName', 'full_name', 'displayName', 'display_name'],
  createdAt: [
    'createdAt',
    'created_at',
    'created',
    'creationTime',
    'loginAt',
    'loggedInAt',
    'login_at',
    'loginTime',
    'signedInAt',
    'startedAt',
    'iat',
  ],
  lastSeenAt: [
    'lastSeenAt',
    'lastSeen',
    'last_seen',
    'lastActivity',
    'last_activity',
    'lastActiveAt',
    'lastAccess',
    'lastAccessedAt',
    'lastAccessedTime',
    'updatedAt',
    'updated_at',
  ],
  ip: ['ip', 'ipAddress', 'ip_address', 'remoteAddress', 'remote_addr', 'remoteAddr', 'clientIp', 'client_ip'],
  userAgent: ['userAgent', 'user_agent', 'user-agent', 'ua', 'agent'],
}

const rolesByName = new Map(
  // Object.entries forgets the names of the object it is given.
  (Object.entries(namesByRole) as [Role, string[]][]).flatMap(([role, names]) =>
    names.map((name, rank) => [name, { role, rank }] as const),
  ),
)

/** Outranks everything of a nearer place. */
const placeRank = 1_000
const personRank = 100_000

/**
 * The facts of a session under the names that applications usually give them, at the top level and inside `data`, `session`, `user`, `account`, `profile` and their like.
 * A person is known by an id first, then by user name, then by e-mail; an `id` at the top level is the session's own and nobody's. Never throws.
 * Cost: one look at each name of those few objects.
 */
export function findFacts(tree: unknown, now: number): Facts {
  const found: Found = {}
  if (isObject(tree)) look(tree, 'top', 0, found, now)
  const text = (role: keyof Found) => found[role]?.text ?? null
  const userName = text('userName')
  const person = text('person')
  const email = text('email')
  return {
    principal: text('id') ?? text('innerId') ?? person ?? userName ?? email,
    label: text('givenName') ?? userName ?? (person !== null && isName(person) ? person : email),
    createdAt: timeOf(found.createdAt?.value, now),
    lastSeenAt: timeOf(found.lastSeenAt?.value, now),
    expiresAt: null,
    ip: text('ip'),
    userAgent: text('userAgent'),
  }
}

function look(node: Node, place: 'top' | 'wrapper' | 'person', base: number, found: Found, now: number): void {
  for (const name of Object.keys(node)) {
    const known = rolesByName.get(name)
    if (known === undefined) continue
    const { role } = known
    const rank = base + known.rank
    const value = node[name]
    if (place !== 'person' && role === 'passport') {
      const user = isObject(value) ? own(value, 'user') : null
      if (isObject(user)) look(user, 'person', rank * placeRank + personRank, found, now)
      else keep(found, 'person', rank + placeRank, user, now)
    } else if (place !== 'person' && role === 'person' && isObject(value)) {
      look(value, 'person', rank * placeRank + personRank, found, now)
    } else if (place === 'top' && role === 'wrapper' && isObject(value)) {
      look(value, 'wrapper', (known.rank + 1) * placeRank, found, now)
    } else if (place === 'person') {
      if (role === 'ownId') keep(found, 'innerId', rank, value, now)
      else if (role === 'id') keep(found, 'innerId', rank + placeRank / 2, value, now)
      else if (role === 'email' || role === 'userName' || role === 'givenName') keep(found, role, rank, value, now)
    } else if (role !== 'ownId') keep(found, role, rank, value, now)
  }
}

/** Keeps a value that can be what its name says, unless a stronger name gave one. */
function keep(found: Found, role: keyof Found, rank: number, value: unknown, now: number): void {
  const best = found[role]
  if (best !== undefined && best.rank <= rank) return
  const isTime = role === 'createdAt' || role === 'lastSeenAt'
  const text = isTime ? null : textOf(value)
  if (isTime ? timeOf(value, now) !== null : text !== null && canBe(role, text)) found[role] = { rank, value, text }
}

function canBe(role: keyof Found, text: string): boolean {
  if (role === 'ip') return isIP(text) !== 0
  if (role === 'userAgent') return text.length > 3
  return role !== 'givenName' || isName(text)
}

/** A moment written as ISO text, as seconds or as milliseconds, between 1973 and a day from now; else null. */
export function timeOf(value: unknown, now: number): number | null {
  const dayMs = 86_400_000
  if (isLeaf(value)) return timeOf(value.text, now)
  let at = typeof value === 'number' ? value : Number.NaN
  if (typeof value === 'string' && value.length <= 40) at = /^\d+(\.\d+)?$/.test(value) ? Number(value) : isoTime(value)
  if (at >= 1e8 && at < 1e11) at *= 1000
  return at >= 1e11 && at <= now + dayMs ? Math.floor(at) : null
}

const isoTime = (text: string) => (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN)

/** Digits alone are an id that somebody put under a name. */
const isName = (text: string) => !/^\d+$/.test(text)

/** A value as a row may show it, not too long; null for what is no text or number. A credential under a person's name is nobody's name. */
export function textOf(value: unknown): string | null {
  if (isLeaf(value)) return /^-?\d{1,40}$/.test(value.text) && typeNameOf(value) === 'integer' ? value.text : null
  // MongoDB's ids in extended JSON.
  if (isObject(value)) return textOf(own(value, '$oid'))
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  if (typeof value !== 'string' || value.trim() === '') return null
  const text = cut(value)
  return holdsCredential(text) ? null : text
}

/** Copied, because a slice keeps the whole text alive behind it, and a row lives as long as its session. */
function cut(text: string): string {
  if (text.length <= maxFactLength) return text
  return Buffer.from(text.slice(0, maxFactLength), 'utf16le').toString('utf16le')
}
