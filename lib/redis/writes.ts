import { latestTime } from '@/lib/session/lifetime'
import type { Ending, Rewrite } from '@/lib/session/plan'
import type { RawSession, StoredValue } from '@/lib/session/raw'
import { type Backup, isUnanswered, type RemoveResult, type WriteResult } from '@/lib/session/source'
import { runAll } from './commands'
import type { Connection } from './connection'
import { isAnswer, isRefused, unwritten, written } from './errors'
import { isCluster } from './options'
import { countIssued } from './pace'
import { readValues } from './read'

/** A larger key is not copied: memory here and one long DUMP there. */
const mostBackupBytes = 8 * 1024 * 1024

type Copy = { kind: 'dump'; payload: Buffer } | { kind: 'value'; value: StoredValue }
type Fields = [name: Buffer, value: Buffer][]

/** UNLINK, or DEL where there is no UNLINK. */
export async function removeKey(connection: Connection, key: Buffer): Promise<WriteResult> {
  const { client } = connection
  return written('UNLINK', async () => {
    const removed = await client.unlink(key).catch((error: unknown) => {
      if (isAnswer(error) && isRefused(error)) return written('DEL', async () => outcomeOf(await client.del(key)))
      throw error
    })
    return typeof removed === 'number' ? outcomeOf(removed) : removed
  })
}

export async function backUpKey(connection: Connection, key: Buffer): Promise<Backup | null> {
  const { client } = connection
  const { dump, restore, memoryUsage, pexpiretime } = connection.capabilities()
  if (!dump || !restore) return backUpByType(connection, key)
  const [size] = await runAll(client, [memoryUsage ? ['MEMORY', 'USAGE', key] : ['STRLEN', key]])
  if (size === null || (typeof size === 'number' && size > mostBackupBytes)) return null
  const [payload, expiry] = await runAll(client, [
    ['DUMP', key],
    [pexpiretime ? 'PEXPIRETIME' : 'PTTL', key],
  ])
  if (payload instanceof Error) return backUpByType(connection, key)
  if (!Buffer.isBuffer(payload) || typeof expiry !== 'number' || expiry === -2) return null
  const redisExpiresAt = expiry < 0 ? null : Math.min(pexpiretime ? expiry : connection.now() + expiry, latestTime)
  const copy: Copy = { kind: 'dump', payload }
  return { key, bytes: payload.length, redisExpiresAt, opaque: copy }
}

async function backUpByType(connection: Connection, key: Buffer): Promise<Backup | null> {
  const [reading] = await readValues(connection, [key], mostBackupBytes)
  if (!reading || reading === 'skipped' || reading.value.isTruncated) return null
  const copy: Copy = { kind: 'value', value: reading.value }
  return { key, bytes: reading.sizeBytes, redisExpiresAt: reading.redisExpiresAt, opaque: copy }
}

export async function restoreKey(connection: Connection, backup: Backup): Promise<WriteResult> {
  const { key, redisExpiresAt } = backup
  if (redisExpiresAt !== null && redisExpiresAt <= connection.now()) return 'gone'
  // Made by `backUpKey`, which is the only one to fill it.
  const copy = backup.opaque as Copy
  if (copy.kind === 'dump') {
    return written('RESTORE', async () => {
      try {
        await connection.client.restore(key, redisExpiresAt ?? 0, copy.payload, 'ABSTTL')
        return 'done'
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('BUSYKEY')) return 'conflict'
        throw error
      }
    })
  }
  return restoreValue(connection, key, copy.value, redisExpiresAt)
}

/** Writes a value where nothing stands; `conflict` where something does. */
export function restoreValue(
  connection: Connection,
  key: Buffer,
  value: StoredValue,
  endsAt: number | null,
): Promise<WriteResult> {
  return value.type === 'string'
    ? restoreString(connection, key, value.bytes, endsAt)
    : restoreHash(connection, key, value.fields, endsAt)
}

