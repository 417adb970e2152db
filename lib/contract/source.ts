import * as z from 'zod/mini'

/** `warming` before the first complete scan, `live`, `stale` when Redis stopped answering after that, `unavailable` when it never answered. */
export const sourceStates = ['warming', 'live', 'stale', 'unavailable'] as const
export const SourceState = z.enum(sourceStates)
export type SourceState = z.infer<typeof SourceState>

/** How changes reach us: pushed by Redis, told by keyspace events, found by looking again and again, or not at all yet. */
export const Feed = z.enum(['tracking', 'events', 'rescan', 'none'])
export type Feed = z.infer<typeof Feed>

/** What can be wrong with a Redis, as far as it can be told apart. `unknown`: it says something that nobody here knows. */
export const troubleCodes = [
  'no-answer',
  'unreachable',
  'password-needed',
  'wrong-password',
  'not-allowed',
  'loading',
  'cannot-save',
  'busy',
  'cluster-down',
  'replica',
  'out-of-memory',
  'too-many-clients',
  'no-such-database',
  'not-redis',
  'untrusted',
  'unknown',
] as const

/** What is wrong with the Redis of a source now: `what` in a few words, and what to do about it. */
export const Trouble = z.object({ code: z.enum(troubleCodes), what: z.string(), advice: z.string() })
export type Trouble = z.infer<typeof Trouble>

const SourceFreshness = z.object({
  id: z.string(),
  redis: z.nullable(z.string()),
  feed: Feed,
  state: SourceState,
  since: z.number(),
  asOf: z.nullable(z.number()),
  scanned: z.int(),
  estimated: z.nullable(z.int()),
  capped: z.int(),
})

/**
 * How far the rows can be trusted. Over several sources `state` is the worst of them.
 * `since`: when the state began. `asOf`: when Redis last confirmed the rows; null before it ever did.
 * `scanned`: keys read in this scan. `estimated`: how many are expected, or null. `capped`: sessions that are left out because there are more than the roster holds.
 * `sources[].redis`: the name of its Redis where the settings file names several; null where there is but one.
 */
export const Freshness = z.object({
  state: SourceState,
  since: z.number(),
  asOf: z.nullable(z.number()),
  scanned: z.int(),
  estimated: z.nullable(z.int()),
  capped: z.int(),
  sources: z.array(SourceFreshness),
})
export type Freshness = z.infer<typeof Freshness>

/** The colours that a Redis or this console may be given, of our own list, so that each is legible in both themes. */
export const ColorName = z.enum(['red', 'amber', 'green', 'blue', 'violet', 'grey'])
export type ColorName = z.infer<typeof ColorName>

/**
 * One source as `GET /api/sources` tells it. `capabilities` are the things this Redis lets us do, `missing` the commands it refused or lacks.
 * `redis`: which of several, as the settings file names it; null where there is but one. `trouble`: what is wrong with this Redis, or null. `feed`: how changes reach us. `scanned` keys read, `skipped` keys under the prefix of a type no session has, `capped` keys left out over a limit.
 */
export const SourceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  redis: z.nullable(z.object({ name: z.string(), color: ColorName, isReadOnly: z.boolean() })),
  database: z.int(),
  state: SourceState,
  since: z.number(),
  trouble: z.nullable(Trouble),
  feed: Feed,
  capabilities: z.array(z.string()),
  missing: z.array(z.string()),
  formats: z.record(z.string(), z.int()),
  sessions: z.int(),
  scanned: z.int(),
  skipped: z.int(),
  capped: z.int(),
  origin: z.enum(['configured', 'built-in', 'found', 'chosen', 'demo']),
  /** Why it is watched, in a sentence. */
  evidence: z.string(),
  pinnedFormat: z.nullable(z.string()),
})
export type SourceAnswer = z.infer<typeof SourceAnswer>

/** What an admin said of a prefix. `redis`: of which, where there are several. `format` null: found per key. */
export const SourceChoice = z.strictObject({
  redis: z._default(z.nullable(z.string().check(z.maxLength(100))), null),
  database: z.int().check(z.minimum(0), z.maximum(100_000)),
  prefix: z.string().check(z.minLength(1), z.maxLength(500)),
  choice: z.enum(['include', 'exclude']),
  format: z.nullable(z.string().check(z.maxLength(100))),
  admin: z.string().check(z.maxLength(200)),
  at: z.int(),
})
export type SourceChoice = z.infer<typeof SourceChoice>

/** `POST /api/sources`: watch the keys under a prefix, as this format or whatever each has (null), or leave them alone. */
export const SourceChoiceInput = z.strictObject({
  redis: z._default(z.nullable(z.string().check(z.maxLength(100))), null),
  database: z._default(z.int().check(z.minimum(0), z.maximum(100_000)), 0),
  prefix: z.string().check(z.minLength(1), z.maxLength(500)),
  choice: z.enum(['include', 'exclude']),
  format: z._default(z.nullable(z.string().check(z.minLength(1), z.maxLength(100))), null),
})
export type SourceChoiceInput = z.infer<typeof SourceChoiceInput>

/**
 * Keys that may be sessions and are not watched: found and not sure (`asks`), or excluded by an admin. `keys` of the `walked` stood under the prefix when it was last looked at.
 * `format`: what most of them look like, or null.
 */
export const SourceFound = z.object({
  redis: z.nullable(z.string()),
  database: z.int(),
  prefix: z.string(),
  state: z.enum(['asks', 'excluded']),
  format: z.nullable(z.string()),
  evidence: z.string(),
  keys: z.int(),
  walked: z.int(),
  chosen: z.nullable(z.object({ admin: z.string(), at: z.number() })),
})
export type SourceFound = z.infer<typeof SourceFound>

/**
 * `found`: what was looked at and is not watched. `isLooking`: the keys are looked through for more; not where the settings name the prefixes. `lookedAt`: when they were last
 * walked; null: not yet. `can.choose`: whether who asks may choose here.
 */
export const SourceList = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  sources: z.array(SourceAnswer),
  found: z.array(SourceFound),
  formats: z.array(z.object({ id: z.string(), label: z.string() })),
  isLooking: z.boolean(),
  lookedAt: z.nullable(z.number()),
  can: z.object({ choose: z.boolean() }),
})
export type SourceList = z.infer<typeof SourceList>
