import { may } from '@/lib/admin/roles'
import type { Role } from '@/lib/contract/login'
import type { SourceAnswer, SourceList } from '@/lib/contract/source'
import type { Runtime } from '@/lib/runtime'
import type { Watched } from './sources'

function toAnswer({ source, sync, connection, wanted }: Watched, roster: Runtime['roster']): SourceAnswer {
  const { state, since } = sync.freshness()
  const can = Object.entries({ ...source.can, tracking: connection.feed() === 'tracking' })
  return {
    id: source.id,
    name: source.name,
    prefix: source.prefix,
    database: source.database,
    state,
    since,
    feed: connection.feed(),
    capabilities: can.filter(([, isThere]) => isThere).map(([name]) => name),
    missing: source.missing,
    formats: roster.formats(source.id),
    sessions: roster.count(source.id),
    ...sync.counts(),
    origin: wanted.origin,
    evidence: wanted.evidence,
    pinnedFormat: wanted.format,
  }
}

/** `GET /api/sources`. Answers in any state: that Redis is away is just what it is asked about. */
export function listSources({ sources, roster, freshness, formats }: Runtime, role: Role): SourceList {
  return {
    freshness: freshness(),
    sources: sources.list().map((watched) => toAnswer(watched, roster)),
    found: sources.listFound(),
    formats: formats.map(({ id, label }) => ({ id, label })),
    lookedAt: sources.lookedAt(),
    can: { choose: may(role, 'source.choose') && sources.canChoose() },
  }
}
