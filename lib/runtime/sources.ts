import type { SourceChoice, SourceFound } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { SessionFormat } from '@/lib/formats/format'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { discoverFamilies, type Family, type Place } from '@/lib/redis/discover'
import { createSource } from '@/lib/redis/source'
import type { Roster } from '@/lib/roster/roster'
import { createSync, type Sync } from '@/lib/roster/sync'
import type { Source } from '@/lib/session/source'
import type { Settings } from '@/lib/settings.mjs'
import type { Choices } from './choices'

/** Watched from the first second where no prefix is configured, keys or no keys. */
const builtInPrefixes = ['session:', 'sess:']
const demoPrefix = 'rollcall-demo:'
const discoverEveryMs = 10 * 60_000
const discoverSoonMs = 1000

/** Each source costs a scan of its own and a place in the feed, and whoever writes keys could make up any number of prefixes. */
const mostFound = 20

export type Watched = {
  source: Source
  sync: Sync
  connection: Connection
  evidence: string
  pinnedFormat: string | null
}
type Wanted = { prefix: string; format: string | null; origin: Source['origin']; evidence: string }

/** `sess:` becomes `sess`, no prefix becomes `all`; the database is named where there are several. */
function idOf(prefix: string, database: number, hasSeveral: boolean): string {
  const name = prefix.replace(/[^\w-]+$/, '').replace(/[^\w.-]+/g, '-') || 'all'
  return hasSeveral ? `${name}-db${database}` : name
}

function wantedOf(settings: Settings): Wanted[] {
  const wanted: Wanted[] = settings.prefixes
    ? settings.prefixes.map(({ prefix, format }) => ({
        prefix,
        format,
        origin: 'configured',
        evidence: 'The settings name it.',
      }))
    : builtInPrefixes.map((prefix) => ({
        prefix,
        format: null,
        origin: 'built-in',
        evidence: 'Where most applications keep their sessions: watched from the first second, keys or no keys.',
      }))
  if (settings.hasDemo && !wanted.some(({ prefix }) => prefix === demoPrefix)) {
    wanted.push({ prefix: demoPrefix, format: null, origin: 'demo', evidence: 'The demo shop of this console.' })
  }
  return wanted
}

type Shelf = {
  connections: Connection[]
  settings: Settings
  roster: Roster
  formats: readonly SessionFormat[]
  choices: Choices
  log: Log
}

