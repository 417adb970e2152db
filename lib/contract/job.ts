import * as z from 'zod/mini'
import { maxExtensionMs, Outcome, SessionFilter, SessionRow, text } from './session'

/** So many sessions a caller may name one by one; beyond that the filter must say which. */
export const mostNamed = 2000
/** So many sessions one job may act on. */
export const mostInJob = 200_000

/** What a job does to each of its sessions: end it, push its end forward, or give an end to one that has none. */
export const jobDeeds = ['revoke', 'extend', 'give-expiry'] as const
export const JobDeed = z.enum(jobDeeds)
export type JobDeed = z.infer<typeof JobDeed>

const reason = z.string().check(z.trim(), z.maxLength(500))

const inputShape = {
  deed: JobDeed,
  filter: SessionFilter,
  /** Only these of what the filter leaves: what somebody selected row by row. */
  handles: z.optional(z.array(text(16_384)).check(z.minLength(1), z.maxLength(mostNamed))),
  /** By how much `extend` pushes the end; how long from now `give-expiry` lets a session live. */
  byMs: z.optional(z.int().check(z.minimum(1), z.maximum(maxExtensionMs))),
  reason: z.optional(reason),
  /** Part of an incident: it cannot be undone, so nothing of what was ended is kept. */
  isSecurity: z.optional(z.boolean()),
  /** With `revoke` and a filter of one person alone: also ends what appears while the job runs, until nothing came for a while. */
  isEverywhere: z.optional(z.boolean()),
}

/** `POST /api/jobs`: first with `dryRun` for a preview, then with the digest of that preview. */
export const JobInput = z
  .strictObject({ ...inputShape, dryRun: z.optional(z.literal(true)), digest: z.optional(text(200)) })
  .check(
    z.refine((input) => (input.dryRun === undefined) !== (input.digest === undefined), {
      error: 'give exactly one of dryRun and digest',
      path: ['digest'],
    }),
    z.refine((input) => (input.deed === 'revoke') === (input.byMs === undefined), {
      error: 'is needed to extend and to give an expiry, and only then',
      path: ['byMs'],
    }),
    z.refine(
      ({ isEverywhere, deed, filter, handles }) =>
        !isEverywhere ||
        (deed === 'revoke' &&
          handles === undefined &&
          Object.keys(filter).length === 1 &&
          (filter.person ?? filter.principal)?.length === 1),
      { error: 'goes with revoke and a filter of one person alone', path: ['isEverywhere'] },
    ),
  )
export type JobInput = z.infer<typeof JobInput>

/**
 * What a job would act on, frozen: the same sessions are meant by `digest` until `expiresAt`, whatever the filter finds later. `total` is exact.
 * `notReached`: what the deed cannot reach, with how many of them. `unable`: sessions of sources where this Redis does not allow the deed; they would be refused.
 */
export const JobPreview = z.object({
  now: z.number(),
  total: z.int(),
  bySource: z.record(z.string(), z.int()),
  sample: z.array(SessionRow),
  people: z.int(),
  notReached: z.array(z.object({ limit: z.string(), count: z.int() })),
  unable: z.int(),
  canUndo: z.boolean(),
  digest: z.string(),
  expiresAt: z.number(),
})
export type JobPreview = z.infer<typeof JobPreview>

/**
 * `stopping`: asked to stop, the batch under way ends first. `interrupted`: the server that ran it is gone; it can be resumed.
 * `stopped` can be resumed too.
 */
export const jobStates = ['running', 'stopping', 'done', 'stopped', 'interrupted'] as const
export const JobState = z.enum(jobStates)
export type JobState = z.infer<typeof JobState>

/**
 * A bulk deed. `total` is `done + gone + refused + failed + unknown` and what is still to come; with `isEverywhere` it grows while the job runs.
 * `undoUntil`: null where it cannot be undone; `undone`: how many an undo brought back, null before.
 */
export const Job = z.object({
  job: z.string(),
  deed: JobDeed,
  state: JobState,
  admin: z.string(),
  reason: z.nullable(z.string()),
  byMs: z.nullable(z.number()),
  isSecurity: z.boolean(),
  isEverywhere: z.boolean(),
  total: z.int(),
  done: z.int(),
  gone: z.int(),
  refused: z.int(),
  failed: z.int(),
  unknown: z.int(),
  startedAt: z.number(),
  endedAt: z.nullable(z.number()),
  /** How many a second, over the last seconds; null before it is known and after the end. */
  perSecond: z.nullable(z.number()),
  undoUntil: z.nullable(z.number()),
  undone: z.nullable(z.int()),
  /** A sentence where there is something to say: why it stopped, why it cannot be undone. */
  note: z.nullable(z.string()),
})
export type Job = z.infer<typeof Job>

/** `GET /api/jobs/{job}`, and the answer to every deed on a job. */
export const JobAnswer = z.extend(Job, { version: z.string(), now: z.number() })
export type JobAnswer = z.infer<typeof JobAnswer>

/** 202 of `POST /api/jobs`. */
export const JobStarted = z.object({ job: z.string() })
export type JobStarted = z.infer<typeof JobStarted>

/** `GET /api/jobs`, the newest first. `isComplete`: false while the home does not answer, and only the jobs of the replica that answers are known. */
export const JobList = z.object({ version: z.string(), now: z.number(), isComplete: z.boolean(), rows: z.array(Job) })
export type JobList = z.infer<typeof JobList>

/** One line of a job's report. */
export const JobItem = z.object({
  handle: z.string(),
  source: z.string(),
  format: z.string(),
  principal: z.nullable(z.string()),
  outcome: z.nullable(Outcome),
  reason: z.nullable(z.string()),
})
export type JobItem = z.infer<typeof JobItem>

/** `GET /api/jobs/{job}/report`. */
export const ReportQuery = z.strictObject({ format: z._default(z.enum(['csv', 'json']), 'csv') })
export type ReportQuery = z.infer<typeof ReportQuery>
