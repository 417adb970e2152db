import { KnownError } from '@/lib/errors'
import type { SessionFormat } from '@/lib/formats/format'
import type { Rewrite } from '@/lib/session/plan'
import type { StoredValue } from '@/lib/session/raw'
import type { Backup, RemoveResult, Source, StoredSession, WriteResult } from '@/lib/session/source'
import { type Command, runAll } from './commands'
import { writeCompanion } from './companions'
import type { Connection } from './connection'
import { backUpKey, backUpKnown } from './copies'
import { createEndings, type Doomed } from './endings'
import { guarded, isAnswer, unwritten } from './errors'
import { createReader } from './reader'
import { primariesOf } from './scan'
import { sizeOf, type Taken } from './take'
import { bytesOf, startsWith } from './tracking'
import { walkTogether } from './walks'
import { expireKey, giveExpiryToKey, replaceValue } from './writes'

/** Rollcall's own keys: its secret, the sessions of its admins, their throttling. They are nobody's sessions, whatever prefix is watched. */
export const ownPrefix = 'rollcall:'

const rowBytes = 64 * 1024
const pageBytes = 1024 * 1024

type SourceOptions = {
  connection: Connection
  id: string
  name: string
  prefix: string
  /** The name of its Redis, where there are several. */
  redis?: string | null
  origin: Source['origin']
  /** The prefixes of the sources beside it: keys under a longer one are not ours. The same list until they change. */
  siblings(): readonly string[]
  /** The id of the format that every key has, or null: found per key. */
  pinnedFormat: string | null
  formats: readonly SessionFormat[]
  isReadOnly: boolean
}

type Removal = {
  keys: Buffer[]
  refuse: (stored: StoredSession, index: number) => string | null
  keep?: ((backup: Backup, index: number) => void) | undefined
  isContested: boolean
}

