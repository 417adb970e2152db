import * as z from 'zod/mini'

/** `warming` before the first complete scan, `live`, `stale` when Redis stopped answering after that, `unavailable` when it never answered. */
export const sourceStates = ['warming', 'live', 'stale', 'unavailable'] as const
export const SourceState = z.enum(sourceStates)
export type SourceState = z.infer<typeof SourceState>

/** How changes reach us: pushed by Redis, found by looking again and again, or not at all yet. */
export const Feed = z.enum(['tracking', 'rescan', 'none'])
export type Feed = z.infer<typeof Feed>

const SourceFreshness = z.object({
  id: z.string(),
  feed: Feed,
  state: SourceState,
  since: z.number(),
  asOf: z.nullable(z.number()),
  scanned: z.int(),
  estimated: z.nullable(z.int()),
})

/**
 * How far the rows can be trusted. Over several sources `state` is the worst of them.
 * `since`: when the state began. `asOf`: when Redis last confirmed the rows; null before it ever did.
 * `scanned`: keys read in this scan. `estimated`: how many are expected, or null.
 */
export const Freshness = z.object({
  state: SourceState,
  since: z.number(),
  asOf: z.nullable(z.number()),
  scanned: z.int(),
  estimated: z.nullable(z.int()),
  sources: z.array(SourceFreshness),
})
export type Freshness = z.infer<typeof Freshness>

/**
 * One source as `GET /api/sources` tells it. `capabilities` are the things this Redis lets us do, `missing` the commands it refused or lacks.
 * `feed`: how changes reach us. `scanned` keys read, `skipped` keys under the prefix of a type no session has, `capped` keys left out over a limit.
 */
export const SourceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  database: z.int(),
  state: SourceState,
  since: z.number(),
  feed: Feed,
  capabilities: z.array(z.string()),
  missing: z.array(z.string()),
  formats: z.record(z.string(), z.int()),
  sessions: z.int(),
  scanned: z.int(),
  skipped: z.int(),
  capped: z.int(),
  origin: z.enum(['configured', 'built-in', 'found', 'demo']),
})
export type SourceAnswer = z.infer<typeof SourceAnswer>

export const SourceList = z.object({ freshness: Freshness, sources: z.array(SourceAnswer) })
export type SourceList = z.infer<typeof SourceList>
