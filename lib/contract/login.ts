import * as z from 'zod/mini'

export const roles = ['viewer', 'operator', 'admin'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

/** Why nobody was signed in by others than this console itself; the sign-in page says each in words. */
export const signInRefusals = [
  'no-answer',
  'unknown-client',
  'not-begun',
  'used',
  'cancelled',
  'not-believed',
  'no-role',
  'no-name',
  'not-fresh',
  'too-many',
  'closed',
] as const
export type SignInRefusal = (typeof signInRefusals)[number]

/** `GET /api/login/openid`: where to go afterwards, and whether the provider is to ask for the password although it knows who it is. */
export const OpenIdQuery = z.strictObject({
  next: z.optional(z.string().check(z.maxLength(2000))),
  again: z.optional(z.literal('1')),
})
export type OpenIdQuery = z.infer<typeof OpenIdQuery>

/** `GET /api/login/openid/callback`: whatever the provider says; providers add words of their own. */
export const OpenIdAnswer = z.record(z.string(), z.string())

/** What is said to whoever signed in or out: nothing, 204. */
export const Nothing = z.null()

/** Who says who somebody is: this console by a password, a provider, a proxy; a token says it by itself. */
export const signInWays = ['password', 'openid', 'proxy', 'token'] as const

/** Who is asking, by whose word (`by`), and when their console session ends if they do nothing (idle) or whatever they do (absolute). `freshUntil`: until then no deed asks for the password again; null for an API token, and where nobody knows. */
export const Me = z.object({
  username: z.string(),
  role: Role,
  by: z.enum(signInWays),
  idleExpiresAt: z.number(),
  absoluteExpiresAt: z.number(),
  freshUntil: z.nullable(z.number()),
  now: z.number(),
})
export type Me = z.infer<typeof Me>
