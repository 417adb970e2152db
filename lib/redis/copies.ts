import { latestTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import type { Backup, StoredSession, WriteResult } from '@/lib/session/source'
import { type Command, runAll } from './commands'
import type { Connection } from './connection'
import { unwritten, written } from './errors'
import { readValues } from './read'
import { committed, watchAnd } from './side'

/** A larger key is not copied: memory here and one long DUMP there. */
const mostBackupBytes = 8 * 1024 * 1024

type Copy = { kind: 'dump'; payload: Buffer } | { kind: 'value'; value: StoredValue }

export async function backUpKey(connection: Connection, key: Buffer): Promise<Backup | null> {
  const { dump, restore, memoryUsage } = connection.capabilities()
  if (!dump || !restore) return backUpByType(connection, key)
  const [size] = await runAll(connection.client, [memoryUsage ? ['MEMORY', 'USAGE', key] : ['STRLEN', key]])
  if (size === null || (typeof size === 'number' && size > mostBackupBytes)) return null
  const [copy = null] = await dumpKeys(connection, [key])
  return copy === 'refused' ? backUpByType(connection, key) : copy
}

/**
 * Copies of sessions that were read a moment ago, null where one is gone or too large. What is sent before the first wait stands before whatever is sent next on this connection.
 * Cost: DUMP and the expiry of each, in one round trip; nothing where DUMP is refused, for then what was read is the copy.
 */
export async function backUpKnown(connection: Connection, known: readonly StoredSession[]): Promise<(Backup | null)[]> {
  const { dump, restore } = connection.capabilities()
  const small = known.filter(({ sizeBytes }) => dump && restore && sizeBytes <= mostBackupBytes)
  const dumped = new Map<StoredSession, Backup | 'refused' | null>()
  const copies = await dumpKeys(
    connection,
    small.map(({ raw }) => raw.key),
  )
  for (const [at, stored] of small.entries()) dumped.set(stored, copies[at] ?? null)
  return known.map((stored) => {
    const copy = dumped.get(stored)
    return copy === undefined || copy === 'refused' ? backUpValue(connection, stored) : copy
  })
}

async function dumpKeys(connection: Connection, keys: readonly Buffer[]): Promise<(Backup | 'refused' | null)[]> {
  const { pexpiretime } = connection.capabilities()
  const answers = await runAll(
    connection.client,
    keys.flatMap((key): Command[] => [
      ['DUMP', key],
      [pexpiretime ? 'PEXPIRETIME' : 'PTTL', key],
    ]),
  )
  return keys.map((key, at) => {
    const [payload, expiry] = answers.slice(at * 2, at * 2 + 2)
    if (payload instanceof Error) return 'refused'
    if (!Buffer.isBuffer(payload) || typeof expiry !== 'number' || expiry === -2) return null
    const redisExpiresAt = expiry < 0 ? null : Math.min(pexpiretime ? expiry : connection.now() + expiry, latestTime)
    const copy: Copy = { kind: 'dump', payload }
    return { key, bytes: payload.length, redisExpiresAt, opaque: copy }
  })
}

function backUpValue(
  connection: Connection,
  { raw: { key, value, redisExpiresAt }, sizeBytes }: StoredSession,
): Backup | null {
  if (value.isTruncated || !mayWriteBack(connection, value)) return null
  const copy: Copy = { kind: 'value', value }
  return { key, bytes: sizeBytes, redisExpiresAt, opaque: copy }
}

async function backUpByType(connection: Connection, key: Buffer): Promise<Backup | null> {
  const [reading] = await readValues(connection, [key], mostBackupBytes)
  if (!reading || reading === 'skipped' || reading.value.isTruncated) return null
  if (!mayWriteBack(connection, reading.value)) return null
  const copy: Copy = { kind: 'value', value: reading.value }
  return { key, bytes: reading.sizeBytes, redisExpiresAt: reading.redisExpiresAt, opaque: copy }
}

function mayWriteBack(connection: Connection, { type }: StoredValue): boolean {
  const { set, hset, watch } = connection.capabilities()
  return type === 'string' ? set : hset && watch
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
      const there = await unwritten(() => watchAnd(client, key, () => client.exists(key)))
      if (there > 0) return 'conflict'
      const transaction = client.multi().hset(key, ...fields.flat())
      if (endsAt !== null) transaction.pexpireat(key, endsAt)
      return (await committed(transaction.exec())) === null ? 'conflict' : 'done'
    }),
  )
}
