import type { SessionFormat } from '@/lib/formats/format'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { discoverFamilies, type Family, type Place } from '@/lib/redis/discover'

const everyMs = 10 * 60_000
const soonMs = 1000

type LookAroundOptions = {
  connections: readonly Connection[]
  formats: readonly SessionFormat[]
  log: Log
  /** The prefixes that are watched already: they are not looked at. */
  watchedOn(connection: Connection): readonly string[]
  /** After a look around a database. */
  onLooked(): void
}

/** Looks around every database, as soon as it answers and then every ten minutes, and keeps what it found. */
export type LookAround = {
  familiesOn(connection: Connection): Family[]
  /** When the keys were last walked, on Redis's clock; null: not yet. */
  lookedAt(): number | null
  start(): void
  close(): void
}

export function createLookAround({ connections, formats, log, watchedOn, onLooked }: LookAroundOptions): LookAround {
  const known = new Map(
    connections.map((connection) => [
      connection,
      { families: new Map<string, Family>(), place: new Map() satisfies Place as Place },
    ]),
  )
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let lookedAt: number | null = null

  async function look(connection: Connection) {
    const here = known.get(connection)
    if (here === undefined) return
    const { families, place } = here
    const isAtStart = () => [...place.values()].every((cursor) => cursor === '0')
    const beganAtStart = isAtStart()
    const found = await discoverFamilies(connection, formats, [...watchedOn(connection)], place, closing.signal)
    if (beganAtStart && isAtStart()) {
      // All keys were seen: what was found before and is neither found again nor watched is gone.
      const watched = watchedOn(connection)
      for (const prefix of families.keys()) if (!watched.includes(prefix)) families.delete(prefix)
    }
    for (const family of found) families.set(family.prefix, family)
    lookedAt = connection.now()
    onLooked()
  }

  async function lookAtAll() {
    let wait = soonMs
    for (const connection of connections) {
      if (connection.health().state !== 'up') continue
      wait = everyMs
      try {
        await look(connection)
      } catch (error) {
        if (closing.signal.aborted) return
        // Looking around is a courtesy; the configured sources go on without it.
        log.warn('source.discovery', { error })
        wait = soonMs
      }
    }
    if (!closing.signal.aborted) timer = setTimeout(() => void lookAtAll(), wait).unref()
  }

  return {
    familiesOn: (connection) => [...(known.get(connection)?.families.values() ?? [])],
    lookedAt: () => lookedAt,
    start: () => void lookAtAll(),
    close() {
      closing.abort()
      clearTimeout(timer)
    },
  }
}
