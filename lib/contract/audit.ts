import { z } from 'zod'
import { count, Outcome, several } from './session'

/** Every deed there is: the permission, the audit action and the metric label have this one name. */
export const deeds = [
  'session.view',
  'session.revoke',
  'session.restore',
  'session.extend',
  'audit.view',
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
  admin: z.string().nullable(),
  handle: z.string().nullable(),
  principal: z.string().nullable(),
  outcome: z.union([Outcome, z.literal('denied')]).nullable(),
  reason: z.string().nullable(),
  requestId: z.string(),
  ip: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** `GET /api/audit`: which deeds, and which page of them. `since`: not begun earlier. Unknown parameters are refused. */
export const AuditQuery = z.strictObject({
  deed: several(Deed).optional(),
  admin: z.string().min(1).max(200).optional(),
  handle: z.string().min(1).max(16_384).optional(),
  since: count(0, Number.MAX_SAFE_INTEGER).optional(),
  page: count(1, 1_000_000_000).default(1),
  size: count(1, 500).default(50),
})
export type AuditQuery = z.infer<typeof AuditQuery>

/** One deed of one request: its intent and its outcome together. `outcome` null: it is not known how it ended. */
export const AuditRow = AuditEntry.omit({ phase: true })
export type AuditRow = z.infer<typeof AuditRow>

/**
 * One page of the audit, newest first. `total` counts what the filter leaves of the `lookedAt` newest entries; `isComplete` false: the stream holds older ones
 * that were not looked at. `unreadable`: entries that are not as Rollcall writes them. `admins`: who acted in what was looked at.
 */
export const AuditPage = z.object({
  version: z.string(),
  now: z.number(),
  total: z.number().int(),
  page: z.number().int(),
  size: z.number().int(),
  lookedAt: z.number().int(),
  isComplete: z.boolean(),
  unreadable: z.number().int(),
  admins: z.array(z.string()),
  rows: z.array(AuditRow),
})
export type AuditPage = z.infer<typeof AuditPage>
