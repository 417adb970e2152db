import { createHash } from 'node:crypto'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { rereadMs, trustMs } from './console-sessions'

/**
 * A small hash of the home, held in this process and read again when Redis says that it changed: a look costs Redis nothing while a feed is there, and what another
 * replica removed is gone here at once. Values are JSON; what `parse` does not know is as absent.
 */
export type HeldHash<Value> = {
  /**
   * All there is. `isVerified` false: the home is away and this was true in the last five minutes. Throws `source-unavailable` when nobody can tell.
   * Cost: nothing; one HGETALL the first time, after a change, and without a feed once a second.
   */
  read(): Promise<{ values: ReadonlyMap<string, Value>; isVerified: boolean }>
  /** The same for a list that is shown: what may be old is not told as true now. Throws `source-unavailable` then. */
  readTrue(): Promise<ReadonlyMap<string, Value>>
  /** Writes what is not there yet; false where it is. Cost: one HSETNX. */
  add(field: string, value: Value): Promise<boolean>
  /** Cost: one HSET. */
  put(field: string, value: Value): Promise<void>
  /** How many of these there were. Cost: one HDEL. */
  remove(fields: string[]): Promise<number>
  start(): void
  close(): void
}

type Held<Value> = { values: Map<string, Value>; verifiedAt: number; isFollowed: boolean; isStale: boolean }

type HeldHashOptions<Value> = { home: Connection; key: string; parse(value: unknown): Value | null }

export function createHeldHash<Value>({ home, key, parse }: HeldHashOptions<Value>): HeldHash<Value> {
  const { client } = home
  const stops: (() => void)[] = []
  let held: Held<Value> | null = null
  let reading: Promise<Held<Value>> | null = null
  let changes = 0

  const isTrue = ({ isStale, isFollowed, verifiedAt }: Held<Value>) =>
    !isStale &&
    home.health().state === 'up' &&
    ((isFollowed && home.feed() === 'tracking') || Date.now() - verifiedAt < rereadMs)

  async function readAll(): Promise<Held<Value>> {
    const before = changes
    const isFollowed = home.feed() === 'tracking'
    const texts = Object.entries(await client.hgetall(key))
    const values = new Map(
      texts.flatMap(([field, text]): [string, Value][] => {
        const value = parseText(text)
        return value === null ? [] : [[field, value]]
      }),
    )
    // A change that came while we read may be newer than what we read.
    held = { values, verifiedAt: Date.now(), isFollowed, isStale: before !== changes }
    return held
  }

  function parseText(text: string): Value | null {
    try {
      return parse(JSON.parse(text))
    } catch {
      // Not JSON: not ours.
      return null
    }
  }

  function forget(): void {
    changes += 1
    if (held !== null) held.isStale = true
  }

  function followHealth(): void {
    if (home.health().state === 'up') return
    if (held?.isFollowed && !held.isStale) held.verifiedAt = Date.now()
    forget()
  }

  async function read(): Promise<{ values: Map<string, Value>; isVerified: boolean }> {
    if (held !== null && isTrue(held)) return { values: held.values, isVerified: true }
    try {
      if (home.health().state !== 'up') throw away(null)
      reading ??= readAll().finally(() => {
        reading = null
      })
      return { values: (await reading).values, isVerified: true }
    } catch (error) {
      // The home is away: what was true a moment ago may still be shown, but nobody may act on it.
      if (held === null || Date.now() - held.verifiedAt > trustMs) throw away(error)
      return { values: held.values, isVerified: false }
    }
  }

  return {
    read,
    async readTrue() {
      const { values, isVerified } = await read()
      if (!isVerified) throw away(null)
      return values
    },
    async add(field, value) {
      const isNew = (await client.hsetnx(key, field, JSON.stringify(value))) === 1
      forget()
      return isNew
    },
    async put(field, value) {
      await client.hset(key, field, JSON.stringify(value))
      forget()
    },
    async remove(fields) {
      for (const field of fields) held?.values.delete(field)
      if (fields.length === 0) return 0
      // Whether it was carried out is not known when it fails: it is read again.
      return await client.hdel(key, ...fields).finally(forget)
    },
    start() {
      const tell = home.watch([key], (change) => {
        if (change === 'everything' || change.keys.some((changed) => changed.toString() === key)) forget()
      })
      stops.push(tell, home.onHealth(followHealth))
    },
    close() {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

function away(cause: unknown): KnownError {
  return new KnownError('source-unavailable', 'The home Redis does not answer.', { cause, retryAfterMs: 1000 })
}

/** Names what a list of rows says: equal for equal rows, at every replica. Pure. */
export function versionOf(rows: object[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 22)
}
