import * as z from 'zod/mini'
import { Finding } from './finding'
import { Freshness } from './source'

export const historyRanges = ['1h', '24h', '7d'] as const
export const HistoryRange = z.enum(historyRanges)
export type HistoryRange = z.infer<typeof HistoryRange>

/** `GET /api/overview`: over which time the history is told. */
export const OverviewQuery = z.strictObject({ range: z._default(HistoryRange, '24h') })
export type OverviewQuery = z.infer<typeof OverviewQuery>

const Count = z.object({ name: z.string(), count: z.int() })

/** What came and went within one step. `cameBack`: sessions that an admin revoked and that lived again without an undo. */
const flowShape = { arrived: z.int(), expired: z.int(), ended: z.int(), revoked: z.int(), cameBack: z.int() }
export const Flow = z.object(flowShape)
export type Flow = z.infer<typeof Flow>

/** One step of the history. `total` null: nobody looked then, which is not the same as none. */
export const HistoryPoint = z.object({ at: z.number(), total: z.nullable(z.int()), ...flowShape })
export type HistoryPoint = z.infer<typeof HistoryPoint>

/** How many sessions end within each step of the horizon; `never` and `later` lie beyond it. */
export const Horizon = z.object({
  from: z.number(),
  stepMs: z.int(),
  counts: z.array(z.int()),
  later: z.int(),
  never: z.int(),
})
export type Horizon = z.infer<typeof Horizon>

/** One range of payload sizes; `toBytes` null: everything from `fromBytes` on. */
const SizeRange = z.object({ fromBytes: z.int(), toBytes: z.nullable(z.int()), count: z.int() })

/** The findings that matter, without their evidence. */
const Headline = z.pick(Finding, { id: true, severity: true, title: true, explanation: true, count: true })

/** The whole at a glance. Lists are the largest first, at most ten; `others` is what they leave out. */
export const Overview = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.int(),
  people: z.int(),
  anonymous: z.int(),
  unreadable: z.int(),
  sizeBytes: z.number(),
  bySource: z.array(Count),
  byFormat: z.array(Count),
  byDevice: z.array(Count),
  topPeople: z.array(
    z.object({ person: z.string(), principal: z.string(), label: z.nullable(z.string()), count: z.int() }),
  ),
  sizes: z.array(SizeRange),
  horizon: Horizon,
  lastMinute: Flow,
  history: z.object({ range: HistoryRange, stepMs: z.int(), points: z.array(HistoryPoint) }),
  findings: z.array(Headline),
  /** How many more were found and put off. */
  snoozed: z.int(),
})
export type Overview = z.infer<typeof Overview>