/** All sources of this process with what keeps each true: the configured ones, or the built-in ones with those found by looking and those that admins chose. */
export function createSourceShelf({ connections, settings, roster, formats, choices, log }: Shelf) {
  const shelf: Watched[] = []
  const families = new Map<Connection, Map<string, Family>>(connections.map((connection) => [connection, new Map()]))
  const places = new Map<Connection, Place>(connections.map((connection) => [connection, new Map()]))
  const discovery = new AbortController()
  const looks = settings.prefixes === null
  let timer: NodeJS.Timeout | undefined
  let lookedAt: number | null = null
  let version = 0
  const wanted = wantedOf(settings)

  const prefixes = new Map<Connection, readonly string[]>()
  const prefixesOn = (connection: Connection) => prefixes.get(connection) ?? []

  /** After the shelf has changed. */
  function relist(connection: Connection) {
    const here = shelf.filter((one) => one.connection === connection)
    prefixes.set(
      connection,
      here.map(({ source }) => source.prefix),
    )
    version += 1
  }

  function add(connection: Connection, { prefix, format, origin, evidence }: Wanted): Watched {
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
      siblings: () => prefixesOn(connection),
      pinnedFormat: format,
      formats,
      isReadOnly: settings.isReadOnly,
    })
    const sync = createSync({ source, line: connection, roster, log })
    const watched = { source, connection, sync, evidence, pinnedFormat: format }
    shelf.push(watched)
    relist(connection)
    return watched
  }

  /** It is no longer watched; its sessions live on. */
  function remove(watched: Watched) {
    watched.sync.close()
    shelf.splice(shelf.indexOf(watched), 1)
    roster.forget(watched.source.id, '')
    roster.publish()
    relist(watched.connection)
  }

  /** What should be watched on a connection, as things are known now: by the settings, by choice, by what was found. */
  function wantedOn(connection: Connection): Wanted[] {
    if (!looks) return wanted
    const chosen = (choices.list() ?? []).filter(({ database }) => database === connection.database)
    const excluded = new Set(chosen.filter(({ choice }) => choice === 'exclude').map(({ prefix }) => prefix))
    const included = chosen.filter(({ choice }) => choice === 'include')
    const found = [...(families.get(connection)?.values() ?? [])].filter(({ verdict }) => verdict === 'sure')
    return [
      ...included.map(
        ({ prefix, format, admin }): Wanted => ({ prefix, format, origin: 'chosen', evidence: `Chosen by ${admin}.` }),
      ),
      ...wanted.filter(({ prefix }) => !included.some((one) => one.prefix === prefix)),
      // Until the home tells what admins chose, what was found waits: they may have left it alone for a reason.
      ...(choices.list() === null ? [] : found.slice(0, mostFound))
        .filter(
          ({ prefix }) =>
            !included.some((one) => one.prefix === prefix) && !wanted.some((one) => one.prefix === prefix),
        )
        .map(({ prefix, evidence }): Wanted => ({ prefix, format: null, origin: 'found', evidence })),
    ].filter(({ prefix }) => !excluded.has(prefix))
  }

  function reconcile() {
    for (const connection of connections) {
      const next = wantedOn(connection)
      const here = shelf.filter((one) => one.connection === connection)
      const isSame = (one: Watched, other: Wanted) =>
        one.source.prefix === other.prefix &&
        one.pinnedFormat === other.format &&
        isStrict(one.source) === isStrict(other)
      for (const one of here) {
        if (next.some((other) => isSame(one, other))) continue
        remove(one)
        // What it had belongs to a shorter prefix again.
        for (const other of here) if (one.source.prefix.startsWith(other.source.prefix)) other.sync.rescan()
      }
      for (const other of next) {
        if (shelf.some((one) => one.connection === connection && isSame(one, other))) continue
        if (other.origin === 'found') log.info('source.found', { prefix: other.prefix, evidence: other.evidence })
        add(connection, other).sync.start()
        // A longer prefix takes its keys from a shorter one: there they have not ended.
        for (const one of here) {
          if (other.prefix === one.source.prefix || !other.prefix.startsWith(one.source.prefix)) continue
          roster.forget(one.source.id, other.prefix)
          one.sync.rescan()
        }
      }
    }
  }

  async function discover() {
    let wait = discoverSoonMs
    for (const connection of connections) {
      if (connection.health().state !== 'up') continue
      wait = discoverEveryMs
      try {
        const known = [...prefixesOn(connection)]
        const place = places.get(connection) ?? new Map()
        for (const family of await discoverFamilies(connection, formats, known, place, discovery.signal)) {
          families.get(connection)?.set(family.prefix, family)
        }
        lookedAt = connection.now()
        version += 1
        reconcile()
      } catch (error) {
        // Looking around is a courtesy; the configured sources go on without it.
        log.warn('source.discovery', { error })
        wait = discoverSoonMs
      }
    }
    if (!discovery.signal.aborted) timer = setTimeout(() => void discover(), wait).unref()
  }

  function listFound(): SourceFound[] {
    return connections.flatMap((connection) => {
      const { database } = connection
      const excluded = (choices.list() ?? []).filter((one) => one.database === database && one.choice === 'exclude')
      const watched = prefixesOn(connection)
      const known = families.get(connection) ?? new Map<string, Family>()
      const asks = [...known.values()].filter(
        ({ prefix }) => !watched.includes(prefix) && !excluded.some((one) => one.prefix === prefix),
      )
      const nothing = { format: null, evidence: '', keys: 0, walked: 0 }
      return [
        ...asks.map(({ verdict: _, ...family }) => ({ ...family, database, state: 'asks' as const, chosen: null })),
        ...excluded.map(({ prefix, admin, at }) => {
          const { verdict: _, ...family } = known.get(prefix) ?? { ...nothing, verdict: 'no' }
          return { ...family, prefix, database, state: 'excluded' as const, chosen: { admin, at } }
        }),
      ]
    })
  }

  for (const connection of connections) for (const entry of wanted) add(connection, entry)

  return {
    listFound,
    lookedAt: () => lookedAt,
    /** Whether admins may choose: not where the settings name the prefixes. */
    canChoose: () => looks,
    /** Keeps what an admin chose and acts on it at once. Throws `conflict` where the settings name the prefixes, `not-found` for an unknown database or format. */
    async choose(choice: SourceChoice): Promise<void> {
      if (!looks) throw new KnownError('conflict', 'ROLLCALL_MATCH names the prefixes; change it there.')
      if (!connections.some(({ database }) => database === choice.database)) {
        throw new KnownError('not-found', 'There is no such database here.')
      }
      if (choice.format !== null && !formats.some(({ id }) => id === choice.format)) {
        throw new KnownError('not-found', 'There is no such format.')
      }
      await choices.set(choice)
    },
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
    version: () => shelf.reduce((sum, { sync }) => sum + sync.version(), version),
    start() {
      for (const { sync } of shelf) sync.start()
      if (!looks) return
      choices.start(reconcile)
      void discover()
    },
    close() {
      discovery.abort()
      clearTimeout(timer)
      choices.close()
      for (const { sync } of shelf) sync.close()
    },
  }
}

/** Where a prefix is a guess, only what a format recognises is a session there. */
function isStrict({ origin }: { origin: Source['origin'] }): boolean {
  return origin === 'found'
}
