import * as z from 'zod/mini'
import { Role } from './login'

const dayMs = 24 * 60 * 60_000
export const shortestTokenMs = dayMs
export const longestTokenMs = 365 * dayMs

/** `POST /api/tokens`. The name is unique and stands in the audit; the role is at most the creator's; every token ends, a day to a year from now. */
export const TokenInput = z.strictObject({
  name: z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9._-]{0,39}$/,
        'must be 1 to 40 small letters, figures, dots, dashes or underscores, and begin with a letter or figure',
      ),
    ),
  role: Role,
  expiresInMs: z.int().check(z.minimum(shortestTokenMs), z.maximum(longestTokenMs)),
})
export type TokenInput = z.infer<typeof TokenInput>

/** `stopped`: whoever created it is no admin any more. Only an `active` token opens anything. */
export const tokenStates = ['active', 'expired', 'stopped'] as const

/** One token, without its secret, which nobody has but whom it was shown to. `role`: what it may do now, never more than its creator. */
export const TokenRow = z.object({
  name: z.string(),
  state: z.enum(tokenStates),
  role: Role,
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.nullable(z.number()),
  lastUsedIp: z.nullable(z.string()),
})
export type TokenRow = z.infer<typeof TokenRow>

/** `GET /api/tokens`, the newest first. */
export const TokenList = z.object({ version: z.string(), now: z.number(), rows: z.array(TokenRow) })
export type TokenList = z.infer<typeof TokenList>

/** What `POST /api/tokens` answers, the only time that the secret is told. */
export const TokenCreated = z.object({ token: TokenRow, secret: z.string() })
export type TokenCreated = z.infer<typeof TokenCreated>
