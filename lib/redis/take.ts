import { latestTime } from '@/lib/session/lifetime'
import type { RawSession, StoredValue } from '@/lib/session/raw'
import { isUnanswered, type RemoveResult } from '@/lib/session/source'
import { type Command, runAll } from './commands'
import type { Connection } from './connection'
import { restoreValue } from './copies'
import { removeKeys } from './writes'

/** What stood under a key at the very moment of its end. */
export type Taken = { value: StoredValue; redisExpiresAt: number | null; sizeBytes: number }

/**
 * Removes keys that others may be writing at this moment. `refuse` sees what stood there when it went, if that is not what was read before, and says why it must live; then it is put back with its own
 * end, unless the key exists again. One MULTI … EXEC: of each the value, the expiry and UNLINK. In a cluster, and where transactions are refused, it is removed as `removeKeys` does. Never throws.
 */
export async function removeUnless(
  connection: Connection,
  raws: readonly RawSession[],
  refuse: (at: number, taken: Taken) => string | null,
): Promise<RemoveResult[]> {
  if (raws.length === 0) return []
  const { watch, set, pexpiretime } = connection.capabilities()
  const removePlainly = () =>
    removeKeys(
      connection,
      raws.map(({ key }) => key),
    )
  if (connection.isCluster || !watch || !set) return removePlainly()
  const commands = raws.flatMap(({ key, value }): Command[] => [
    // A value that was too long to read whole is not copied either.
    value.isTruncated ? ['EXISTS', key] : [value.type === 'hash' ? 'HGETALL' : 'GET', key],
    [pexpiretime ? 'PEXPIRETIME' : 'PTTL', key],
    ['UNLINK', key],
  ])
  let answers: unknown
  try {
    answers = (await runAll(connection.client, [['MULTI'], ...commands, ['EXEC']])).at(-1)
  } catch (error) {
    if (isUnanswered(error)) return raws.map(() => 'unanswered')
    return removePlainly()
  }
  if (!Array.isArray(answers)) return removePlainly()
  const now = pexpiretime ? 0 : connection.now()
  return Promise.all(
    raws.map(async (raw, at): Promise<RemoveResult> => {
      const [found, expiry, removed] = answers.slice(at * 3, at * 3 + 3)
      if (removed !== 1) return 'gone'
      const value = toValue(found)
      if (value === null || isSame(value, raw.value)) return 'done'
      const redisExpiresAt = typeof expiry === 'number' && expiry >= 0 ? Math.min(now + expiry, latestTime) : null
      const reason = refuse(at, { value, redisExpiresAt, sizeBytes: sizeOf(value) })
      if (reason === null) return 'done'
      await restoreValue(connection, raw.key, value, redisExpiresAt).catch(() => 'conflict' as const)
      return { refused: reason }
    }),
  )
}

function toValue(found: unknown): StoredValue | null {
  if (Buffer.isBuffer(found)) return { type: 'string', bytes: found, isTruncated: false }
  if (!Array.isArray(found)) return null
  const fields: [Buffer, Buffer][] = []
  for (let at = 0; at + 1 < found.length; at += 2) fields.push([found[at], found[at + 1]])
  return { type: 'hash', fields, isTruncated: false }
}

function isSame(first: StoredValue, second: StoredValue): boolean {
  return first.type === 'string' && second.type === 'string' && first.bytes.equals(second.bytes)
}

/** The bytes of a value that was read whole. */
export function sizeOf(value: StoredValue): number {
  if (value.type === 'string') return value.bytes.length
  return value.fields.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0)
}
