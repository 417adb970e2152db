import * as z from 'zod/mini'
import { JobDeed } from './job'
import { pageShape, SessionFilter, SessionRow } from './session'
import { Freshness } from './source'

export const severities = ['critical', 'warning', 'info'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

/** How many sessions stand beside a finding as its evidence, at most. */
export const mostEvidence = 5

/** Somebody knows of a finding and does not want to be told until then. */
export const Snooze = z.object({ admin: z.string(), reason: z.string(), at: z.number(), untilAt: z.number() })
export type Snooze = z.infer<typeof Snooze>

export const leastSnoozeMs = 60_000
export const mostSnoozeMs = 366 * 24 * 60 * 60_000

/** `POST /api/findings/{finding}/snooze`: why, and exactly one of `forMs` (from now) and `untilAt` (absolute), a minute to a year from now. */
export const SnoozeInput = z
  .strictObject({
    reason: z.string().check(z.trim(), z.minLength(3), z.maxLength(500)),
    forMs: z.optional(z.int().check(z.minimum(leastSnoozeMs), z.maximum(mostSnoozeMs))),
    untilAt: z.optional(z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000))),
  })
  .check(
    z.refine((input) => (input.forMs === undefined) !== (input.untilAt === undefined), {
      error: 'give exactly one of forMs and untilAt',
    }),
  )
export type SnoozeInput = z.infer<typeof SnoozeInput>

/**
 * One observation of what is wrong. `count`: the sessions it is true of; null where it is about Redis as a whole. `share`: their part of all sessions, 0 to 1.
 * `evidence`: the clearest of them. `filter`: what shows them all in the table; null where no filter can.
 */
export const Finding = z.object({
  id: z.string(),
  severity: Severity,
  title: z.string(),
  explanation: z.string(),
  why: z.string(),
  remedy: z.string(),
  count: z.nullable(z.int()),
  share: z.nullable(z.number()),
  sources: z.array(z.string()),
  evidence: z.array(SessionRow),
  filter: z.nullable(SessionFilter),
  /** What may safely be done to all that the filter shows, as a job. Empty without a filter. */
  deeds: z.array(JobDeed),
  /** Null: nobody has put it off, or the home Redis does not tell. */
  snooze: z.nullable(Snooze),
})
export type Finding = z.infer<typeof Finding>

/** What was looked at and how it stands. `unknown`: it could not be judged, and `reason` says why. */
export const Check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['found', 'quiet', 'unknown']),
  reason: z.nullable(z.string()),
})
export type Check = z.infer<typeof Check>

/** `GET /api/findings`. */
export const FindingQuery = z.strictObject({ page: pageShape.page, size: pageShape.size })
export type FindingQuery = z.infer<typeof FindingQuery>

/** One page of what was found, the seed's pitfalls first. `sessions`: how many were looked at. `snoozed`: how many of `total` are put off; they come last. `checks`: all that is looked for. */
export const FindingPage = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.int(),
  page: z.int(),
  size: z.int(),
  sessions: z.int(),
  snoozed: z.int(),
  checks: z.array(Check),
  rows: z.array(Finding),
})
export type FindingPage = z.infer<typeof FindingPage>
