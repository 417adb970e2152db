import * as z from 'zod/mini'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { createHeldHash } from './held-hash'

const Sighting = z.object({ at: z.number(), ip: z.nullable(z.string()) })
/** When something was last used, and from where. */
export type Sighting = z.infer<typeof Sighting>

/**
 * When each of some things was last used, over all replicas. This process knows its own sightings exactly and writes one of each at most once in `everyMs`, so that being
 * used costs Redis next to nothing; another replica's are that much late. They stand apart from the things themselves: a late sighting brings nothing back.
 */
export type Sightings = {
  see(name: string, sighting: Sighting): void
  /** Of everything that was ever seen. Throws and costs as `HeldHash.read` does. */
  read(): Promise<(name: string) => Sighting | null>
  forget(names: string[]): Promise<void>
  /** Forgets whatever is not among these. */
  keepOnly(names: Iterable<string>): Promise<void>
  start(): void
  close(): void
}

type SightingsOptions = { home: Connection; key: string; everyMs: number; log: Log }

export function createSightings({ home, key, everyMs, log }: SightingsOptions): Sightings {
  const parse = (value: unknown) => Sighting.safeParse(value).data ?? null
  const kept = createHeldHash<Sighting>({ home, key, parse })
  const own = new Map<string, Sighting & { writtenAt: number }>()

  async function forget(names: string[]): Promise<void> {
    for (const name of names) own.delete(name)
    await kept.remove(names)
  }

  return {
    see(name, sighting) {
      const writtenAt = own.get(name)?.writtenAt ?? Number.NEGATIVE_INFINITY
      const isDue = sighting.at - writtenAt >= everyMs
      own.set(name, { ...sighting, writtenAt: isDue ? sighting.at : writtenAt })
      // Nobody waits for it, and the next one makes good what this one missed.
      if (isDue) kept.put(name, sighting).catch((error) => log.warn('sighting.unwritten', { error }))
    },
    async read() {
      const { values } = await kept.read()
      return (name) => {
        const [mine, theirs] = [own.get(name) ?? null, values.get(name) ?? null]
        const latest = mine !== null && mine.at >= (theirs?.at ?? 0) ? mine : theirs
        return latest && { at: latest.at, ip: latest.ip }
      }
    },
    forget,
    async keepOnly(names) {
      const wanted = new Set(names)
      const { values } = await kept.read()
      await forget([...new Set([...values.keys(), ...own.keys()])].filter((name) => !wanted.has(name)))
    },
    start: kept.start,
    close: kept.close,
  }
}
