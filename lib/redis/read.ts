import { latestTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import { type Command, runAll } from './commands'
import type { Connection } from './connection'
import { isRefused } from './errors'

/** Keys in one go, and how much their values should have together at most: what is copied holds Redis and the socket. */
const mostAtOnce = 500
const leastAtOnce = 16
const bytesAtOnce = 1024 * 1024
/** What is thought of values before any was read: few are asked for at first. */
const unknownBytes = 16 * 1024
/** A hash with more fields is no session that we know; it is listed by its size alone. */
const mostFields = 1000
/** Fields of several hashes that are asked for in one go: a command each, and the process serves others between two goes. */
const fieldsAtOnce = 1000

export type Reading = { value: StoredValue; sizeBytes: number; redisExpiresAt: number | null }

/** `skipped`: of a type that no session has. Null: gone, also when it went or changed its type while it was read. */
export type ReadResult = Reading | 'skipped' | null

/** How large the values were that a connection read last, in the mean: that tells how many to ask for in one go. */
const usualBytes = new WeakMap<Connection, number>()

/**
 * The values behind these keys, at most `limitBytes` of each; the sizes are exact, but for a hash of more than a thousand fields (Redis's estimate).
 * Cost per key: GETRANGE and its expiry, in one round trip for up to 500; one more command where the value is longer than the limit, or empty.
 * A hash: also HLEN, HKEYS, an HSTRLEN per field and one HMGET. Throws `KnownError` when Redis does not answer.
 */
export async function readValues(connection: Connection, keys: Buffer[], limitBytes: number): Promise<ReadResult[]> {
  const results: ReadResult[] = []
  while (results.length < keys.length) {
    const fitting = Math.floor(bytesAtOnce / (usualBytes.get(connection) ?? unknownBytes))
    const count = Math.max(leastAtOnce, Math.min(mostAtOnce, fitting))
    const some = await readSome(connection, keys.slice(results.length, results.length + count), limitBytes)
    for (const result of some) results.push(result)
  }
  return results
}

/** `head`: what GETRANGE gave of it; null: it may not be asked, or the value is no string. */
type Known = { index: number; key: Buffer; redisExpiresAt: number | null; head: Buffer | null; refusal?: Error }
type Found = [index: number, result: ReadResult]

async function readSome(connection: Connection, keys: Buffer[], limitBytes: number): Promise<ReadResult[]> {
  const { pexpiretime } = connection.capabilities()
  const expiryCommand = pexpiretime ? 'PEXPIRETIME' : 'PTTL'
  const commands: Command[] = []
  // The value first: a key that goes between the two is gone by the second.
  for (const key of keys) commands.push(['GETRANGE', key, 0, limitBytes - 1], [expiryCommand, key])
  const answers = await runAll(connection.client, commands)
  const now = pexpiretime ? 0 : connection.now()
  const results: ReadResult[] = []
  const unsure: Known[] = []
  const others: Known[] = []
  let bytes = 0
  for (const [index, key] of keys.entries()) {
    const value = answers[index * 2]
    const expiry = Number(answers[index * 2 + 1])
    results.push(null)
    if (expiry === -2) continue
    const redisExpiresAt = expiry < 0 || Number.isNaN(expiry) ? null : Math.min(now + expiry, latestTime)
    const head = Buffer.isBuffer(value) ? value : null
    bytes += head?.length ?? 0
    const known = { index, key, redisExpiresAt, head }
    if (head !== null && head.length > 0 && head.length < limitBytes) {
      results[index] = stringReading(head, head.length, redisExpiresAt)
    } else if (head !== null || isForbidden(value)) unsure.push(known)
    else others.push(known)
  }
  usualBytes.set(connection, Math.max(1, bytes / keys.length))
  const { found, refused } = await readUnsure(connection, unsure, limitBytes)
  for (const [index, reading] of found) results[index] = reading
  for (const [index, reading] of await readHashes(connection, [...others, ...refused], limitBytes)) {
    results[index] = reading
  }
  return results
}

function stringReading(
  bytes: Buffer,
  sizeBytes: number,
  redisExpiresAt: number | null,
  isTruncated = bytes.length < sizeBytes,
): Reading {
  return { value: { type: 'string', bytes, isTruncated }, sizeBytes, redisExpiresAt }
}

const isForbidden = (answer: unknown) => answer instanceof Error && /^NOPERM/.test(answer.message)

/** Those of which GETRANGE does not tell all: how long is a long one, is an empty one there at all, and what may not be asked in that way GET perhaps gives. */
async function readUnsure(
  { client }: Connection,
  unsure: Known[],
  limitBytes: number,
): Promise<{ found: Found[]; refused: Known[] }> {
  const answers = await runAll(
    client,
    unsure.map(({ key, head }) => [head !== null && head.length > 0 ? 'STRLEN' : 'GET', key]),
  )
  const found: Found[] = []
  const refused: Known[] = []
  for (const [at, known] of unsure.entries()) {
    const answer = answers[at]
    const { index, head, redisExpiresAt } = known
    if (typeof answer === 'number' && head !== null) {
      found.push([index, stringReading(head, Math.max(head.length, answer), redisExpiresAt)])
    } else if (Buffer.isBuffer(answer)) {
      found.push([index, stringReading(answer.subarray(0, limitBytes), answer.length, redisExpiresAt)])
    } else if (head !== null && head.length > 0) {
      // How long it is nobody says: what was read is its beginning.
      found.push([index, stringReading(head, head.length, redisExpiresAt, true)])
    } else if (answer instanceof Error) refused.push({ ...known, refusal: answer })
  }
  return { found, refused }
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
    // A string that this user may not read is no key without a session: nothing may be said of it.
    if (typeof count !== 'number' && known.refusal !== undefined && isRefused(known.refusal)) throw known.refusal
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
