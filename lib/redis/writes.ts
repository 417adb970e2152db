import type { Redis } from 'ioredis'
import type { Ending, Rewrite } from '@/lib/session/plan'
import type { RawSession, StoredValue } from '@/lib/session/raw'
import { type Backup, isUnanswered, type RemoveResult, type WriteResult } from '@/lib/session/source'
import type { Connection } from './connection'
import { restoreKey } from './copies'
import { isAnswer, isRefused, unwritten, written } from './errors'
import { isCluster } from './options'
import { countIssued } from './pace'
import { committed, watchAnd } from './side'

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

export async function expireKey(connection: Connection, key: Buffer, untilAt: number): Promise<WriteResult> {
  const { client } = connection
  return written('PEXPIREAT', async () => {
    // Zero says the same for a missing key, one without an end and one that ends later.
    const [moved, ttlMs] = await Promise.all([client.pexpireat(key, untilAt, 'GT'), client.pttl(key).catch(() => null)])
    if (moved === 1) return 'done'
    return ttlMs === -2 ? 'gone' : 'conflict'
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

/**
 * Writes a payload anew only if what is replaced is still as it was read. Of a hash only the fields that change are compared and set. `untilAt`: the key lasts at least so long then; null: as
 * long as it did. `conflict` also where it was written and the key has no end that could be pushed. Cost: WATCH and a read together, then all the rest together.
 */
export async function replaceValue(
  connection: Connection,
  { key, value }: RawSession,
  rewrite: Rewrite,
  untilAt: number | null = null,
): Promise<WriteResult> {
  const end = untilAt === null ? null : { at: untilAt, isLater: true }
  if (rewrite.type === 'hash')
    return setFields(connection, key, valuesBefore(value, rewrite.fields), rewrite.fields, end)
  const from = value.type === 'string' ? value.bytes : null
  const change = (present: Buffer | null) =>
    present !== null && from !== null && present.equals(from) ? rewrite.bytes : present
  return changeString(connection, key, change, end)
}

type NewEnd = { at: number; isLater: boolean }

/** What is there to push must be asked too: zero says the same of a key without an end as of one that ends later. */
function pushEnd(transaction: ReturnType<Redis['multi']>, key: Buffer, end: NewEnd | null): void {
  if (end?.isLater) transaction.pexpireat(key, end.at, 'GT').pttl(key)
  else if (end) transaction.pexpireat(key, end.at)
}

/** `answers`: of a transaction that ended with what `pushEnd` asked for. */
function hasEnd(answers: unknown[], end: NewEnd | null): boolean {
  return !end?.isLater || answers.at(-2) === 1 || answers.at(-1) !== -1
}

/**
 * What a string holds, changed and set if nobody else changed it meanwhile, keeping its expiry. From null: made with no expiry; to null: removed. `gone` where it was and stays
 * missing, `conflict` where it changed meanwhile or where `change` gave back the very same buffer.
 */
export async function changeString(
  connection: Connection,
  key: Buffer,
  change: (present: Buffer | null) => Buffer | null,
  end: NewEnd | null = null,
): Promise<WriteResult> {
  return written('SET', () =>
    connection.transact(async (client) => {
      const present = await unwritten(() => watchAnd(client, key, () => client.getBuffer(key)))
      const next = change(present)
      if (next === present) return present === null ? 'gone' : 'conflict'
      const transaction = client.multi()
      if (next === null) transaction.unlink(key)
      else if (present === null) transaction.set(key, next, 'NX')
      else transaction.set(key, next, 'KEEPTTL', 'XX')
      pushEnd(transaction, key, end)
      const answers = await committed(transaction.exec())
      if (answers === null) return 'conflict'
      if (answers[0] === null) return 'gone'
      return hasEnd(answers, end) ? 'done' : 'conflict'
    }),
  )
}

/**
 * Writes what ends a session into its hash and leaves it `forMs` to live; never makes one. `conflict`: what stood there has changed since it was read.
 * Cost: WATCH, EXISTS and HMGET together, then MULTI, HSET, PEXPIREAT, EXEC together.
 */
export async function invalidateHash(
  connection: Connection,
  { key, value }: RawSession,
  { fields, forMs }: NonNullable<Ending['invalidation']>,
): Promise<WriteResult> {
  const end = { at: connection.now() + forMs, isLater: false }
  return setFields(connection, key, valuesBefore(value, fields), fields, end)
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
  const { redisExpiresAt } = backup
  const end = redisExpiresAt === null ? null : { at: redisExpiresAt, isLater: false }
  const result = await setFields(connection, backup.key, fields, before, end)
  return result === 'gone' ? restoreKey(connection, backup) : result
}

type Before = [name: Buffer, value: Buffer | null][]

function valuesBefore(value: StoredValue, fields: Fields): Before {
  return fields.map(([name]) => {
    const found = value.type === 'hash' ? value.fields.find(([other]) => other.equals(name)) : undefined
    return [name, found?.[1] ?? null]
  })
}

/** Sets the fields `to` of a hash if its fields `from` are still so; `end`: its end, null to leave that alone. */
async function setFields(
  connection: Connection,
  key: Buffer,
  from: Before,
  to: Fields,
  end: NewEnd | null,
): Promise<WriteResult> {
  return written('HSET', () =>
    connection.transact(async (client) => {
      const names = from.map(([name]) => name)
      const read = () => Promise.all([client.exists(key), client.hmgetBuffer(key, ...names)])
      const [isThere, present] = await unwritten(() => watchAnd(client, key, read))
      if (isThere === 0) return 'gone'
      const isSame = from.every(([, before], index) => sameBytes(present[index] ?? null, before))
      if (!isSame) return 'conflict'
      const transaction = client.multi().hset(key, ...to.flat())
      pushEnd(transaction, key, end)
      const answers = await committed(transaction.exec())
      return answers !== null && hasEnd(answers, end) ? 'done' : 'conflict'
    }),
  )
}

function sameBytes(first: Buffer | null, second: Buffer | null): boolean {
  return first === null || second === null ? first === second : first.equals(second)
}

function outcomeOf(removed: number): WriteResult {
  return removed > 0 ? 'done' : 'gone'
}
