import { isIP } from 'node:net'
import type { Facts } from './format'
import { isObject, own } from './json'
import { maxFactLength } from './limits'

type Node = Record<string, unknown>

const idNames = [
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
]
const personNames = ['user', 'account', 'principal', 'currentUser', 'profile', 'member', 'customer']
const innerIdNames = ['id', '_id', ...idNames, 'uuid']
const emailNames = ['email', 'emailAddress', 'email_address', 'mail']
const userNames = ['username', 'userName', 'user_name', 'login', 'preferred_username', 'nickname']
const givenNames = ['name', 'fullName', 'full_name', 'displayName', 'display_name']
const createdNames = [
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
]
const lastSeenNames = [
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
]
const ipNames = ['ip', 'ipAddress', 'ip_address', 'remoteAddress', 'remote_addr', 'remoteAddr', 'clientIp', 'client_ip']
const userAgentNames = ['userAgent', 'user_agent', 'user-agent', 'ua', 'agent']

/**
 * The facts of a session under the names that applications usually give them, at the top level and inside `data`, `session`, `user`, `account`, `profile` and their like.
 * A person is known by an id first, then by user name, then by e-mail; an `id` at the top level is the session's own and nobody's. Never throws.
 */
export function findFacts(tree: unknown, now: number): Facts {
  const tops = topsOf(tree)
  const persons = tops.flatMap(personsOf)
  const everywhere = [...tops, ...persons]
  const email = firstText(everywhere, emailNames)
  const userName = firstText(everywhere, userNames)
  const scalar =
    firstText(tops, personNames) ?? firstText(tops.map((top) => own(top, 'passport')).filter(isObject), ['user'])
  return {
    principal: firstText(tops, idNames) ?? firstText(persons, innerIdNames) ?? scalar ?? userName ?? email,
    label:
      firstText(everywhere, givenNames, isName) ?? userName ?? (scalar !== null && isName(scalar) ? scalar : email),
    createdAt: firstTime(tops, createdNames, now),
    lastSeenAt: firstTime(tops, lastSeenNames, now),
    expiresAt: null,
    ip: firstText(tops, ipNames, (text) => isIP(text) !== 0),
    userAgent: firstText(tops, userAgentNames, (text) => text.length > 3),
  }
}

/** A moment written as ISO text, as seconds or as milliseconds, between 1973 and a day from now; else null. */
export function timeOf(value: unknown, now: number): number | null {
  const dayMs = 86_400_000
  let at = typeof value === 'number' ? value : Number.NaN
  if (typeof value === 'string' && value.length <= 40) at = /^\d+(\.\d+)?$/.test(value) ? Number(value) : isoTime(value)
  if (at >= 1e8 && at < 1e11) at *= 1000
  return at >= 1e11 && at <= now + dayMs ? Math.floor(at) : null
}

const isoTime = (text: string) => (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN)

/** Digits alone are an id that somebody put under a name. */
const isName = (text: string) => !/^\d+$/.test(text)

function topsOf(tree: unknown): Node[] {
  if (!isObject(tree)) return []
  return [tree, ...['data', 'session', 'meta', 'metadata'].map((name) => own(tree, name)).filter(isObject)]
}

function personsOf(top: Node): Node[] {
  const passport = own(top, 'passport')
  const inPassport = isObject(passport) ? [own(passport, 'user')] : []
  return [...personNames.map((name) => own(top, name)), ...inPassport].filter(isObject)
}

function firstText(nodes: Node[], names: string[], fits: (text: string) => boolean = () => true): string | null {
  for (const node of nodes) {
    for (const name of names) {
      const text = textOf(own(node, name))
      if (text !== null && fits(text)) return text
    }
  }
  return null
}

function firstTime(nodes: Node[], names: string[], now: number): number | null {
  for (const node of nodes) {
    for (const name of names) {
      const at = timeOf(own(node, name), now)
      if (at !== null) return at
    }
  }
  return null
}

function textOf(value: unknown): string | null {
  // MongoDB's ids in extended JSON.
  if (isObject(value)) return textOf(own(value, '$oid'))
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return typeof value === 'string' && value.trim() !== '' ? value.slice(0, maxFactLength) : null
}
