import { setImmediate as nextTurn } from 'node:timers/promises'
import { KnownError } from '@/lib/errors'
import { formatOf } from '@/lib/formats'
import { describeDevice } from '@/lib/formats/device'
import type { SessionFormat } from '@/lib/formats/format'
import { sessionIdOf } from '@/lib/session/credential'
import type { Session } from '@/lib/session/session'
import type { RemoveResult, Source, StoredSession, WriteResult } from '@/lib/session/source'
import type { Connection } from './connection'
import { guarded, isAnswer, unwritten } from './errors'
import { type Reading, readValues } from './read'
import { primariesOf, scanKeys } from './scan'
import { bytesOf, startsWith } from './tracking'
import { backUpKey, expireKey, giveExpiryToKey, removeKey, removeKeys, replaceValue, restoreKey } from './writes'

/** Rollcall's own keys: its secret, the sessions of its admins, their throttling. They are nobody's sessions, whatever prefix is watched. */
export const ownPrefix = 'rollcall:'

const rowBytes = 64 * 1024
const pageBytes = 1024 * 1024
/** So long values are decoded in one go, then whoever waits for this process has a turn: a value may take milliseconds, and there are hundreds. */
const turnMs = 10

type SourceOptions = {
  connection: Connection
  id: string
  name: string
  prefix: string
  origin: Source['origin']
  /** Longer prefixes that are other sources: their keys are not ours. */
  siblings: string[]
  /** The id of the format that every key has, or null: found per key. */
  pinnedFormat: string | null
  formats: readonly SessionFormat[]
  isReadOnly: boolean
}

