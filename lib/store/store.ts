import { absoluteExpiresAtOf, expiresAtOf } from '@/lib/session/lifetime'
import { nullIfForeign, type StoreClient } from './client'
import { SessionTooLargeError } from './errors'
import { inOneWrite } from './one-write'
import { checkPrincipal, readOptions, type StoreOptions } from './options'
import { createPrincipalIndex } from './principal-index'
import { decodeData, decodeRecord, encodeData, encodeFacts, encodeRecord, type SessionRecord } from './record'
import { createSessionId, digest, isSessionId } from './session-id'
import type { Session, SessionStore } from './session-store'

const batchSize = 100
/** A principal whose sessions are regenerated while they are all ended is asked for again, this often at most. */
const maxRounds = 10
/** How long an index outlives the idle timeout where no absolute end bounds it, so that it still knows a session that an admin extended. */
const indexGraceMs = 30 * 24 * 60 * 60_000

/** A store over an ioredis-shaped client. Throws RangeError for options that could leave a session without an end. Keeps nothing in memory. */
export function createStore<Data extends object = Record<string, unknown>>(
  given: StoreClient,
  options: StoreOptions = {},
): SessionStore<Data> {
  const { prefix, idleMs, absoluteMs, maxBytes, plain, now } = readOptions(options)
  const client = inOneWrite(given)
  const index = createPrincipalIndex(client, prefix, now)
  const memberOf = (id: string) => (plain ? id : digest(id))
  const keyOf = (id: string) => prefix + memberOf(id)

  function encode(record: SessionRecord<Data>): string {
    const text = plain ? encodeData(record.data) : encodeRecord(record)
    const sizeBytes = Buffer.byteLength(text)
    if (sizeBytes > maxBytes) throw new SessionTooLargeError(sizeBytes, maxBytes)
    return text
  }

  function decode(text: string | null): SessionRecord<Data> | null {
    if (text === null) return null
    if (!plain) return decodeRecord<Data>(text)
    const data = decodeData<Data>(text)
    return data && { principal: null, createdAt: null, idleMs, absoluteExpiresAt: null, extendedUntilAt: null, data }
  }

  const endOf = ({ absoluteExpiresAt, extendedUntilAt }: SessionRecord<Data>, at: number) =>
    expiresAtOf({ lastSeenAt: at, idleMs, absoluteExpiresAt, extendedUntilAt })

  const isOver = ({ absoluteExpiresAt }: SessionRecord<Data>, at: number) =>
    absoluteExpiresAt !== null && absoluteExpiresAt <= at

  function sessionOf(id: string, record: SessionRecord<Data>, expiresAt: number): Session<Data> {
    const { principal, createdAt, absoluteExpiresAt, extendedUntilAt, data } = record
    return { id, principal, createdAt, expiresAt, absoluteExpiresAt, extendedUntilAt, data }
  }

  /** These facts with other data, by this store's idle timeout. */
  function recordOf(
    { createdAt, absoluteExpiresAt, extendedUntilAt, principal: known }: Facts,
    data: Data,
    principal = known,
  ): SessionRecord<Data> {
    return { principal, createdAt, idleMs, absoluteExpiresAt, extendedUntilAt, data }
  }

  async function addToIndex(member: string, record: SessionRecord<Data>): Promise<void> {
    if (record.principal === null) return
    const until = record.absoluteExpiresAt ?? endOf(record, now()) + indexGraceMs
    await index.add(record.principal, member, until)
  }

  /** The index comes second: a session that never entered it is one whose id nobody was told. */
  async function insert(record: SessionRecord<Data>): Promise<Session<Data>> {
    const id = createSessionId()
    const at = now()
    const expiresAt = endOf(record, at)
    const answer = await client.set(keyOf(id), encode(record), 'PX', Math.max(1, expiresAt - at), 'NX')
    if (answer === null) throw new Error('A new session id was already taken: the source of randomness is broken')
    if (record.principal !== null) await addToIndex(memberOf(id), record)
    return sessionOf(id, record, expiresAt)
  }

  async function look(key: string): Promise<{ record: SessionRecord<Data>; text: string; expiresAt: number } | null> {
    const [text, ttlMs] = await Promise.all([nullIfForeign(client.get(key)), client.pttl(key)])
    const record = decode(text)
    const at = now()
    if (text === null || record === null || ttlMs === -2 || isOver(record, at)) return null
    return { record, text, expiresAt: ttlMs === -1 ? Number.POSITIVE_INFINITY : at + ttlMs }
  }

  async function get(id: string): Promise<Session<Data> | null> {
    if (!isSessionId(id, plain)) return null
    const key = keyOf(id)
    const record = decode(await nullIfForeign(client.getex(key, 'PX', idleMs)))
    if (record === null) return null
    const at = now()
    const expiresAt = endOf(record, at)
    // Earlier than the idle timeout: the absolute end, which removes the key at once if it has passed. Later: an admin's extension, which GETEX has just cut.
    if (expiresAt < at + idleMs) await client.pexpireat(key, expiresAt)
    else if (expiresAt > at + idleMs) await client.pexpireat(key, expiresAt, 'GT')
    if (isOver(record, at)) return null
    if (record.absoluteExpiresAt === null) await addToIndex(memberOf(id), record)
    return sessionOf(id, record, expiresAt)
  }

  return {
    async create(data, { principal } = {}) {
      checkPrincipal(principal, plain)
      const createdAt = plain ? null : now()
      const absoluteExpiresAt = createdAt === null ? null : absoluteExpiresAtOf(createdAt, absoluteMs)
      return insert({ principal: principal ?? null, createdAt, idleMs, absoluteExpiresAt, extendedUntilAt: null, data })
    },

    get,

    async peek(id) {
      const found = isSessionId(id, plain) ? await look(keyOf(id)) : null
      return found && sessionOf(id, found.record, found.expiresAt)
    },

    touch: async (id) => (await get(id)) !== null,

    async save(session, data, { principal } = {}) {
      checkPrincipal(principal, plain)
      const id = typeof session === 'string' ? session : session.id
      if (!isSessionId(id, plain)) return 'revoked'
      // What a session says of itself may be old: the write tells what it replaced.
      let isAssumed = typeof session !== 'string'
      let known = typeof session === 'string' ? ((await look(keyOf(id)))?.record ?? null) : recordOf(session, data)
      let before = known?.principal ?? null
      while (known !== null) {
        const next = recordOf(known, data, principal ?? known.principal)
        const text = encode(next)
        const at = now()
        if (isOver(next, at)) break
        // The session lives, so it may be entered before it says whose it is; the other way round a crash would hide it from `destroyAll`.
        if (next.principal !== before || next.absoluteExpiresAt === null) await addToIndex(memberOf(id), next)
        const replaced = await client.set(keyOf(id), text, 'PX', endOf(next, at) - at, 'XX', 'GET')
        if (replaced === null) break
        // As a rule nothing but the data has changed, and its text need not be read for that.
        const stood = replaced.startsWith(encodeFacts(known)) ? known : decode(replaced)
        const isOld: boolean = isAssumed && stood !== null && !isSameSession(stood, known)
        if (stood === null || (!isOld && (stood.extendedUntilAt ?? 0) <= (next.extendedUntilAt ?? 0))) {
          if (before !== null && before !== next.principal) await index.remove(before, [memberOf(id)])
          return 'saved'
        }
        // An admin extended the session between our reading and our writing, or another save said whose it is: once more, with that.
        if (isOld) before = stood.principal
        isAssumed = false
        known = stood
      }
      return 'revoked'
    },

    async destroy(id) {
      if (!isSessionId(id, plain)) return false
      const text = await nullIfForeign(client.getdel(keyOf(id)))
      const principal = decode(text)?.principal ?? null
      if (principal !== null) await index.remove(principal, [memberOf(id)])
      return text !== null
    },

    async regenerate(id, { principal } = {}) {
      checkPrincipal(principal, plain)
      const found = isSessionId(id, plain) ? await look(keyOf(id)) : null
      if (found === null) return null
      const session = await insert({ ...found.record, idleMs, principal: principal ?? found.record.principal })
      const last = await nullIfForeign(client.getdel(keyOf(id)))
      const latest = decode(last)
      // Whoever ended the old one meant this session, under whatever id.
      if (latest === null) {
        await client.del(keyOf(session.id))
        if (session.principal !== null) await index.remove(session.principal, [memberOf(session.id)])
        return null
      }
      if (latest.principal !== null) await index.remove(latest.principal, [memberOf(id)])
      if (last === found.text) return session
      const carried = { ...latest, idleMs, principal: principal ?? latest.principal }
      const at = now()
      const ttlMs = Math.max(1, endOf(carried, at) - at)
      await addToIndex(memberOf(session.id), carried)
      const isCarried = (await client.set(keyOf(session.id), encode(carried), 'PX', ttlMs, 'XX', 'GET')) !== null
      return isCarried ? sessionOf(session.id, carried, at + ttlMs) : null
    },

    async list(principal) {
      checkPrincipal(principal, plain)
      const sessions: Omit<Session<Data>, 'id'>[] = []
      const dead: string[] = []
      for (const members of batchesOf(await index.read(principal))) {
        const found = await Promise.all(members.map((member) => look(prefix + member)))
        for (const [position, one] of found.entries()) {
          if (one === null) dead.push(...members.slice(position, position + 1))
          else if (one.record.principal === principal) {
            const { id: _, ...shown } = sessionOf('', one.record, one.expiresAt)
            sessions.push(shown)
          }
        }
      }
      await index.remove(principal, dead)
      return sessions.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    },

    async destroyAll(principal, { exceptId } = {}) {
      checkPrincipal(principal, plain)
      const kept = exceptId === undefined ? null : memberOf(exceptId)
      let destroyed = 0
      for (let round = 0; round < maxRounds; round++) {
        const doomed = (await index.read(principal)).filter((member) => member !== kept)
        if (doomed.length === 0) break
        for (const members of batchesOf(doomed)) {
          const answers = await Promise.all(members.map((member) => client.del(prefix + member)))
          destroyed += answers.reduce((sum, count) => sum + count, 0)
          await index.remove(principal, members)
        }
      }
      return destroyed
    },
  }
}

type Facts = Omit<SessionRecord<unknown>, 'idleMs' | 'data'>

/** Whether what is not data and no extension is the same. */
function isSameSession(one: SessionRecord<object>, other: SessionRecord<object>): boolean {
  return (
    one.principal === other.principal &&
    one.createdAt === other.createdAt &&
    one.absoluteExpiresAt === other.absoluteExpiresAt
  )
}

function* batchesOf(members: string[]): Generator<string[]> {
  for (let start = 0; start < members.length; start += batchSize) yield members.slice(start, start + batchSize)
}
