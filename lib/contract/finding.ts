import { z } from 'zod'
import { SessionFilter, SessionRow } from './session'
import { Freshness } from './source'

export const severities = ['critical', 'warning', 'info'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

/** How many sessions stand beside a finding as its evidence, at most. */
export const mostEvidence = 5

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
  count: z.number().int().nullable(),
  share: z.number().nullable(),
  sources: z.array(z.string()),
  evidence: z.array(SessionRow),
  filter: SessionFilter.nullable(),
})
export type Finding = z.infer<typeof Finding>

/** What was looked at and how it stands. `unknown`: it could not be judged, and `reason` says why. */
export const Check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['found', 'quiet', 'unknown']),
  reason: z.string().nullable(),
})
export type Check = z.infer<typeof Check>

const maxPageSize = 500
const whole = (max: number, usual: number) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value),
      z.number().int().min(1).max(max),
    )
    .default(usual)

/** `GET /api/findings`. */
export const FindingQuery = z.strictObject({ page: whole(1_000_000_000, 1), size: whole(maxPageSize, 50) })
export type FindingQuery = z.infer<typeof FindingQuery>

/** One page of what was found, the seed's pitfalls first. `sessions`: how many were looked at. `checks`: all that is looked for. */
export const FindingPage = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.number().int(),
  page: z.number().int(),
  size: z.number().int(),
  sessions: z.number().int(),
  checks: z.array(Check),
  rows: z.array(Finding),
})
export type FindingPage = z.infer<typeof FindingPage>
