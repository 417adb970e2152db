import { createHash } from 'node:crypto'
import type { AuditEntry, AuditPage, AuditQuery, AuditRow } from '@/lib/contract/audit'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { readEntry } from './audit'
import { auditStream, idBefore } from './audit-chain.mjs'

/** No more entries of the stream are looked at for one answer, newest first. */
const mostLookedAt = 10_000
const batchSize = 1000
const mostAdmins = 100

/** Which entries. Absent fields do not restrict. */
export type AuditFilter = Pick<AuditQuery, 'deed' | 'admin' | 'handle' | 'since' | 'q' | 'noAddress'>

type History = Pick<AuditPage, 'lookedAt' | 'isComplete' | 'unreadable' | 'admins'> & { rows: AuditRow[] }

/** The one read path of the audit: the API and the page ask it alike. */
export type AuditHistory = {
  /** What all of it is known by, over all replicas. Throws `source-unavailable`. Cost: one XREVRANGE of one entry. */
  version(): Promise<string>
  /** What an unchanged answer to this query is known by, over all replicas. Throws `source-unavailable`. Cost: one XREVRANGE of one entry. */
  etag(query: AuditQuery, role: string): Promise<string>
  /**
   * One page, newest first, from the newest 10,000 entries; `isComplete` says whether the stream holds no older ones. Throws `source-unavailable`.
   * Cost: one XREVRANGE of one entry, and ten of a thousand when something new was written since the last call.
   */
  read(query: AuditQuery): Promise<AuditPage>
  /** Every entry of the stream that the filter leaves, newest first, as it was written. Throws `source-unavailable`. Cost: one XREVRANGE a thousand entries. */
  readEntries(filter: AuditFilter): AsyncGenerator<AuditEntry>
}

export function createAuditHistory({ home, bootId }: { home: Connection; bootId: string }): AuditHistory {
  let known: { version: string; history: Promise<History> } | null = null

  async function range(from: string, count: number): Promise<[string, string[]][]> {
    try {
      return await home.client.xrevrange(auditStream, from, '-', 'COUNT', count)
    } catch (cause) {
      throw new KnownError('source-unavailable', 'The home Redis does not answer, so the audit cannot be read.', {
        cause,
        retryAfterMs: 1000,
      })
    }
  }

  async function readVersion(): Promise<string> {
    const [newest] = await range('+', 1)
    return `${bootId}.${newest?.[0] ?? 'empty'}`
  }

  async function readAll(): Promise<History> {
    const entries: AuditEntry[] = []
    let lookedAt = 0
    let unreadable = 0
    let from = '+'
    let isComplete = false
    while (!isComplete && lookedAt < mostLookedAt) {
      const batch = await range(from, batchSize)
      for (const [, fields] of batch) {
        const entry = readEntry(fields)
        if (entry === null) unreadable += 1
        else entries.push(entry)
      }
      lookedAt += batch.length
      const oldest = batch.at(-1)?.[0]
      isComplete = batch.length < batchSize
      if (oldest !== undefined) from = idBefore(oldest)
    }
    if (!isComplete) isComplete = (await range(from, 1)).length === 0
    const admins = [...new Set(entries.flatMap(({ admin }) => admin ?? []))].sort().slice(0, mostAdmins)
    return { lookedAt, isComplete, unreadable, admins, rows: joinEntries(entries) }
  }

  return {
    async *readEntries(filter) {
      for (let from = '+'; ; ) {
        const batch = await range(from, batchSize)
        for (const [, fields] of batch) {
          const entry = readEntry(fields)
          if (entry !== null && matches(entry, filter)) yield entry
        }
        const oldest = batch.at(-1)?.[0]
        if (batch.length < batchSize || oldest === undefined) return
        from = idBefore(oldest)
      }
    },
    version: readVersion,
    async etag(query, role) {
      const covered = JSON.stringify([await readVersion(), query, role])
      return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
    },
    async read(query) {
      const version = await readVersion()
      if (known?.version !== version) {
        const history = readAll()
        known = { version, history }
        // A failed look is not remembered; who asked is told by the same promise below.
        history.catch(() => {
          if (known?.history === history) known = null
        })
      }
      const { rows, ...seen } = await known.history
      const found = rows.filter((row) => matches(row, query))
      const { page, size } = query
      const shown = found.slice((page - 1) * size, page * size)
      return { version, now: home.now(), total: found.length, page, size, ...seen, rows: shown }
    },
  }
}

/**
 * One row for each deed of each request on each handle, newest first: its intent says when, its newest outcome how it ended. Entries come newest first.
 * An intent without an outcome keeps `outcome` null. Pure.
 */
export function joinEntries(entries: AuditEntry[]): AuditRow[] {
  const rows = new Map<string, AuditRow>()
  for (const { phase: _phase, ...entry } of entries) {
    const name = JSON.stringify([entry.requestId, entry.deed, entry.handle])
    const later = rows.get(name)
    rows.set(name, later === undefined ? entry : join(entry, later))
  }
  return [...rows.values()].sort((a, b) => b.at - a.at)
}

function join(earlier: AuditRow, later: AuditRow): AuditRow {
  return {
    ...earlier,
    principal: later.principal ?? earlier.principal,
    outcome: later.outcome ?? earlier.outcome,
    reason: later.outcome === null ? earlier.reason : later.reason,
  }
}

function matches(row: AuditRow, { deed, admin, handle, since, q, noAddress }: AuditFilter): boolean {
  return (
    (deed === undefined || deed.includes(row.deed)) &&
    (admin === undefined || row.admin === admin) &&
    (handle === undefined || row.handle === handle) &&
    (since === undefined || row.at >= since) &&
    (q === undefined || says(noAddress ? { ...row, ip: null } : row, q.trim().toLowerCase()))
  )
}

function says({ deed, admin, principal, reason, ip, handle, requestId }: AuditRow, words: string): boolean {
  const texts = [deed, admin, principal, reason, ip, handle, requestId]
  return texts.some((text) => text?.toLowerCase().includes(words) ?? false)
}
