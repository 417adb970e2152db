import { z } from 'zod'
import { Freshness } from './source'

export const sessionStatuses = ['active', 'expiring', 'persistent', 'unreadable'] as const
export const SessionStatus = z.enum(sessionStatuses)
export type SessionStatus = z.infer<typeof SessionStatus>

/** With less than this left a session is `expiring`. */
export const expiringMs = 5 * 60_000

/** What a row can be found to suffer from. More kinds come with the findings page. */
export const rowFindings = ['no-expiry', 'oversized', 'anonymous', 'unreadable', 'truncated'] as const
export const RowFinding = z.enum(rowFindings)
export type RowFinding = z.infer<typeof RowFinding>

/** One session in a list. The session id and the Redis key are not in it and cannot be had from it. */
export const SessionRow = z.object({
  handle: z.string(),
  source: z.string(),
  format: z.string(),
  principal: z.string().nullable(),
  label: z.string().nullable(),
  createdAt: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  sizeBytes: z.number().int(),
  companionBytes: z.number().int(),
  status: SessionStatus,
  ip: z.string().nullable(),
  device: z.string().nullable(),
  findings: z.array(RowFinding),
})
export type SessionRow = z.infer<typeof SessionRow>

export const sortFields = [
  'handle',
  'source',
  'format',
  'principal',
  'label',
  'createdAt',
  'lastSeenAt',
  'expiresAt',
  'sizeBytes',
  'companionBytes',
  'status',
  'ip',
  'device',
  'findings',
] as const
export type SortField = (typeof sortFields)[number]

const defaultPageSize = 50
const maxPageSize = 500
const maxSearchLength = 4096
const maxHandleLength = 16_384

/** `a,b` in a query, or a list in JSON, becomes a list. */
export const several = <T extends z.ZodType<string>>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(item).min(1).max(100))

/** A whole number, also when it arrives as the text of one. */
export const count = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value),
    z.number().int().min(min).max(max),
  )

const time = count(0, Number.MAX_SAFE_INTEGER)

/** Which page of a list, whatever it is of. */
export const pageShape = {
  order: z.enum(['asc', 'desc']).default('desc'),
  page: count(1, 1_000_000_000).default(1),
  size: count(1, maxPageSize).default(defaultPageSize),
}
/** Free text that is searched for. */
export const SearchText = z.string().max(maxSearchLength)
/** The version that a caller of a search already has. */
export const Version = z.string().max(200)

const filterShape = {
  source: several(z.string().min(1).max(200)).optional(),
  format: several(z.string().min(1).max(100)).optional(),
  status: several(SessionStatus).optional(),
  finding: several(RowFinding).optional(),
  principal: several(z.string().max(maxSearchLength)).optional(),
  /** The same people by their handles, which may stand in an address. */
  person: several(z.string().min(1).max(maxHandleLength)).optional(),
  q: SearchText.optional(),
  minSizeBytes: time.optional(),
  maxSizeBytes: time.optional(),
  expiresBefore: time.optional(),
  expiresAfter: time.optional(),
}

/** Which sessions: the same object drives the table, the people page and jobs. Absent fields do not restrict. Unknown fields are refused. */
export const SessionFilter = z.strictObject(filterShape)
export type SessionFilter = z.infer<typeof SessionFilter>

const sort = z.enum(sortFields).default('lastSeenAt')

/** `GET /api/sessions`: the filter and which page of it. */
export const SessionQuery = z.strictObject({ ...filterShape, sort, ...pageShape })
export type SessionQuery = z.infer<typeof SessionQuery>

/** `POST /api/sessions/search`: the same in a body, and the version the caller already has. */
export const SessionSearch = z.strictObject({ ...filterShape, sort, ...pageShape, version: Version.optional() })
export type SessionSearch = z.infer<typeof SessionSearch>

/** One page. `total` counts what the filter leaves; `now` is the server's clock, which countdowns run against. */
export const SessionPage = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.number().int(),
  page: z.number().int(),
  size: z.number().int(),
  rows: z.array(SessionRow),
})
export type SessionPage = z.infer<typeof SessionPage>

/** Where a masked leaf stood. */
export const Masked = z.object({ masked: z.literal(true) })

const limitNames = [
  'browser-cookie',
  'cookie-cache',
  'remember-me',
  'open-sockets',
  'heap-copy',
  'sql-row',
  'app-timeout',
  'absolute-timeout',
  'in-flight-requests',
] as const
export const Limit = z.enum(limitNames)
/** What a deed cannot reach, by name. */
export type Limit = z.infer<typeof Limit>

/**
 * One session whole. `payload` is the decoded value with every secret masked, or null where it could not be decoded (`unreadableReason` says why).
 * `history`: what admins did to it, empty for who may not read the audit.
 * `ttlMs` is what Redis says now: null means no expiry. `truncated`: the value was longer than the megabyte that was read.
 */
export const SessionDetail = SessionRow.extend({
  now: z.number(),
  payload: z.unknown(),
  unreadableReason: z.string().nullable(),
  truncated: z.boolean(),
  redisType: z.string(),
  encodings: z.array(z.string()),
  ttlMs: z.number().nullable(),
  can: z.object({ extend: z.boolean(), revoke: z.boolean(), reveal: z.boolean() }),
  cannot: z.array(z.string()),
  notReached: z.array(Limit),
  undoUntil: z.number().nullable(),
  history: z.array(
    z.object({ at: z.number(), deed: z.string(), admin: z.string().nullable(), outcome: z.string().nullable() }),
  ),
})
export type SessionDetail = z.infer<typeof SessionDetail>

/** How a deed ended. `unknown`: it was sent and no answer came; re-reading settles it. */
export const Outcome = z.enum(['done', 'already-gone', 'refused', 'unknown', 'failed'])
export type Outcome = z.infer<typeof Outcome>

/** `undoUntil`: null where undo is not possible. `reason`: a sentence for any outcome but `done`. */
export const RevokeAnswer = z.object({
  outcome: Outcome,
  undoUntil: z.number().nullable(),
  reason: z.string().nullable(),
})
export type RevokeAnswer = z.infer<typeof RevokeAnswer>

export const RestoreAnswer = z.object({ outcome: Outcome, reason: z.string().nullable() })
export type RestoreAnswer = z.infer<typeof RestoreAnswer>

const maxExtensionMs = 10 * 365 * 24 * 60 * 60 * 1000

/** Exactly one of `byMs` (added to the present end) and `untilAt` (absolute). */
export const ExtendInput = z
  .strictObject({
    byMs: z.number().int().min(1).max(maxExtensionMs).optional(),
    untilAt: z.number().int().min(0).max(8_640_000_000_000_000).optional(),
  })
  .refine((input) => (input.byMs === undefined) !== (input.untilAt === undefined), {
    message: 'give exactly one of byMs and untilAt',
  })
export type ExtendInput = z.infer<typeof ExtendInput>

/** `expiresAt`: what will hold after the application's next request. `notReached`: what will not follow. */
export const ExtendAnswer = z.object({
  outcome: Outcome,
  expiresAt: z.number().nullable(),
  notReached: z.array(Limit),
  reason: z.string().nullable(),
})
export type ExtendAnswer = z.infer<typeof ExtendAnswer>
