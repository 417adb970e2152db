import type { CompanionWrite } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import { findFacts, textOf } from './facts'
import { isObject, own, readJson } from './json'
import { createJsonFormat, isoTimeOf, readTree, readWhole, rewriteJson } from './json-format'

/**
 * better-auth with a secondary storage: `session` and `user` side by side under the session's token, and for each person a list `active-sessions-<id>` of tokens with their ends. Beside them stand links to
 * verify (`verification:`), moments of a great sign-out, and counters of requests (`<address>|/<path>`). `session.expiresAt` is obeyed on reading. Where sessions are stored in the database too, a removed key is read from there again; with a cookie cache the browser is believed for some minutes. Sources: better-auth 1.7
 * (`db/internal-adapter.ts`, `api/routes/session.ts`), @better-auth/redis-storage 1.7, fixtures made by both.
 */
export const betterAuth = createJsonFormat({
  id: 'better-auth',
  label: 'better-auth',
  usualKeys: [/^(better-auth:)[A-Za-z0-9]{32}$/],
  companionKeys: /active-sessions-|revoked-sessions-before-|(?:^|:)verification:|\|\//,
  shape: 'the session and user of better-auth',

  is(tree) {
    const session = own(tree, 'session')
    return isObject(session) && typeof own(session, 'token') === 'string' && own(session, 'userId') !== undefined
  },

  facts(tree, { now }) {
    const session = own(tree, 'session')
    const user = own(tree, 'user')
    const told = isObject(session) ? session : {}
    const facts = findFacts({ user }, now)
    const name = isObject(user) ? (textOf(own(user, 'name')) ?? textOf(own(user, 'email'))) : null
    return {
      ...facts,
      ...pick(findFacts(told, now)),
      principal: textOf(own(told, 'userId')) ?? facts.principal,
      label: name,
      expiresAt: isoTimeOf(own(told, 'expiresAt')),
    }
  },

  end: (raw) => ({ invalidation: null, companions: listWrites(raw, null) }),

  extend(raw, untilAt) {
    const tree = readWhole(raw)
    const session = tree === null ? null : own(tree, 'session')
    const expiresAt = isObject(session) ? isoTimeOf(own(session, 'expiresAt')) : null
    if (expiresAt === null) return null
    const companions = listWrites(raw, untilAt)
    const done = { expiresAt: untilAt, companions, notReached: ['cookie-cache' as const, 'browser-cookie' as const] }
    if (expiresAt >= untilAt) return { rewrite: null, ...done }
    const rewrite = rewriteJson(raw, [[['session', 'expiresAt'], new Date(untilAt).toISOString()]])
    return rewrite === null ? null : { rewrite, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['cookie-cache', 'sql-row', 'open-sockets'] },
  secretNames: [],
  expectedSecrets: ['token'],
})

/** When and where the session itself says that it was made and seen. */
function pick({ createdAt, lastSeenAt, ip, userAgent }: ReturnType<typeof findFacts>) {
  return { createdAt, lastSeenAt, ip, userAgent }
}

/** Takes the session out of the list of its person, or gives it a later end there. */
function listWrites(raw: RawSession, untilAt: number | null): CompanionWrite[] {
  const tree = readTree(raw)?.tree
  const session = tree === undefined ? null : own(tree, 'session')
  if (!isObject(session)) return []
  const [token, userId, endsAt] = [
    own(session, 'token'),
    textOf(own(session, 'userId')),
    isoTimeOf(own(session, 'expiresAt')),
  ]
  const text = raw.key.toString('utf8')
  if (typeof token !== 'string' || token === '' || userId === null || !text.endsWith(token)) return []
  const isOwn = (entry: unknown) => isObject(entry) && own(entry, 'token') === token
  const change = (bytes: Buffer): Buffer | null => {
    const list = readList(bytes)
    const entry = list?.find(isOwn)
    if (!list || !isObject(entry)) return bytes
    const rest = list.filter((other) => !isOwn(other))
    if (untilAt === null) return rest.length === 0 ? null : write(rest)
    const isEnough = endOf(entry) >= untilAt
    return isEnough ? bytes : write([...rest, { ...entry, expiresAt: untilAt }])
  }
  const undo = (bytes: Buffer | null): Buffer => {
    const list = bytes === null ? [] : readList(bytes)
    if (list === null) return bytes ?? write([])
    return write([...list.filter((other) => !isOwn(other)), { token, expiresAt: endsAt ?? 0 }])
  }
  const key = Buffer.from(`${text.slice(0, -token.length)}active-sessions-${userId}`)
  return [{ deed: 'rewrite', key, change, undo, untilAt }]
}

/** Null also for a list that is too long to be read whole: half of it is not written back. */
function readList(bytes: Buffer): unknown[] | null {
  const read = readJson(bytes.toString('utf8'), false)
  return 'tree' in read && !read.isCut && Array.isArray(read.tree) ? read.tree : null
}

/** In the order of their ends, as the framework keeps them. */
function write(list: unknown[]): Buffer {
  return Buffer.from(JSON.stringify(list.toSorted((a, b) => endOf(a) - endOf(b))))
}

function endOf(entry: unknown): number {
  return isObject(entry) ? Number(own(entry, 'expiresAt')) : 0
}
