import { createHash } from 'node:crypto'
import { may } from '@/lib/admin/roles'
import type { Role } from '@/lib/contract/login'
import type { SourceAnswer, SourceList } from '@/lib/contract/source'
import type { CensusLine } from '@/lib/roster/census'
import type { Runtime } from '@/lib/runtime'
import type { Watched } from './sources'

/** `GET /api/sources`. Answers in any state: that Redis is away is just what it is asked about. Costs Redis nothing. */
export function listSources(runtime: Runtime, role: Role): SourceList {
  const { sources, census, freshness, formats, now } = runtime
  const lines = census(now())
  return {
    version: versionOf(runtime),
    freshness: freshness(),
    now: now(),
    sources: sources.list().map((watched) => toAnswer(watched, lines)),
    found: sources.listFound(),
    formats: formats.map(({ id, label }) => ({ id, label })),
    isLooking: sources.canChoose(),
    lookedAt: sources.lookedAt(),
    can: { choose: may(role, 'source.choose') && sources.canChoose() },
  }
}

/** A weak ETag over all that this answer depends on but the clock. Costs a comparison. */
export function etagOfSources(runtime: Runtime, role: Role): string {
  const troubles = runtime.sources
    .list()
    .map(({ connection, source }) => [connection.trouble()?.what ?? '', ...source.missing])
    .join()
  const covered = `${versionOf(runtime)} ${role} ${runtime.freshness().state} ${troubles}`
  return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
}

function versionOf({ bootId, roster, sources }: Runtime): string {
  return `${bootId}.${roster.version()}.${sources.version()}`
}

function toAnswer({ source, sync, connection, site, wanted }: Watched, lines: CensusLine[]): SourceAnswer {
  const { state, since } = sync.freshness()
  const can = Object.entries({ ...source.can, tracking: connection.feed() === 'tracking' })
  const formats: Record<string, number> = {}
  let sessions = 0
  for (const { source: id, format, count } of lines) {
    if (id !== source.id) continue
    formats[format] = (formats[format] ?? 0) + count
    sessions += count
  }
  return {
    id: source.id,
    name: source.name,
    prefix: source.prefix,
    redis: site.redis && { name: site.redis.name, color: site.redis.color, isReadOnly: site.isReadOnly },
    database: source.database,
    state,
    since,
    trouble: connection.trouble(),
    feed: connection.feed(),
    capabilities: can.filter(([, isThere]) => isThere).map(([name]) => name),
    missing: source.missing,
    formats,
    sessions,
    ...sync.counts(),
    origin: wanted.origin,
    evidence: wanted.evidence,
    pinnedFormat: wanted.format,
  }
}