async function restoreString(
  connection: Connection,
  key: Buffer,
  bytes: Buffer,
  endsAt: number | null,
): Promise<WriteResult> {
  const { client } = connection
  return written('SET', async () => {
    if (endsAt === null) return (await client.set(key, bytes, 'NX')) === null ? 'conflict' : 'done'
    // PXAT came with Redis 6.2, PEXPIRETIME with 7.0: a server with the second has the first.
    const set = connection.capabilities().pexpiretime
      ? await client.set(key, bytes, 'PXAT', endsAt, 'NX')
      : await client.set(key, bytes, 'PX', Math.max(1, endsAt - connection.now()), 'NX')
    return set === null ? 'conflict' : 'done'
  })
}

async function restoreHash(
  connection: Connection,
  key: Buffer,
  fields: [Buffer, Buffer][],
  endsAt: number | null,
): Promise<WriteResult> {
  return written('HSET', () =>
    connection.transact(async (client) => {
      const isThere = await unwritten(async () => {
        await client.watch(key)
        return (await client.exists(key)) > 0
      })
      if (isThere) return 'conflict'
      const transaction = client.multi().hset(key, ...fields.flat())
      if (endsAt !== null) transaction.pexpireat(key, endsAt)
      return (await committed(transaction.exec())) === null ? 'conflict' : 'done'
    }),
  )
}

export async function expireKey(connection: Connection, key: Buffer, untilAt: number): Promise<WriteResult> {
  const { client } = connection
  return written('PEXPIREAT', async () => {
    if ((await client.pexpireat(key, untilAt, 'GT')) === 1) return 'done'
    // Zero says the same for a missing key, one without an end and one that ends later.
    return (await unwritten(() => client.pttl(key))) === -2 ? 'gone' : 'conflict'
  })
}

/** PEXPIREAT NX: only a key that has no end is given one. */
export async function giveExpiryToKey(connection: Connection, key: Buffer, untilAt: number): Promise<WriteResult> {
  const { client } = connection
  return written('PEXPIREAT', async () => {
    if ((await client.pexpireat(key, untilAt, 'NX')) === 1) return 'done'
    return (await unwritten(() => client.pttl(key))) === -2 ? 'gone' : 'conflict'
  })
}

/** UNLINK for many, one pipeline (in a cluster one by one); each key's own answer. A lost answer is told, never thrown: others were answered. */
export async function removeKeys(connection: Connection, keys: Buffer[]): Promise<RemoveResult[]> {
  const { client } = connection
  if (keys.length === 0) return []
  if (isCluster(client)) return Promise.all(keys.map((key) => removeKey(connection, key).catch(toLost)))
  countIssued(client, keys.length)
  const pipeline = client.pipeline()
  for (const key of keys) pipeline.unlink(key)
  const answers = await pipeline.exec().catch((error: unknown) => keys.map((): [unknown, null] => [error, null]))
  return Promise.all(
    keys.map((key, index) => {
      const [error, removed] = answers?.[index] ?? [null, null]
      if (typeof removed === 'number') return outcomeOf(removed)
      // A refusal is the command's; DEL may be there where UNLINK is not.
      return (isRefused(error) ? removeKey(connection, key) : written('UNLINK', () => Promise.reject(error))).catch(
        toLost,
      )
    }),
  )
}

function toLost(error: unknown): 'unanswered' | 'unsent' {
  return isUnanswered(error) ? 'unanswered' : 'unsent'
}

/** Writes a payload anew only if what is replaced is still as it was read. Of a hash only the fields that change are compared and set. */
export async function replaceValue(connection: Connection, raw: RawSession, rewrite: Rewrite): Promise<WriteResult> {
  const { key, value } = raw
  if (rewrite.type === 'hash')
    return setFields(connection, key, valuesBefore(value, rewrite.fields), rewrite.fields, null)
  const from = value.type === 'string' ? value.bytes : null
  return changeString(connection, key, (present) =>
    present !== null && from !== null && present.equals(from) ? rewrite.bytes : present,
  )
}

