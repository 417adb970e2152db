import * as z from 'zod/mini'

export const roles = ['viewer', 'operator', 'admin'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

/** What is said to whoever signed in or out: nothing, 204. */
export const Nothing = z.null()

/** Who is asking, and when their console session ends if they do nothing (idle) or whatever they do (absolute). `freshUntil`: until then no deed asks for the password again; null for an API token, and where nobody knows. */
export const Me = z.object({
  username: z.string(),
  role: Role,
  idleExpiresAt: z.number(),
  absoluteExpiresAt: z.number(),
  freshUntil: z.nullable(z.number()),
  now: z.number(),
})
export type Me = z.infer<typeof Me>
