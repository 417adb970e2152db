import { setImmediate as nextTurn } from 'node:timers/promises'
import { createCompanionTest, formatOf } from '@/lib/formats'
import { describeDevice } from '@/lib/formats/device'
import type { SessionFormat } from '@/lib/formats/format'
import { sessionIdOf, shortestId } from '@/lib/session/credential'
import { findSecretNames } from '@/lib/session/payload-secrets'
import type { RawSession } from '@/lib/session/raw'
import type { Session } from '@/lib/session/session'
import type { StoredSession } from '@/lib/session/source'
import type { Connection } from './connection'
import { type Reading, readValues } from './read'
import { bytesOf } from './tracking'

/** So long values are decoded in one go, then whoever waits for this process has a turn: a value may take milliseconds, and there are hundreds. */
const turnMs = 2
/** What a value beside a session tells stands in its head. */
const relatedBytes = 64 * 1024

/** `skipped`: of a type, or with a value, that no session has. Null: gone. */
export type Read = StoredSession | 'skipped' | null

type ReaderOptions = {
  connection: Connection
  source: string
  prefix: string
  suffix: string
  formats: readonly SessionFormat[]
  /** Where the prefix is a guess, what only the last resort reads is no session. */
  isStrict: boolean
}

/** Reads keys and has them decoded by the formats of one source. */
export type Reader = {
  /** Whether a key is no session but belongs to one, by its name. Costs nothing. */
  isCompanion(key: Buffer): boolean
  /** The sessions behind these keys, at most `limitBytes` of each value. Cost: that of `readValues`, and a GET for each related key. Throws `KnownError` when Redis does not answer. */
  read(keys: Buffer[], limitBytes: number): Promise<Read[]>
  /** What a session that was read before is with this value. Costs nothing. */
  readAs(stored: StoredSession, reading: Reading): Read
  formatOf(stored: StoredSession): SessionFormat
  findFormat(id: string): SessionFormat | null
}

export function createReader({ connection, source, prefix, suffix, formats, isStrict }: ReaderOptions): Reader {
  const start = bytesOf(prefix)
  const testCompanion = createCompanionTest(formats)
  const byId = new Map(formats.map((format) => [format.id, format]))
  const lastResort = formats[formats.length - 1]

  function toRaw(key: Buffer, { value, redisExpiresAt }: Reading): RawSession {
    const rest = key.toString('latin1', start.length, key.length - Buffer.byteLength(suffix))
    return { key, prefix: start, rest, value, redisExpiresAt, now: connection.now(), related: [] }
  }

  /** What was read beside the session and belongs to it alone; a record of its person is none. */
  function companionBytesOf(format: SessionFormat, raw: RawSession): number {
    if (raw.related.length === 0) return 0
    const keys = format.related?.(raw) ?? []
    return raw.related.reduce((sum, bytes, at) => {
      const isOwn = testCompanion(keys[at]?.toString('latin1') ?? '')
      return isOwn ? sum + (bytes?.length ?? 0) : sum
    }, 0)
  }

  function decode(format: SessionFormat, raw: RawSession, sizeBytes: number): Read {
    if (isStrict && format === lastResort && formats.length > 1) return 'skipped'
    const decoded = format.decode(raw)
    if ('noSession' in decoded) return 'skipped'
    const facts = 'facts' in decoded ? decoded.facts : null
    /** Nobody's name is the session's own id; what is shorter than an id holds none. */
    const name = (text: string | null) => {
      const sessionId = text === null || text.length < shortestId ? null : sessionIdOf(raw.key, prefix, suffix)
      return text && !(sessionId && text.includes(sessionId)) ? text : null
    }
    const session: Session = {
      key: raw.key,
      source,
      format: format.id,
      principal: name(facts?.principal ?? null),
      label: name(facts?.label ?? null),
      createdAt: facts?.createdAt ?? null,
      lastSeenAt: facts?.lastSeenAt ?? null,
      expiresAt: earliest(raw.redisExpiresAt, facts?.expiresAt ?? null),
      sizeBytes,
      companionBytes: companionBytesOf(format, raw),
      ip: facts?.ip ?? null,
      device: describeDevice(facts?.userAgent ?? null),
      isReadable: facts !== null,
      isTruncated: raw.value.isTruncated,
      secretNames: 'tree' in decoded ? findSecretNames(decoded.tree, format.expectedSecrets) : null,
    }
    return {
      raw,
      format: format.id,
      sizeBytes,
      session,
      decoded,
      notReached: format.notReached,
      secretNames: format.secretNames,
    }
  }

  async function decodeRelated(waiting: Waiting[], results: Read[]): Promise<void> {
    const keys = waiting.flatMap((one) => one.keys)
    const readings = keys.length === 0 ? [] : await readValues(connection, keys, relatedBytes)
    let at = 0
    for (const one of waiting) {
      const related = one.keys.map(() => stringOf(readings[at++]))
      results[one.index] = decode(one.format, { ...one.raw, related }, one.sizeBytes)
    }
  }

  return {
    isCompanion: (key) => testCompanion(key.toString('latin1')),
    readAs({ raw: { key, related } }, reading) {
      const raw = { ...toRaw(key, reading), related }
      return decode(formatOf(raw, formats), raw, reading.sizeBytes)
    },
    formatOf: (stored) => byId.get(stored.format) ?? formatOf(stored.raw, formats),
    findFormat: (id) => byId.get(id) ?? null,
    async read(keys, limitBytes) {
      const results: Read[] = []
      const waiting: Waiting[] = []
      let turnBeganAt = performance.now()
      for (const [index, reading] of (await readValues(connection, keys, limitBytes)).entries()) {
        const key = keys[index]
        if (key === undefined || reading === null || reading === 'skipped') {
          results.push(reading === 'skipped' ? reading : null)
          continue
        }
        const raw = toRaw(key, reading)
        const format = formatOf(raw, formats)
        const related = format.related?.(raw) ?? []
        if (related.length > 0) waiting.push({ index, raw, format, keys: related, sizeBytes: reading.sizeBytes })
        results.push(related.length > 0 ? null : decode(format, raw, reading.sizeBytes))
        if (performance.now() - turnBeganAt < turnMs) continue
        await nextTurn()
        turnBeganAt = performance.now()
      }
      await decodeRelated(waiting, results)
      return results
    },
  }
}

type Waiting = { index: number; raw: RawSession; format: SessionFormat; keys: Buffer[]; sizeBytes: number }

function stringOf(reading: Reading | 'skipped' | null | undefined): Buffer | null {
  return reading && reading !== 'skipped' && reading.value.type === 'string' ? reading.value.bytes : null
}

function earliest(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second
  return Math.min(first, second)
}
