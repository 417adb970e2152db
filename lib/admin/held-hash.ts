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
  /** The same as Redis has it at this moment, for what must not be late by the time that a change takes to be told. Cost: one HGETALL. */
  readNow(): Promise<{ values: ReadonlyMap<string, Value>; isVerified: boolean }>
  /** The same for a list that is shown: what may be old is not told as true now. Throws `source-unavailable` then. */
  readTrue(): Promise<ReadonlyMap<string, Value>>
  /** Writes what is not there yet; false where it is. Cost: one HSETNX. */
  add(field: string, value: Value): Promise<boolean>
  /** Cost: one HSET. */
  put(field: string, value: Value): Promise<void>
  /**
   * Writes one field on the strength of all there is, or removes it (null): if any of it changes meanwhile, `decide` is asked again. What `decide` throws is thrown, and nothing is written then. Throws
   * `conflict` when others are always quicker, and `unsupported` where Redis does not allow WATCH. Cost: WATCH, HGETALL and a transaction, on the connection for those.
   */
  decide(field: string, decide: (values: ReadonlyMap<string, Value>) => Value | null): Promise<void>
  /** How many of these there were. Cost: one HDEL. */
  remove(fields: string[]): Promise<number>
  start(): void
  close(): void
}

/** So often a change is decided anew because another was quicker. */
const mostTries = 20

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
    const values = parseAll(await client.hgetall(key))
    // A change that came while we read may be newer than what we read.
    held = { values, verifiedAt: Date.now(), isFollowed, isStale: before !== changes }
    return held
  }

  function parseAll(texts: Record<string, string>): Map<string, Value> {
    return new Map(
      Object.entries(texts).flatMap(([field, text]): [string, Value][] => {
        const value = parseText(text)
        return value === null ? [] : [[field, value]]
      }),
    )
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

  async function tryToWrite(
    own: Connection['client'],
    field: string,
    decide: (values: ReadonlyMap<string, Value>) => Value | null,
  ): Promise<'done' | 'changed' | { error: unknown }> {
    await own.watch(key)
    const values = parseAll(await own.hgetall(key))
    let value: Value | null
    try {
      value = decide(values)
    } catch (error) {
      // Handed out by hand: what a transaction throws would close its connection.
      return { error }
    }
    const write = own.multi()
    const replies = await (value === null
      ? write.hdel(key, field)
      : write.hset(key, field, JSON.stringify(value))
    ).exec()
    if (replies === null) return 'changed'
    const error = replies[0]?.[0] ?? null
    return error === null ? 'done' : { error }
  }

  return {
    read,
    async readNow() {
      forget()
      // One that is under way may have begun before the change.
      await reading?.catch(() => undefined)
      return read()
    },
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
    async decide(field, decide) {
      if (!home.capabilities().watch) {
        throw new KnownError('unsupported', 'The home Redis does not let Rollcall use WATCH, which this needs.')
      }
      for (let time = 0; time < mostTries; time += 1) {
        const end = await home.transact((own) => tryToWrite(own, field, decide)).finally(forget)
        if (end === 'done') return
        if (end !== 'changed') throw end.error
      }
      throw new KnownError('conflict', 'Others changed it at the same time. Try again.')
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
