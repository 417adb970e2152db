import { z } from 'zod'

/** `POST /api/demo`: a shopper signs in to the pretend shop. Any name will do; there is no password. */
export const DemoLogin = z.strictObject({ name: z.string().trim().min(1).max(60) })
export type DemoLogin = z.infer<typeof DemoLogin>

/**
 * `GET /api/demo`: the shopper's own session, or null when there is none. `hadSession`: this browser still holds the cookie of one that is gone,
 * so the page can say that it ended, and by its last known end whether that was before its time.
 */
export const DemoSession = z.object({
  now: z.number(),
  shopper: z
    .object({
      name: z.string(),
      createdAt: z.number(),
      expiresAt: z.number(),
      views: z.number().int(),
      basket: z.array(z.string()),
      sizeBytes: z.number().int(),
    })
    .nullable(),
  hadSession: z.boolean(),
})
export type DemoSession = z.infer<typeof DemoSession>
