import { z } from 'zod'
import { Outcome } from './session'

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
