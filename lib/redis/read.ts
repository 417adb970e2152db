import { latestTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import { type Command, runAll } from './commands'
import type { Connection } from './connection'
import { readHeads, toArgument } from './heads'

/** Keys in one go. */
const readBatch = 500
/** One MGET gives at most this much: what it copies holds Redis and the socket. */
const mgetBytes = 1024 * 1024
/** A hash with more fields is no session that we know; it is listed by its size alone. */
const mostFields = 1000
/** Fields of several hashes that are asked for in one go: a command each, and the process serves others between two goes. */
const fieldsAtOnce = 1000

export type Reading = { value: StoredValue; sizeBytes: number; redisExpiresAt: number | null }

/** `skipped`: of a type that no session has. Null: gone, also when it went or changed its type while it was read. */
export type ReadResult = Reading | 'skipped' | null

/**
 * The values behind these keys, at most `limitBytes` of each; the sizes are exact, but for a hash of more than a thousand fields (Redis's estimate).
 * Cost per key: its expiry and STRLEN, or for all together one script that reads these, and a share of one MGET (in a cluster a GET); above the limit one GETRANGE.
 * A hash: also HLEN, HKEYS, an HSTRLEN per field and one HMGET. Throws `KnownError` when Redis does not answer.
 */
export async function readValues(connection: Connection, keys: Buffer[], limitBytes: number): Promise<ReadResult[]> {
  const results: ReadResult[] = []
  for (let at = 0; at < keys.length; at += readBatch) {
    results.push(...(await readSome(connection, keys.slice(at, at + readBatch), limitBytes)))
  }
  return results
}

async function readSome(connection: Connection, keys: Buffer[], limitBytes: number): Promise<ReadResult[]> {
  const expiryCommand = connection.capabilities().pexpiretime ? 'PEXPIRETIME' : 'PTTL'
  const heads = await readHeads(connection, keys, expiryCommand)
  const now = expiryCommand === 'PTTL' ? connection.now() : 0
  const results: ReadResult[] = keys.map(() => null)
  const strings: Known[] = []
  const others: Known[] = []
  for (const [index, key] of keys.entries()) {
    const { expiry, length } = heads[index] ?? { expiry: -2, length: null }
    if (expiry === -2) continue
    const expiresAt = expiry < 0 || Number.isNaN(expiry) ? null : Math.min(now + expiry, latestTime)
    const known = { index, key, redisExpiresAt: expiresAt, length: 0 }
    if (length !== null) strings.push({ ...known, length })
    else others.push(known)
  }
  for (const [index, reading] of await readStrings(connection, strings, limitBytes)) results[index] = reading
  for (const [index, reading] of await readHashes(connection, others, limitBytes)) results[index] = reading
  return results
}

type Known = { index: number; key: Buffer; redisExpiresAt: number | null; length: number }
type Found = [index: number, result: ReadResult]

async function readStrings(connection: Connection, strings: Known[], limitBytes: number): Promise<Found[]> {
  const long = strings.filter(({ length }) => length > limitBytes)
  const short = strings.filter(({ length }) => length <= limitBytes)
  const values = connection.isCluster
    ? await runAll(
        connection.client,
        short.map(({ key }) => ['GET', key]),
      )
    : await readTogether(connection, short)
  const heads = await runAll(
    connection.client,
    long.map(({ key }) => ['GETRANGE', key, 0, limitBytes - 1]),
  )
  const found: Found[] = []
  for (const [at, known] of short.entries()) {
    const bytes = values[at]
    if (bytes instanceof Error) found.push([known.index, 'skipped'])
    if (!Buffer.isBuffer(bytes)) continue
    // It may have grown since its length was asked.
    const value = bytes.subarray(0, limitBytes)
    found.push([known.index, stringReading(known, value, bytes.length)])
  }
  for (const [at, known] of long.entries()) {
    const bytes = heads[at]
    if (Buffer.isBuffer(bytes) && bytes.length > 0) found.push([known.index, stringReading(known, bytes, known.length)])
  }
  return found
}

function stringReading({ redisExpiresAt }: Known, bytes: Buffer, sizeBytes: number): Reading {
  return { value: { type: 'string', bytes, isTruncated: bytes.length < sizeBytes }, sizeBytes, redisExpiresAt }
}

/** MGET is one command for many keys; a key of another type is null there. */
async function readTogether(connection: Connection, strings: Known[]): Promise<unknown[]> {
  const commands: Command[] = []
  let bytes = mgetBytes
  for (const { key, length } of strings) {
    const last = commands.at(-1)
    if (last === undefined || bytes + length > mgetBytes) {
      commands.push(['MGET', toArgument(key)])
      bytes = length
    } else {
      last.push(toArgument(key))
      bytes += length
    }
  }
  const values: unknown[] = []
  for (const [index, answer] of (await runAll(connection.client, commands)).entries()) {
    const keys = (commands[index] ?? []).slice(1)
    // One key that this user may not read refuses the whole MGET.
    const each = Array.isArray(answer)
      ? answer
      : await runAll(
          connection.client,
          keys.map((key) => ['GET', key]),
        )
    values.push(...each)
  }
  return values
}

async function readHashes(connection: Connection, hashes: Known[], limitBytes: number): Promise<Found[]> {
  const counts = await runAll(
    connection.client,
    hashes.map(({ key }) => ['HLEN', key]),
  )
  const found: Found[] = []
  let group: Known[] = []
  let fields = 0
  for (const [at, known] of hashes.entries()) {
    const count = counts[at]
    if (typeof count !== 'number') found.push([known.index, 'skipped'])
    else if (count === 0) found.push([known.index, null])
    else if (count > mostFields) found.push([known.index, await readSizeAlone(connection, known)])
    else {
      if (fields + count > fieldsAtOnce) {
        found.push(...(await readGroup(connection, group, limitBytes)))
        group = []
        fields = 0
      }
      group.push(known)
      fields += count
    }
  }
  return [...found, ...(await readGroup(connection, group, limitBytes))]
}

/** Hashes that together have few enough fields for one go. */
async function readGroup(connection: Connection, hashes: Known[], limitBytes: number): Promise<Found[]> {
  const { client } = connection
  const answers = await runAll(
    client,
    hashes.map(({ key }) => ['HKEYS', key]),
  )
  const listed = hashes.map((known, at) => ({ known, names: buffersOf(answers[at]) }))
  const lengths = await runAll(
    client,
    listed.flatMap(({ known, names }) => (names ?? []).map((name): Command => ['HSTRLEN', known.key, name])),
  )
  let at = 0
  const measured = listed.map(({ known, names }) => {
    let sizeBytes = 0
    let wantedBytes = 0
    const wanted: Buffer[] = []
    for (const name of names ?? []) {
      const bytes = name.length + (Number(lengths[at++]) || 0)
      sizeBytes += bytes
      // Redis names them in any order: a large field must not hide the small ones behind it.
      if (wantedBytes + bytes > limitBytes) continue
      wantedBytes += bytes
      wanted.push(name)
    }
    return { known, names, sizeBytes, wanted }
  })
  const full = measured.filter(({ wanted }) => wanted.length > 0)
  const values = await runAll(
    client,
    full.map(({ known, wanted }) => ['HMGET', known.key, ...wanted]),
  )
  const valuesOf = new Map(full.map(({ known }, position) => [known, values[position]]))
  return Promise.all(
    measured.map(async ({ known, names, sizeBytes, wanted }): Promise<Found> => {
      if (names === null) return [known.index, await readSizeAlone(connection, known)]
      const answer = valuesOf.get(known)
      const fields = wanted.flatMap((name, position): [Buffer, Buffer][] => {
        const value: unknown = Array.isArray(answer) ? answer[position] : null
        return Buffer.isBuffer(value) ? [[name, value]] : []
      })
      if (names.length === 0 || (fields.length === 0 && wanted.length > 0)) return [known.index, null]
      const value: StoredValue = { type: 'hash', fields, isTruncated: wanted.length < names.length }
      return [known.index, { value, sizeBytes, redisExpiresAt: known.redisExpiresAt }]
    }),
  )
}

/** A hash whose fields are too many, or not for this user. */
async function readSizeAlone({ client, capabilities }: Connection, { key, redisExpiresAt }: Known): Promise<Reading> {
  const usage = capabilities().memoryUsage ? await runAll(client, [['MEMORY', 'USAGE', key]]) : []
  const value: StoredValue = { type: 'hash', fields: [], isTruncated: true }
  return { value, sizeBytes: Number(usage[0] ?? 0) || 0, redisExpiresAt }
}

function buffersOf(answer: unknown): Buffer[] | null {
  return Array.isArray(answer) ? answer.filter((item) => Buffer.isBuffer(item)) : null
}
