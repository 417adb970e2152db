import * as z from 'zod/mini'
import { Freshness } from './source'

export const sessionStatuses = ['active', 'expiring', 'persistent', 'unreadable'] as const
export const SessionStatus = z.enum(sessionStatuses)
export type SessionStatus = z.infer<typeof SessionStatus>

/** With less than this left a session is `expiring`. */
export const expiringMs = 5 * 60_000

/** What a row can be found to suffer from. `secrets`: its payload holds in clear what must not stand there. */
export const rowFindings = ['no-expiry', 'oversized', 'secrets', 'anonymous', 'unreadable', 'truncated'] as const
export const RowFinding = z.enum(rowFindings)
export type RowFinding = z.infer<typeof RowFinding>

/** One session in a list. The session id and the Redis key are not in it and cannot be had from it. */
export const SessionRow = z.object({
  handle: z.string(),
  source: z.string(),
  format: z.string(),
  principal: z.nullable(z.string()),
  label: z.nullable(z.string()),
  createdAt: z.nullable(z.number()),
  lastSeenAt: z.nullable(z.number()),
  expiresAt: z.nullable(z.number()),
  sizeBytes: z.int(),
  companionBytes: z.int(),
  status: SessionStatus,
  ip: z.nullable(z.string()),
  device: z.nullable(z.string()),
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
export const several = <T extends z.ZodMiniType<string>>(item: T) =>
  z.pipe(
    z.transform((value: unknown) => (typeof value === 'string' ? value.split(',') : value)),
    z.array(item).check(z.minLength(1), z.maxLength(100)),
  )

/** A whole number, also when it arrives as the text of one. */
export const count = (min: number, max: number) =>
  z.pipe(
    z.transform((value: unknown) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value)),
    z.int().check(z.minimum(min), z.maximum(max)),
  )

/** A text that is not empty. */
export const text = (longest: number) => z.string().check(z.minLength(1), z.maxLength(longest))

const time = count(0, Number.MAX_SAFE_INTEGER)

/** Which page of a list, whatever it is of. */
export const pageShape = {
  order: z._default(z.enum(['asc', 'desc']), 'desc'),
  page: z._default(count(1, 1_000_000_000), 1),
  size: z._default(count(1, maxPageSize), defaultPageSize),
}
/** Free text that is searched for. */
export const SearchText = z.string().check(z.maxLength(maxSearchLength))
/** The version that a caller of a search already has. */
export const Version = z.string().check(z.maxLength(200))

/** What a session can lack: an end, or a person. */
export const noNames = ['ttl', 'user'] as const

/** `q` and `words` are not looked for in addresses. */
export const noAddress = z.optional(
  z.pipe(
    z.transform((value: unknown) => (value === 'true' ? true : value)),
    z.literal(true),
  ),
)

/** What every list of sessions, of people and of what a job acts on can be narrowed by. */
export const filterShape = {
  source: z.optional(several(text(200))),
  format: z.optional(several(text(100))),
  status: z.optional(several(SessionStatus)),
  finding: z.optional(several(RowFinding)),
  principal: z.optional(several(SearchText)),
  /** The same people by their handles, which may stand in an address. */
  person: z.optional(several(text(maxHandleLength))),
  q: z.optional(SearchText),
  /** Texts that must each be found, where `q` would find one. */
  words: z.optional(several(SearchText)),
  noAddress,
  /** Without an end, without a person; both where both are named. */
  no: z.optional(several(z.enum(noNames))),
  minSizeBytes: z.optional(time),
  maxSizeBytes: z.optional(time),
  /** Parts of the person's id or name. */
  who: z.optional(several(SearchText)),
  /** Addresses, or ranges as in `10.0.0.0/8`. */
  ip: z.optional(several(text(100))),
  /** Parts of the device's name. */
  device: z.optional(several(text(200))),
  createdBefore: z.optional(time),
  createdAfter: z.optional(time),
  seenBefore: z.optional(time),
  seenAfter: z.optional(time),
  expiresBefore: z.optional(time),
  expiresAfter: z.optional(time),
  /** Bounds that go with the server's clock: how much is left, how long ago it began, how long ago it was last seen. */
  minTtlMs: z.optional(time),
  maxTtlMs: z.optional(time),
  minAgeMs: z.optional(time),
  maxAgeMs: z.optional(time),
  minIdleMs: z.optional(time),
  maxIdleMs: z.optional(time),
}

/** Which sessions: the same object drives the table, the people page and jobs. Absent fields do not restrict. Unknown fields are refused. */
export const SessionFilter = z.strictObject(filterShape)
export type SessionFilter = z.infer<typeof SessionFilter>

const sort = z._default(z.enum(sortFields), 'lastSeenAt')

/** `GET /api/sessions`: the filter and which page of it. */
export const SessionQuery = z.strictObject({ ...filterShape, sort, ...pageShape })
export type SessionQuery = z.infer<typeof SessionQuery>

/** `POST /api/sessions/search`: the same in a body, and the version the caller already has. */
export const SessionSearch = z.strictObject({ ...filterShape, sort, ...pageShape, version: z.optional(Version) })
export type SessionSearch = z.infer<typeof SessionSearch>

/** One page. `total` counts what the filter leaves; `now` is the server's clock, which countdowns run against. */
export const SessionPage = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.int(),
  page: z.int(),
  size: z.int(),
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
 * `revealable`: JSON pointers into `payload` of the masked leaves that whoever asks may have revealed; a credential is never among them.
 * `ttlMs` is what Redis says now: null means no expiry. `truncated`: the value was longer than the megabyte that was read.
 */
export const SessionDetail = z.extend(SessionRow, {
  now: z.number(),
  payload: z.unknown(),
  revealable: z.array(z.string()),
  unreadableReason: z.nullable(z.string()),
  truncated: z.boolean(),
  redisType: z.string(),
  encodings: z.array(z.string()),
  ttlMs: z.nullable(z.number()),
  can: z.object({ extend: z.boolean(), revoke: z.boolean(), reveal: z.boolean() }),
  cannot: z.array(z.string()),
  notReached: z.array(Limit),
  undoUntil: z.nullable(z.number()),
  history: z.array(
    z.object({ at: z.number(), deed: z.string(), admin: z.nullable(z.string()), outcome: z.nullable(z.string()) }),
  ),
})
export type SessionDetail = z.infer<typeof SessionDetail>

/**
 * What keeps a revoked session from coming back. `returns`: how often it came back and was ended again, `returnedAt` when last. `isShort`: nothing in it tells it from the person's next
 * session, so it is guarded for seconds only. `isShared`: other replicas guard it too, and a restart forgets nothing. `isReused`: a new sign-in stands under the same key.
 */
export const Guarded = z.object({
  until: z.number(),
  returns: z.int(),
  returnedAt: z.nullable(z.number()),
  isShort: z.boolean(),
  isShared: z.boolean(),
  isReused: z.boolean(),
})
export type Guarded = z.infer<typeof Guarded>

/**
 * `GET /api/sessions/{handle}/history`: how a session ended and what admins did to it, also when it is gone. `ended` null: it lives, or nobody remembers its end;
 * the last ten thousand ends are remembered, since the server started. `cameBackAt`: when it lived again after a revoke. `guard`: what keeps a revoked session from coming back, until
 * when, and how often it came back and was ended again; null: it was not revoked here, or nobody remembers.
 */
export const SessionHistory = z.object({
  now: z.number(),
  ended: z.nullable(
    z.object({
      cause: z.enum(['expired', 'ended', 'revoked']),
      endedAt: z.number(),
      principal: z.nullable(z.string()),
      label: z.nullable(z.string()),
      cameBackAt: z.nullable(z.number()),
    }),
  ),
  guard: z.nullable(Guarded),
  history: z.array(
    z.object({ at: z.number(), deed: z.string(), admin: z.nullable(z.string()), outcome: z.nullable(z.string()) }),
  ),
})
export type SessionHistory = z.infer<typeof SessionHistory>

/** `POST /api/sessions/{handle}/reveal`: one of the session's `revealable`. */
export const RevealInput = z.strictObject({ pointer: text(16_384) })
export type RevealInput = z.infer<typeof RevealInput>

/** The value that stood there when it was asked for, in the form of a payload. */
export const Revealed = z.object({ value: z.unknown(), now: z.number() })
export type Revealed = z.infer<typeof Revealed>

/** How a deed ended. `unknown`: it was sent and no answer came; re-reading settles it. */
export const Outcome = z.enum(['done', 'already-gone', 'refused', 'unknown', 'failed'])
export type Outcome = z.infer<typeof Outcome>

/** `undoUntil`: null where undo is not possible. `reason`: a sentence for any outcome but `done`. */
export const RevokeAnswer = z.object({
  outcome: Outcome,
  undoUntil: z.nullable(z.number()),
  reason: z.nullable(z.string()),
})
export type RevokeAnswer = z.infer<typeof RevokeAnswer>

export const RestoreAnswer = z.object({ outcome: Outcome, reason: z.nullable(z.string()) })
export type RestoreAnswer = z.infer<typeof RestoreAnswer>

export const maxExtensionMs = 10 * 365 * 24 * 60 * 60 * 1000

/** Exactly one of `byMs` (added to the present end) and `untilAt` (absolute). */
export const ExtendInput = z
  .strictObject({
    byMs: z.optional(z.int().check(z.minimum(1), z.maximum(maxExtensionMs))),
    untilAt: z.optional(z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000))),
  })
  .check(
    z.refine((input) => (input.byMs === undefined) !== (input.untilAt === undefined), {
      error: 'give exactly one of byMs and untilAt',
    }),
  )
export type ExtendInput = z.infer<typeof ExtendInput>

/** `expiresAt`: what will hold after the application's next request. `notReached`: what will not follow. */
export const ExtendAnswer = z.object({
  outcome: Outcome,
  expiresAt: z.nullable(z.number()),
  notReached: z.array(Limit),
  reason: z.nullable(z.string()),
})
export type ExtendAnswer = z.infer<typeof ExtendAnswer>
