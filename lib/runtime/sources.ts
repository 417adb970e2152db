import type { SourceChoice } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { SessionFormat } from '@/lib/formats/format'
import { mayHoldId } from '@/lib/formats/guess'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { createSource, ownPrefix } from '@/lib/redis/source'
import type { Roster } from '@/lib/roster/roster'
import { createSync, type Sync } from '@/lib/roster/sync'
import type { Source } from '@/lib/session/source'
import type { Choices } from './choices'
import { listFound } from './found'
import { createLookAround } from './look-around'
import type { Site } from './sites'
import { listWanted, type Wanted } from './wanted'

/** `wanted`: what it is watched for, and why. */
export type Watched = { source: Source; sync: Sync; connection: Connection; site: Site; wanted: Wanted }

type Shelf = {
  sites: readonly Site[]
  roster: Roster
  formats: readonly SessionFormat[]
  choices: Choices
  log: Log
}

/** All sources of this process with what keeps each true: the configured ones, or the built-in ones with those found by looking and those that admins chose. */
export function createSourceShelf({ sites, roster, formats, choices, log }: Shelf) {
  const shelf: Watched[] = []
  /** Where the settings name the prefixes nothing is looked for, and nobody chooses. */
  const looked = sites.filter(({ looks }) => looks)
  const prefixes = new Map<Connection, readonly string[]>()
  const prefixesOn = (connection: Connection) => prefixes.get(connection) ?? []
  let version = 0
  const look = createLookAround({
    connections: looked.map(({ connection }) => connection),
    formats,
    log,
    watchedOn: prefixesOn,
    onLooked: reconcile,
  })

  const watchedOn = (connection: Connection) => shelf.filter((one) => one.connection === connection)

  /** After the shelf has changed. */
  function relist(connection: Connection) {
    prefixes.set(
      connection,
      watchedOn(connection).map(({ source }) => source.prefix),
    )
    version += 1
  }

  function add(site: Site, wanted: Wanted): Watched {
    const { connection, redis } = site
    const { prefix, format, origin } = wanted
    const taken = shelf.map(({ source }) => source.id)
    const base = idOf(prefix, site)
    let id = base
    for (let number = 2; taken.includes(id); number += 1) id = `${base}-${number}`
    const source = createSource({
      connection,
      id,
      name: prefix === '' ? 'all keys' : prefix,
      prefix,
      redis: redis?.name ?? null,
      origin,
      siblings: () => prefixesOn(connection),
      pinnedFormat: format,
      formats,
      isReadOnly: site.isReadOnly,
    })
    const sync = createSync({ source, line: connection, roster, log })
    const watched = { source, connection, site, sync, wanted }
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

  /** Makes the shelf what should be watched as things are known now. */
  function reconcile() {
    version += 1
    for (const site of looked) {
      const { connection } = site
      const chosen = choices.list()?.filter((choice) => isOf(site, choice)) ?? null
      const next = listWanted(site.configured, chosen, look.familiesOn(connection))
      const before = watchedOn(connection)
      const gone = before.filter((one) => {
        const same = next.find((other) => isSame(one.wanted, other))
        if (same !== undefined) one.wanted = same
        return same === undefined
      })
      for (const one of gone) remove(one)
      const added = next.filter((other) => !watchedOn(connection).some((one) => isSame(one.wanted, other)))
      for (const other of added) {
        if (other.origin === 'found') log.info('source.found', { prefix: other.prefix, evidence: other.evidence })
        add(site, other).sync.start()
      }
      for (const one of before) {
        if (!gone.includes(one)) share(one, added, gone)
      }
    }
  }

  /** A longer prefix takes its keys from a shorter one, where they have not ended; one that is gone gives them back. */
  function share({ source, sync }: Watched, added: Wanted[], gone: Watched[]) {
    const isInner = (prefix: string) => prefix !== source.prefix && prefix.startsWith(source.prefix)
    const taken = added.filter(({ prefix }) => isInner(prefix))
    for (const { prefix } of taken) roster.forget(source.id, prefix)
    if (taken.length > 0 || gone.some((one) => isInner(one.source.prefix))) sync.rescan()
  }

  for (const site of sites) for (const entry of site.configured) add(site, entry)

  return {
    /** What was looked at and is not watched, and what admins left alone. */
    listFound: () =>
      looked.flatMap(({ connection, redis }) =>
        listFound(
          { redis: redis?.name ?? null, database: connection.database },
          prefixesOn(connection),
          look.familiesOn(connection),
          choices.list() ?? [],
        ),
      ),
    lookedAt: look.lookedAt,
    /** Whether admins may choose: not where the settings name the prefixes. */
    canChoose: () => looked.length > 0,
    /**
     * Keeps what an admin chose and acts on it at once. Throws `conflict` where the settings name the prefixes, and for a prefix of Rollcall's own; `invalid` for one that may hold a
     * session id; `not-found` for an unknown database or format.
     */
    async choose(choice: SourceChoice): Promise<void> {
      if (looked.length === 0) throw new KnownError('conflict', 'The settings name the prefixes; change them there.')
      if (choice.prefix.startsWith(ownPrefix)) {
        throw new KnownError('conflict', 'These are the keys of Rollcall itself, and no sessions of an application.')
      }
      if (mayHoldId(choice.prefix)) {
        const faults = [{ pointer: '/prefix', detail: 'may hold a session id, and such are never kept' }]
        throw new KnownError('invalid', 'The prefix may hold a session id, and such are never kept.', { faults })
      }
      const site = sites.find((one) => isOf(one, choice))
      if (site === undefined) throw new KnownError('not-found', 'There is no such database here.')
      if (!site.looks) throw new KnownError('conflict', 'The settings name its prefixes; change them there.')
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
    /** Of all sources, or of these. */
    freshness: (only: readonly string[] | null = null) =>
      shelf.filter(({ source }) => only === null || only.includes(source.id)).map(({ sync }) => sync.freshness()),
    /** How many keys there are to look at in all databases together, or null where one does not tell. */
    estimated: () =>
      sites.reduce<number | null>((sum, { connection }) => {
        const told = watchedOn(connection).map(({ sync }) => sync.freshness().estimated)
        return sum === null || told.includes(null) ? null : sum + Math.max(0, ...told.map((count) => count ?? 0))
      }, 0),
    version: () => shelf.reduce((sum, { sync }) => sum + sync.version(), version),
    start() {
      for (const { sync } of shelf) sync.start()
      if (looked.length === 0) return
      choices.start(reconcile)
      look.start()
    },
    close() {
      look.close()
      choices.close()
      for (const { sync } of shelf) sync.close()
    },
  }
}

/** `sess:` becomes `sess`, no prefix becomes `all`; the Redis and the database are named where there are several. */
function idOf(prefix: string, { redis, connection, hasSeveralDatabases }: Site): string {
  const name = prefix.replace(/[^\w-]+$/, '').replace(/[^\w.-]+/g, '-') || 'all'
  const named = redis === null ? name : `${redis.id}-${name}`
  return hasSeveralDatabases ? `${named}-db${connection.database}` : named
}

function isOf({ redis, connection }: Site, choice: Pick<SourceChoice, 'redis' | 'database'>): boolean {
  return choice.redis === (redis?.name ?? null) && choice.database === connection.database
}

/** Whether the same keys are sessions by both. Where a prefix is a guess, only what a format recognises is one. */
function isSame(one: Wanted, other: Wanted): boolean {
  const isGuess = one.origin === 'found'
  return one.prefix === other.prefix && one.format === other.format && isGuess === (other.origin === 'found')
}
