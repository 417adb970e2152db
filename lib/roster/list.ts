import { createHash } from 'node:crypto'
import type { SessionPage, SessionQuery, SessionRow } from '@/lib/contract/session'
import type { Freshness } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { Handles } from '@/lib/session/handle'
import type { Session } from '@/lib/session/session'
import { type QueryContext, runQuery } from './query'
import type { Roster } from './roster'
import { toRow } from './view'

/** How many different views are remembered at one version. */
const mostRemembered = 300
/** Sealing a key costs some 25 µs, so the handles of rows that were shown are kept. */
const mostSealed = 20_000

export type ListContext = {
  roster: Roster
  bootId: string
  /** Null until the home Redis gave the secret. */
  handles(): Handles | null
  freshness(): Freshness
  /** Rises with every change of any source's state. */
  stateVersion(): number
  prefixes(): QueryContext['prefixes']
  now(): number
}

/**
 * The one read path of the table: the API and the page ask it alike. The same view at the same version is computed once, whoever asks.
 */
export type SessionList = {
  /** One page. Throws `source-unavailable` when Redis never answered: an empty list would be a lie. Costs Redis nothing. */
  read(query: SessionQuery): SessionPage
  /** What an unchanged answer is known by; opaque. Costs a comparison. */
  version(): string
  /** A weak ETag over all that an answer to this query depends on but the clock. */
  etag(query: SessionQuery, role: string): string
}

function canonical(query: SessionQuery): string {
  return JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function createSessionList(context: ListContext): SessionList {
  const { roster } = context
  const remembered = new Map<string, { version: string; total: number; rows: SessionRow[] }>()

  const version = () => `${context.bootId}.${roster.version()}.${context.stateVersion()}`

  const sealed = new Map<string, string>()

  function seal(handles: Handles, { source, key }: Session): string {
    const name = `${source} ${key.toString('latin1')}`
    let handle = sealed.get(name)
    if (handle === undefined) {
      handle = handles.seal(source, key)
      if (sealed.size >= mostSealed) sealed.clear()
      sealed.set(name, handle)
    }
    return handle
  }

  function compute(query: SessionQuery, handles: Handles) {
    const now = context.now()
    const { sort, order, page, size, ...filter } = query
    const handleAt = (slot: number) => seal(handles, roster.at(slot))
    const result = runQuery(
      roster,
      { filter, sort, order, page, size },
      { now, open: handles.open, prefixes: context.prefixes(), handleAt },
    )
    const rows = result.slots.map((slot) => toRow(roster.at(slot), handleAt(slot), now))
    return { total: result.total, rows }
  }

  return {
    version,
    etag(query, role) {
      const covered = `${version()} ${canonical(query)} ${role} ${context.freshness().state}`
      return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
    },
    read(query) {
      const handles = context.handles()
      const freshness = context.freshness()
      if (handles === null || freshness.state === 'unavailable') {
        throw new KnownError('source-unavailable', 'Redis has not answered yet, so nothing is known of its sessions.', {
          retryAfterMs: 1000,
        })
      }
      roster.tick(context.now())
      const at = version()
      const name = canonical(query)
      let known = remembered.get(name)
      if (known?.version !== at) {
        known = { version: at, ...compute(query, handles) }
        remembered.delete(name)
        remembered.set(name, known)
        const oldest = remembered.keys().next().value
        if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
      }
      const { total, rows } = known
      return { version: at, freshness, now: context.now(), total, page: query.page, size: query.size, rows }
    },
  }
}
