import * as z from 'zod/mini'
import { count, noAddress, Outcome, SearchText, several, text, Version } from './session'

/** Every deed there is: the permission, the audit action and the metric label have this one name. */
export const deeds = [
  'session.view',
  'session.reveal',
  'session.revoke',
  'session.restore',
  'session.extend',
  'guard.end',
  'job.view',
  'job.start',
  'job.stop',
  'job.resume',
  'job.undo',
  'view.save',
  'view.delete',
  'source.choose',
  'finding.snooze',
  'finding.wake',
  'audit.view',
  'audit.export',
  'token.view',
  'token.create',
  'token.revoke',
  'console.view',
  'console.end',
  'admin.view',
  'admin.create',
  'admin.change',
  'admin.remove',
  'admin.reset-factor',
  'account.view',
  'account.password',
  'account.factor',
  'account.end-others',
  'admin.sign-in',
  'admin.sign-out',
] as const
export const Deed = z.enum(deeds)
export type Deed = z.infer<typeof Deed>

/**
 * Who did what to which handle, when, and how it ended. A deed on a session writes two entries: `intent` before, `outcome` after, under one request id.
 * `handle` is null where no session is concerned; `outcome` is null in an intent.
 */
export const AuditEntry = z.object({
  id: z.string(),
  at: z.number(),
  phase: z.enum(['intent', 'outcome']),
  deed: Deed,
  admin: z.nullable(z.string()),
  handle: z.nullable(z.string()),
  principal: z.nullable(z.string()),
  outcome: z.nullable(z.union([Outcome, z.literal('denied')])),
  reason: z.nullable(z.string()),
  requestId: z.string(),
  ip: z.nullable(z.string()),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** `GET /api/audit`: which deeds, and which page of them. `since`: not begun earlier. Unknown parameters are refused. */
export const AuditQuery = z.strictObject({
  deed: z.optional(several(Deed)),
  admin: z.optional(text(200)),
  handle: z.optional(text(16_384)),
  since: z.optional(count(0, Number.MAX_SAFE_INTEGER)),
  /** A part of who, what, whom, why, from where, or a handle; without case. */
  q: z.optional(SearchText),
  noAddress,
  page: z._default(count(1, 1_000_000_000), 1),
  size: z._default(count(1, 500), 50),
})
export type AuditQuery = z.infer<typeof AuditQuery>

/** `POST /api/audit/search`: the same in a body, for words that must not stand in an address, and the version that the caller already has. */
export const AuditSearch = z.extend(AuditQuery, { version: z.optional(Version) })
export type AuditSearch = z.infer<typeof AuditSearch>

/** `GET /api/audit/export`: which entries, and as what. */
export const AuditExportQuery = z.strictObject({
  format: z._default(z.enum(['csv', 'json']), 'csv'),
  deed: z.optional(several(Deed)),
  admin: z.optional(text(200)),
  handle: z.optional(text(16_384)),
  since: z.optional(count(0, Number.MAX_SAFE_INTEGER)),
  q: z.optional(SearchText),
  noAddress,
})
export type AuditExportQuery = z.infer<typeof AuditExportQuery>

/** One deed of one request: its intent and its outcome together. `outcome` null: it is not known how it ended. */
export const AuditRow = z.omit(AuditEntry, { phase: true })
export type AuditRow = z.infer<typeof AuditRow>

/**
 * One page of the audit, newest first. `total` counts what the filter leaves of the `lookedAt` newest entries; `isComplete` false: the stream holds older ones
 * that were not looked at. `unreadable`: entries that are not as Rollcall writes them. `admins`: who acted in what was looked at.
 */
export const AuditPage = z.object({
  version: z.string(),
  now: z.number(),
  total: z.int(),
  page: z.int(),
  size: z.int(),
  lookedAt: z.int(),
  isComplete: z.boolean(),
  unreadable: z.int(),
  admins: z.array(z.string()),
  rows: z.array(AuditRow),
})
export type AuditPage = z.infer<typeof AuditPage>
