import { KnownError } from '@/lib/errors'
import { formats } from '@/lib/formats'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { discoverPrefixes } from '@/lib/redis/discover'
import { createSource } from '@/lib/redis/source'
import type { Roster } from '@/lib/roster/roster'
import { createSync, type Sync } from '@/lib/roster/sync'
import type { Source } from '@/lib/session/source'
import type { Settings } from '@/lib/settings.mjs'

/** Watched from the first second where no prefix is configured, keys or no keys. */
const builtInPrefixes = ['session:', 'sess:']
const demoPrefix = 'rollcall-demo:'
const discoverEveryMs = 10 * 60_000
const discoverSoonMs = 1000

export type Watched = { source: Source; sync: Sync; connection: Connection }
type Wanted = { prefix: string; format: string | null; origin: Source['origin'] }

/** `sess:` becomes `sess`, no prefix becomes `all`; the database is named where there are several. */
function idOf(prefix: string, database: number, hasSeveral: boolean): string {
  const name = prefix.replace(/[^\w-]+$/, '').replace(/[^\w.-]+/g, '-') || 'all'
  return hasSeveral ? `${name}-db${database}` : name
}

function wantedOf(settings: Settings): Wanted[] {
  const wanted: Wanted[] = settings.prefixes
    ? settings.prefixes.map(({ prefix, format }) => ({ prefix, format, origin: 'configured' }))
    : builtInPrefixes.map((prefix) => ({ prefix, format: null, origin: 'built-in' }))
  if (settings.hasDemo && !wanted.some(({ prefix }) => prefix === demoPrefix)) {
    wanted.push({ prefix: demoPrefix, format: null, origin: 'demo' })
  }
  return wanted
}

/** All sources of this process with what keeps each true: the configured ones, or the built-in ones and those found by looking. */
export function createSourceShelf({
  connections,
  settings,
  roster,
  log,
}: {
  connections: Connection[]
  settings: Settings
  roster: Roster
  log: Log
}) {
  const shelf: Watched[] = []
  const discovery = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const wanted = wantedOf(settings)

  function add(connection: Connection, { prefix, format, origin }: Wanted): Watched {
    const taken = shelf.map(({ source }) => source.id)
    const base = idOf(prefix, connection.database, connections.length > 1)
    let id = base
    for (let number = 2; taken.includes(id); number += 1) id = `${base}-${number}`
    const source = createSource({
      connection,
      id,
      name: prefix === '' ? 'all keys' : prefix,
      prefix,
      origin,
      siblings: wanted.map((other) => other.prefix).filter((other) => other !== prefix && other.startsWith(prefix)),
      pinnedFormat: format,
      formats,
      isReadOnly: settings.isReadOnly,
    })
    const watched = { source, connection, sync: createSync({ source, line: connection, roster, log }) }
    shelf.push(watched)
    return watched
  }

  async function discover() {
    let wait = discoverSoonMs
    for (const connection of connections) {
      if (connection.health().state !== 'up') continue
      wait = discoverEveryMs
      try {
        const known = shelf.filter((watched) => watched.connection === connection).map(({ source }) => source.prefix)
        for (const found of await discoverPrefixes(connection, known, discovery.signal)) {
          log.info('source.found', { prefix: found.prefix, evidence: found.evidence })
          const entry: Wanted = { prefix: found.prefix, format: null, origin: 'found' }
          wanted.push(entry)
          add(connection, entry).sync.start()
        }
      } catch (error) {
        // Looking around is a courtesy; the configured sources go on without it.
        log.warn('source.discovery', { error })
        wait = discoverSoonMs
      }
    }
    if (!discovery.signal.aborted) timer = setTimeout(() => void discover(), wait).unref()
  }

  for (const connection of connections) for (const entry of wanted) add(connection, entry)

  return {
    list: (): readonly Watched[] => shelf,
    find: (id: string): Watched | null => shelf.find(({ source }) => source.id === id) ?? null,
    get(id: string): Watched {
      const watched = shelf.find(({ source }) => source.id === id)
      if (watched === undefined) throw new KnownError('not-found', 'There is no such session.')
      return watched
    },
    freshness: () => shelf.map(({ sync }) => sync.freshness()),
    /** How many keys there are to look at in all databases together, or null where one does not tell. */
    estimated: () =>
      connections.reduce<number | null>((sum, connection) => {
        const told = shelf.flatMap((one) => (one.connection === connection ? [one.sync.freshness().estimated] : []))
        return sum === null || told.includes(null) ? null : sum + Math.max(0, ...told.map((count) => count ?? 0))
      }, 0),
    version: () => shelf.reduce((sum, { sync }) => sum + sync.version(), shelf.length),
    start() {
      for (const { sync } of shelf) sync.start()
      if (settings.prefixes === null) void discover()
    },
    close() {
      discovery.abort()
      clearTimeout(timer)
      for (const { sync } of shelf) sync.close()
    },
  }
}
