import type { CompanionWrite } from '@/lib/session/plan'
import type { Backup } from '@/lib/session/source'
import { runAll } from './commands'
import type { Connection } from './connection'
import { backUpKey, restoreKey } from './copies'
import { isAnswer } from './errors'
import { changeString, expireKey, giveExpiryToKey, removeKey } from './writes'

/** How a rewrite that loses the race against another writer is tried again. */
const mostTries = 4

/** Takes a companion write back. */
export type Undoing = () => Promise<void>

/**
 * Makes one write beside a session. With `wantsUndo` it answers what takes it back, null where there was nothing to do. Never throws for what Redis answered: the companion then stays as it was.
 * Throws `KnownError` where Redis did not answer. Cost: see `CompanionWrite`.
 */
export async function writeCompanion(
  connection: Connection,
  write: CompanionWrite,
  wantsUndo: boolean,
): Promise<Undoing | null> {
  switch (write.deed) {
    case 'remove':
      return removeCompanion(connection, write.key, wantsUndo)
    case 'leave':
      return leave(connection, write, wantsUndo)
    case 'move':
      await move(connection, write)
      return null
    case 'score':
      await runAll(connection.client, [['ZADD', write.key, 'XX', write.score, write.member]])
      return null
    case 'rewrite':
      return rewrite(connection, write, wantsUndo)
    case 'expire':
      await pushExpiry(connection, write)
      return null
  }
}

async function removeCompanion(connection: Connection, key: Buffer, wantsUndo: boolean): Promise<Undoing | null> {
  const backup: Backup | null = wantsUndo ? await backUpKey(connection, key) : null
  const removed = await removeKey(connection, key)
  if (removed !== 'done' || backup === null) return null
  return async () => void (await restoreKey(connection, backup))
}

async function leave(
  connection: Connection,
  { key, type, member }: CompanionWrite & { deed: 'leave' },
  wantsUndo: boolean,
): Promise<Undoing | null> {
  const [score, expiry] = wantsUndo
    ? await runAll(connection.client, [
        type === 'zset' ? ['ZSCORE', key, member] : ['SISMEMBER', key, member],
        ['PTTL', key],
      ])
    : []
  const [removed] = await runAll(connection.client, [[type === 'zset' ? 'ZREM' : 'SREM', key, member]])
  if (removed !== 1 || !wantsUndo) return null
  const untilAt = typeof expiry === 'number' && expiry > 0 ? connection.now() + expiry : null
  return () => enter(connection, { key, member, score: type === 'zset' ? Number(String(score)) : null, untilAt })
}

async function move(connection: Connection, { from, key, member, untilAt }: CompanionWrite & { deed: 'move' }) {
  if (from.equals(key)) return
  const [removed] = await runAll(connection.client, [['SREM', from, member]])
  if (removed === 1) await enter(connection, { key, member, score: null, untilAt })
}

type Place = { key: Buffer; member: Buffer; score: number | null; untilAt: number | null }

/** Into a set, or by a score into a sorted set, that lasts at least until then; null: it has no end of its own. */
async function enter(connection: Connection, { key, member, score, untilAt }: Place): Promise<void> {
  const { client } = connection
  const [added] = await runAll(client, [score === null ? ['SADD', key, member] : ['ZADD', key, score, member]])
  if (typeof added !== 'number' || untilAt === null) return
  // NX for an index that was just made, GT for one that has an end: one that has none keeps none, because NX would find members of others there.
  const [isAlone] = await runAll(client, [[score === null ? 'SCARD' : 'ZCARD', key]])
  await runAll(client, [
    ['PEXPIREAT', key, untilAt, isAlone === 1 ? 'NX' : 'GT'],
    ['PEXPIREAT', key, untilAt, 'GT'],
  ])
}

async function rewrite(
  connection: Connection,
  { key, change, undo, untilAt }: CompanionWrite & { deed: 'rewrite' },
  wantsUndo: boolean,
): Promise<Undoing | null> {
  const endsAt = wantsUndo ? await findEnd(connection, key) : null
  for (let tries = 0; tries < mostTries; tries += 1) {
    const changed = await changeString(connection, key, (bytes) => (bytes === null ? null : change(bytes)))
    if (changed === 'conflict') continue
    if (changed !== 'done') return null
    if (untilAt !== null) await expireKey(connection, key, untilAt)
    if (!wantsUndo) return null
    return async () => {
      const undone = await changeString(connection, key, undo)
      // Made anew it has no end.
      if (undone === 'done' && endsAt !== null) await giveExpiryToKey(connection, key, endsAt)
    }
  }
  return null
}

async function findEnd(connection: Connection, key: Buffer): Promise<number | null> {
  const [expiry] = await runAll(connection.client, [['PTTL', key]])
  return typeof expiry === 'number' && expiry > 0 ? connection.now() + expiry : null
}

async function pushExpiry(
  connection: Connection,
  { key, untilAt, otherwise }: CompanionWrite & { deed: 'expire' },
): Promise<void> {
  const pushed = await expireKey(connection, key, untilAt)
  if (pushed !== 'gone' || otherwise === null) return
  try {
    await connection.client.set(key, otherwise, 'PX', Math.max(1, untilAt - connection.now()), 'NX')
  } catch (error) {
    // A user who may not write it leaves it missing, as it was.
    if (!isAnswer(error)) throw error
  }
}