/**
 * What a string holds, changed and set if nobody else changed it meanwhile, keeping its expiry. From null: made with no expiry; to null: removed. `gone` where it was and stays
 * missing, `conflict` where it changed meanwhile or where `change` gave back the very same buffer.
 */
export async function changeString(
  connection: Connection,
  key: Buffer,
  change: (present: Buffer | null) => Buffer | null,
): Promise<WriteResult> {
  return written('SET', () =>
    connection.transact(async (client) => {
      const present = await unwritten(async () => {
        await client.watch(key)
        return client.getBuffer(key)
      })
      const next = change(present)
      if (next === present) return present === null ? 'gone' : 'conflict'
      const transaction = client.multi()
      if (next === null) transaction.unlink(key)
      else if (present === null) transaction.set(key, next, 'NX')
      else transaction.set(key, next, 'KEEPTTL', 'XX')
      const answers = await committed(transaction.exec())
      if (answers === null) return 'conflict'
      return answers[0] === null ? 'gone' : 'done'
    }),
  )
}

/**
 * Writes what ends a session into its hash and leaves it `forMs` to live; never makes one. `conflict`: what stood there has changed since it was read.
 * Cost: WATCH, HMGET, MULTI, HSET, PEXPIREAT, EXEC.
 */
export async function invalidateHash(
  connection: Connection,
  { key, value }: RawSession,
  { fields, forMs }: NonNullable<Ending['invalidation']>,
): Promise<WriteResult> {
  return setFields(connection, key, valuesBefore(value, fields), fields, connection.now() + forMs)
}

/** Takes an invalidation back where the hash still stands as it left it; where the framework removed it meanwhile the copy is restored. */
export async function revalidateHash(
  connection: Connection,
  backup: Backup,
  { value }: RawSession,
  { fields }: NonNullable<Ending['invalidation']>,
): Promise<WriteResult> {
  if (backup.redisExpiresAt !== null && backup.redisExpiresAt <= connection.now()) return 'gone'
  const before = valuesBefore(value, fields).flatMap(([name, bytes]): Fields => (bytes === null ? [] : [[name, bytes]]))
  const result = await setFields(connection, backup.key, fields, before, backup.redisExpiresAt)
  return result === 'gone' ? restoreKey(connection, backup) : result
}

type Before = [name: Buffer, value: Buffer | null][]

function valuesBefore(value: StoredValue, fields: Fields): Before {
  return fields.map(([name]) => {
    const found = value.type === 'hash' ? value.fields.find(([other]) => other.equals(name)) : undefined
    return [name, found?.[1] ?? null]
  })
}

/** Sets the fields `to` of a hash if its fields `from` are still so; `endsAt`: its end, null to leave that alone. */
async function setFields(
  connection: Connection,
  key: Buffer,
  from: Before,
  to: Fields,
  endsAt: number | null,
): Promise<WriteResult> {
  return written('HSET', () =>
    connection.transact(async (client) => {
      const [isThere, present] = await unwritten(async () => {
        await client.watch(key)
        return [await client.exists(key), await client.hmgetBuffer(key, ...from.map(([name]) => name))] as const
      })
      if (isThere === 0) return 'gone'
      const isSame = from.every(([, before], index) => sameBytes(present[index] ?? null, before))
      if (!isSame) return 'conflict'
      const transaction = client.multi().hset(key, ...to.flat())
      if (endsAt !== null) transaction.pexpireat(key, endsAt)
      return (await committed(transaction.exec())) === null ? 'conflict' : 'done'
    }),
  )
}

function sameBytes(first: Buffer | null, second: Buffer | null): boolean {
  return first === null || second === null ? first === second : first.equals(second)
}

/** The answers of a transaction, null when a watched key had changed. Throws the first error in it. */
async function committed(exec: Promise<[Error | null, unknown][] | null>): Promise<unknown[] | null> {
  const answers = await exec
  if (answers === null) return null
  return answers.map(([error, value]) => {
    if (error) throw error
    return value
  })
}

function outcomeOf(removed: number): WriteResult {
  return removed > 0 ? 'done' : 'gone'
}
