import * as z from 'zod/mini'
import { Role } from './login'
import { Outcome } from './session'

/** One sign-in to this console. `handle` is made up for it: neither the id nor anything derived from it. `lastSeenAt` is true to a minute. */
export const ConsoleSessionRow = z.object({
  handle: z.string(),
  username: z.string(),
  role: Role,
  isYou: z.boolean(),
  createdAt: z.number(),
  lastSeenAt: z.number(),
  idleExpiresAt: z.number(),
  absoluteExpiresAt: z.number(),
  ip: z.nullable(z.string()),
  device: z.nullable(z.string()),
})
export type ConsoleSessionRow = z.infer<typeof ConsoleSessionRow>

/** `GET /api/console-sessions`, who was seen last first. */
export const ConsoleSessionList = z.object({ version: z.string(), now: z.number(), rows: z.array(ConsoleSessionRow) })
export type ConsoleSessionList = z.infer<typeof ConsoleSessionList>

/** How the end of a token or of a console session went. `reason`: a sentence for any outcome but `done`. */
export const EndAnswer = z.object({ outcome: Outcome, reason: z.nullable(z.string()) })
export type EndAnswer = z.infer<typeof EndAnswer>
