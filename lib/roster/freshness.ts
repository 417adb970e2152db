import type { Freshness, SourceState } from '@/lib/contract/source'

/** Whether nothing is known of any source: what is left of the others would be worth showing. */
export function isUnknown({ state, sources }: Freshness): boolean {
  return state === 'unavailable' && sources.every((source) => source.state === 'unavailable')
}

const worst: Record<SourceState, number> = { live: 0, warming: 1, stale: 2, unavailable: 3 }

/** Several sources as one: the worst state, the earliest confirmation, the keys added up. `estimated` is the caller's: sources of one database expect the same keys. */
export function joinFreshness(sources: Freshness['sources'], estimated: number | null, now: number): Freshness {
  const first = sources[0]
  if (first === undefined)
    return { state: 'warming', since: now, asOf: null, scanned: 0, estimated, capped: 0, sources: [] }
  const top = sources.reduce((a, b) => (worst[b.state] > worst[a.state] ? b : a), first)
  const confirmed = sources.map((source) => source.asOf)
  return {
    state: top.state,
    since: Math.min(...sources.filter((source) => source.state === top.state).map((source) => source.since)),
    asOf: confirmed.includes(null) ? null : Math.min(...confirmed.map((at) => at ?? now)),
    scanned: sources.reduce((sum, source) => sum + source.scanned, 0),
    estimated,
    capped: sources.reduce((sum, source) => sum + source.capped, 0),
    sources,
  }
}