/** The `Source` over one open connection; sources of one Redis share it. Creating one costs nothing and needs no answer. */
export function createSource(options: SourceOptions): Source {
  const { connection, id, name, prefix, redis = null, origin, siblings, pinnedFormat, isReadOnly } = options
  const formats = options.formats.filter((format) => pinnedFormat === null || format.id === pinnedFormat)
  const suffix = (pinnedFormat !== null && formats[0]?.keySuffix) || ''
  const [start, end] = [bytesOf(prefix), Buffer.from(suffix)]
  const denied: WriteResult = { denied: 'Rollcall is set to read only.' }
  const isStrict = origin === 'found' && pinnedFormat === null
  const reader = createReader({ connection, source: id, prefix, suffix, formats, isStrict })
  const endings = createEndings(connection)

  let beside: readonly string[] = []
  let longer: string[] = []

  function owns(key: Buffer): boolean {
    if (!startsWith(key, start) || startsWith(key, ownPrefix)) return false
    if (end.length > 0 && !(key.length > start.length + end.length && key.subarray(-end.length).equals(end)))
      return false
    const now = siblings()
    if (now !== beside) {
      beside = now
      longer = now.filter((other) => other !== prefix && other.startsWith(prefix)).map(bytesOf)
    }
    return !longer.some((other) => startsWith(key, other))
  }

  function isOurs(key: Buffer): boolean {
    return owns(key) && !reader.isCompanion(key)
  }

  async function readStored(key: Buffer, limitBytes: number): Promise<StoredSession | null> {
    if (!isOurs(key)) return null
    const [read] = await reader.read([key], limitBytes)
    return read && read !== 'skipped' ? read : null
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

  function removeMany({ keys, refuse, keep, isContested }: Removal): Promise<RemoveResult[]> {
    return run(async () => {
      if (isReadOnly) return keys.map(() => denied)
      const results: RemoveResult[] = keys.map(() => 'gone')
      const places = keys.flatMap((key, index) => (isOurs(key) ? [{ key, index }] : []))
      const wanted = places.map(({ key }) => key)
      const reads = await unwritten(() => reader.read(wanted, rowBytes))
      const doomed: (Doomed & { index: number })[] = []
      for (const [at, { index }] of places.entries()) {
        const stored = reads[at]
        if (!stored || stored === 'skipped') continue
        const reason = refuse(stored, index)
        if (reason !== null) results[index] = { refused: reason }
        else doomed.push({ stored, format: reader.formatOf(stored), backup: null, index })
      }
      if (keep !== undefined) {
        const known = doomed.map(({ stored }) => stored)
        const copies = await unwritten(() => backUpKnown(connection, known))
        for (const [at, one] of doomed.entries()) one.backup = copies[at] ?? null
      }
      const refuseTaken = (at: number, taken: Taken) => {
        const one = doomed[at]
        const found = one === undefined ? null : reader.readAs(one.stored, taken)
        if (one === undefined || found === null) return null
        return found === 'skipped' ? 'no session' : refuse(found, one.index)
      }
      const ended = await endings.endMany(doomed, isContested ? refuseTaken : null)
      for (const [at, { index, backup }] of doomed.entries()) {
        results[index] = ended[at] ?? 'unanswered'
        if (results[index] === 'done' && backup !== null) keep?.(backup, index)
      }
      return results
    })
  }

  return {
    id,
    name,
    prefix,
    suffix,
    redis,
    database: connection.database,
    origin,
    owns,

    async *scan(signal, rest = 0) {
      requireUp(connection)
      try {
        const company = new Set([...siblings(), prefix]).size
        for await (const keys of walkTogether(connection, { range: { prefix, suffix }, company, rest }, signal)) {
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

    countPresent: (keys) =>
      run(async () => {
        const commands = connection.isCluster
          ? keys.map((key): Command => ['EXISTS', key])
          : [['EXISTS', ...keys] as Command]
        const counts = await runAll(connection.client, commands)
        return counts.some((count) => typeof count !== 'number')
          ? keys.length
          : counts.reduce<number>((sum, count) => sum + Number(count), 0)
      }),

    read: (keys) =>
      run(async () => {
        const wanted = keys.filter(isOurs)
        const reads = await reader.read(wanted, rowBytes)
        let next = 0
        return keys.map((key) => {
          if (key !== wanted[next]) return null
          const read = reads[next] ?? null
          next += 1
          return read === null || read === 'skipped' ? read : read.session
        })
      }),

    readOne: (key) => run(() => readStored(key, pageBytes)),

    remove: (key, backup = null, known = null) =>
      write(key, async () => {
        const stored = known ?? (await unwritten(() => readStored(key, rowBytes)))
        return stored === null ? 'gone' : endings.end({ stored, format: reader.formatOf(stored) }, backup)
      }),

    removeMany: (keys, refuse, keep) => removeMany({ keys, refuse, keep, isContested: false }),
    removeContested: (keys, refuse) => removeMany({ keys, refuse, isContested: true }),

    planExtension(stored, untilAt) {
      const ttlOnly = { rewrite: null, expiresAt: untilAt, notReached: [...stored.notReached.extend] }
      const { set, hset, watch } = connection.capabilities()
      if (!watch || !(stored.raw.value.type === 'hash' ? hset : set))
        return { ...ttlOnly, notReached: [...new Set([...ttlOnly.notReached, 'app-timeout' as const])] }
      return reader.formatOf(stored).extend?.(stored.raw, untilAt) ?? ttlOnly
    },

    limitsOf: (format) => reader.findFormat(format)?.notReached ?? null,

    foresee(stored, { rewrite, expiresAt, keyExpiresAt = expiresAt }) {
      const { raw, sizeBytes } = stored
      if (sizeBytes > rowBytes || raw.value.isTruncated) return null
      const value = rewrite === null ? raw.value : rewritten(raw.value, rewrite)
      const redisExpiresAt = keyExpiresAt ?? raw.redisExpiresAt
      const read = reader.readAs(stored, { value, sizeBytes: sizeOf(value), redisExpiresAt })
      return read === null || read === 'skipped' ? null : read.session
    },

    backUp: (key, known = null) =>
      run(async () => {
        if (!isOurs(key)) return null
        return known === null ? backUpKey(connection, key) : ((await backUpKnown(connection, [known]))[0] ?? null)
      }),
    restore: (backup) => write(backup.key, () => endings.restore(backup)),
    expire: (key, untilAt) => write(key, () => expireKey(connection, key, untilAt)),
    giveExpiry: (key, untilAt) => write(key, () => giveExpiryToKey(connection, key, untilAt)),
    replace: (raw, rewrite, untilAt = null) => write(raw.key, () => replaceValue(connection, raw, rewrite, untilAt)),
    writeCompanions: (writes) =>
      run(async () => {
        for (const one of isReadOnly ? [] : writes) await writeCompanion(connection, one, false)
      }),

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

function rewritten(value: StoredValue, rewrite: Rewrite): StoredValue {
  if (rewrite.type === 'string') return { type: 'string', bytes: rewrite.bytes, isTruncated: false }
  if (value.type !== 'hash') return value
  const isNew = ([name]: [Buffer, Buffer]) => !rewrite.fields.some(([other]) => other.equals(name))
  return { ...value, fields: [...value.fields.filter(isNew), ...rewrite.fields] }
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