/** The `Source` over one open connection; sources of one Redis share it. Creating one costs nothing and needs no answer. */
export function createSource(options: SourceOptions): Source {
  const { connection, id, name, prefix, origin, siblings, pinnedFormat, isReadOnly } = options
  const start = bytesOf(prefix)
  const othersStarts = siblings.filter((other) => other !== prefix && other.startsWith(prefix)).map(bytesOf)
  const formats = options.formats.filter((format) => pinnedFormat === null || format.id === pinnedFormat)
  const denied: WriteResult = { denied: 'Rollcall is set to read only.' }

  function owns(key: Buffer): boolean {
    return startsWith(key, start) && ![ownPrefix, ...othersStarts].some((other) => startsWith(key, other))
  }

  function isOurs(key: Buffer): boolean {
    if (!owns(key)) return false
    const rest = key.toString('utf8', start.length)
    return !formats.some((format) => format.isCompanion(rest))
  }

  function decode(key: Buffer, reading: Reading): StoredSession {
    const { value, sizeBytes, redisExpiresAt } = reading
    const format = formatOf(value, pinnedFormat)
    const decoded = format.decode(value, { now: connection.now(), redisExpiresAt })
    const facts = 'facts' in decoded ? decoded.facts : null
    const sessionId = sessionIdOf(key, prefix)
    const name = (text: string | null | undefined) => (text && !(sessionId && text.includes(sessionId)) ? text : null)
    const session: Session = {
      key,
      source: id,
      format: format.id,
      principal: name(facts?.principal),
      label: name(facts?.label),
      createdAt: facts?.createdAt ?? null,
      lastSeenAt: facts?.lastSeenAt ?? null,
      expiresAt: earliest(redisExpiresAt, facts?.expiresAt ?? null),
      sizeBytes,
      companionBytes: 0,
      ip: facts?.ip ?? null,
      device: describeDevice(facts?.userAgent ?? null),
      isReadable: facts !== null,
      isTruncated: value.isTruncated,
    }
    return { key, value, format: format.id, sizeBytes, redisExpiresAt, session }
  }

  const formatById = (name: string) => formats.find((candidate) => candidate.id === name)

  async function readStored(key: Buffer, limitBytes: number): Promise<StoredSession | null> {
    if (!isOurs(key)) return null
    const [reading] = await readValues(connection, [key], limitBytes)
    return reading && reading !== 'skipped' ? decode(key, reading) : null
  }

  /** A connection known to be down is not even tried, so nothing waits there to be carried out later. */
  function run<T>(work: () => Promise<T>): Promise<T> {
    return guarded(async () => {
      requireUp(connection)
      return work()
    })
  }

  function write(key: Buffer, work: () => Promise<WriteResult>): Promise<WriteResult> {
    return run(async () => (isReadOnly ? denied : isOurs(key) ? work() : 'gone'))
  }

  return {
    id,
    name,
    prefix,
    database: connection.database,
    origin,
    owns,

    async *scan(signal) {
      requireUp(connection)
      try {
        for await (const keys of scanKeys(connection, prefix, signal)) {
          yield keys.filter(isOurs)
        }
      } catch (error) {
        if (signal.aborted) throw error
        await guarded(() => Promise.reject(error))
      }
    },

    readEstimate: () =>
      run(async () => {
        const sizes = await Promise.all(primariesOf(connection).map(readSize))
        return sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0)
      }),

    read: (keys) =>
      run(async () => {
        const wanted = keys.filter(isOurs)
        const readings = await readValues(connection, wanted, rowBytes)
        const byKey = new Map(wanted.map((key, index) => [key, readings[index] ?? null]))
        const sessions: Awaited<ReturnType<Source['read']>> = []
        let turnBeganAt = performance.now()
        for (const key of keys) {
          const reading = byKey.get(key) ?? null
          sessions.push(reading === null || reading === 'skipped' ? reading : decode(key, reading).session)
          if (performance.now() - turnBeganAt < turnMs) continue
          await nextTurn()
          turnBeganAt = performance.now()
        }
        return sessions
      }),

    readOne: (key) => run(() => readStored(key, pageBytes)),

    remove: (key) =>
      write(key, async () => {
        const stored = await unwritten(() => readStored(key, rowBytes))
        if (stored === null) return 'gone'
        const result = await removeKey(connection, key)
        for (const companion of formatById(stored.format)?.companions(key, prefix, stored.value) ?? []) {
          // The session itself is gone; a companion that stays is no reason to say otherwise.
          await removeKey(connection, companion).catch(() => {})
        }
        return result
      }),

    removeMany: (keys, refuse) =>
      run(async () => {
        if (isReadOnly) return keys.map(() => denied)
        const readings = await unwritten(() => readValues(connection, keys, rowBytes))
        const results: RemoveResult[] = keys.map(() => 'gone')
        const removals: { index: number; key: Buffer; companions: Buffer[] }[] = []
        for (const [index, key] of keys.entries()) {
          const reading = readings[index]
          if (!reading || reading === 'skipped' || !isOurs(key)) continue
          const { session, value } = decode(key, reading)
          const reason = refuse(session, index)
          if (reason !== null) results[index] = { refused: reason }
          else
            removals.push({ index, key, companions: formatById(session.format)?.companions(key, prefix, value) ?? [] })
        }
        const removed = await removeKeys(
          connection,
          removals.map(({ key }) => key),
        )
        for (const [at, { index }] of removals.entries()) results[index] = removed[at] ?? 'unanswered'
        // The sessions are gone; a companion that stays is no reason to say otherwise.
        await removeKeys(
          connection,
          removals.flatMap(({ companions }) => companions),
        )
        return results
      }),

    backUp: (key) => run(async () => (isOurs(key) ? backUpKey(connection, key) : null)),
    restore: (backup) => write(backup.key, () => restoreKey(connection, backup)),
    expire: (key, untilAt) => write(key, () => expireKey(connection, key, untilAt)),
    giveExpiry: (key, untilAt) => write(key, () => giveExpiryToKey(connection, key, untilAt)),
    replace: (key, from, to) => write(key, () => replaceValue(connection, key, from, to)),

    get can() {
      const { unlink, restore, dump, set, expire, watch } = connection.capabilities()
      if (isReadOnly) return { revoke: false, undo: false, extend: false, rewrite: false }
      return { revoke: unlink, undo: (dump && restore) || set, extend: expire, rewrite: set && watch }
    },
    get missing() {
      return connection.missing()
    },
  }
}

function requireUp(connection: Connection) {
  const { state, reason } = connection.health()
  if (state === 'up') return
  throw new KnownError('source-unavailable', `Redis does not answer: ${reason ?? 'still connecting'}.`, {
    cause: new Error('not sent'),
    retryAfterMs: 1000,
  })
}

async function readSize(primary: { dbsize(): Promise<number> }): Promise<number | null> {
  try {
    return await primary.dbsize()
  } catch (error) {
    if (isAnswer(error)) return null
    throw error
  }
}

function earliest(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second
  return Math.min(first, second)
}
