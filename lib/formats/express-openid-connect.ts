import { isTime } from '@/lib/session/lifetime'
import type { NotReached } from '@/lib/session/plan'
import { findFacts, textOf } from './facts'
import { isObject, own, readJson } from './json'
import { createJsonFormat, readWhole, rewriteJson } from './json-format'

/** Neither the rolling nor the absolute duration is in the value; both are asked at each request. */
const reach: NotReached = {
  extend: ['app-timeout', 'absolute-timeout', 'browser-cookie'],
  revoke: ['in-flight-requests', 'open-sockets'],
}

/**
 * express-openid-connect over a store of express-session: `header` with `iat`, `uat` and `exp` in seconds, `data` with the tokens of the person, and `cookie`. The person is the `sub` of the ID token, read and not
 * verified. `exp` is obeyed on reading and made anew with every response, never past `iat` and the absolute duration, nor past the provider's own end, `data.sessionExpiresAt`. Source: express-openid-connect 3.4 (`lib/appSession.js`, `lib/config.js`), fixtures made by it.
 */
export const expressOpenidConnect = createJsonFormat({
  id: 'express-openid-connect',
  label: 'express-openid-connect',
  usualKeys: [],
  companionKeys: null,
  shape: 'the header of express-openid-connect',

  is: (tree) => headerOf(tree) !== null && isObject(own(tree, 'data')),

  facts(tree, { now }) {
    const header = headerOf(tree)
    const data = own(tree, 'data')
    const claims = isObject(data) ? claimsOf(own(data, 'id_token')) : {}
    const facts = findFacts(claims, now)
    return {
      ...facts,
      principal: textOf(own(claims, 'sub')) ?? facts.principal,
      createdAt: header === null ? null : header.iat * 1000,
      lastSeenAt: header === null ? null : header.uat * 1000,
      expiresAt: header === null ? null : Math.min(header.exp, ceilingOf(tree)) * 1000,
      ip: null,
      userAgent: null,
    }
  },

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const header = tree === null ? null : headerOf(tree)
    if (header === null) return null
    const exp = Math.min(Math.floor(untilAt / 1000), ceilingOf(tree ?? {}))
    const done = { expiresAt: exp * 1000, notReached: [...reach.extend] }
    if (header.exp >= exp) return { rewrite: null, ...done }
    const cookie = tree === null ? null : own(tree, 'cookie')
    const cookieEndsAt = isObject(cookie) ? own(cookie, 'expires') : null
    const rewrite = rewriteJson(raw, [
      [['header', 'exp'], exp],
      [['header', 'uat'], Math.max(header.uat, Math.floor(raw.now / 1000))],
      ...(isTime(cookieEndsAt) ? [expiresOf(Math.max(cookieEndsAt, exp * 1000))] : []),
    ])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: reach,
  secretNames: ['id_token', 'access_token', 'refresh_token'],
  expectedSecrets: ['id_token', 'access_token', 'refresh_token'],
})

/** The end that the identity provider asserts for the whole session, in seconds, where it does. */
function ceilingOf(tree: Record<string, unknown>): number {
  const data = own(tree, 'data')
  const endsAt = isObject(data) ? own(data, 'sessionExpiresAt') : null
  return isTime(endsAt) && endsAt < 1e11 ? endsAt : Number.POSITIVE_INFINITY
}

function expiresOf(endsAt: number): [path: string[], value: number] {
  return [['cookie', 'expires'], endsAt]
}

function headerOf(tree: Record<string, unknown>): { iat: number; uat: number; exp: number } | null {
  const header = own(tree, 'header')
  if (!isObject(header)) return null
  const [iat, uat, exp] = [own(header, 'iat'), own(header, 'uat'), own(header, 'exp')]
  const isSeconds = (value: unknown): value is number => isTime(value) && value < 1e11
  return isSeconds(iat) && isSeconds(uat) && isSeconds(exp) ? { iat, uat, exp } : null
}

/** What a JWT says of its person; nothing of it is believed but shown. */
function claimsOf(token: unknown): Record<string, unknown> {
  if (typeof token !== 'string') return {}
  const payload = token.split('.')[1] ?? ''
  const read = readJson(Buffer.from(payload, 'base64url').toString('utf8'), false)
  return 'tree' in read && isObject(read.tree) ? read.tree : {}
}
