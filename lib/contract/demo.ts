import * as z from 'zod/mini'

/** `POST /api/demo`: a shopper signs in to the pretend shop. Any name will do; there is no password. */
export const DemoLogin = z.strictObject({ name: z.string().check(z.trim(), z.minLength(1), z.maxLength(60)) })
export type DemoLogin = z.infer<typeof DemoLogin>

const demoItems = ['sourdough', 'olive-oil', 'wildflower-honey', 'tomatoes', 'oolong', 'beeswax-candle'] as const
export const DemoItem = z.enum(demoItems)
export type DemoItem = z.infer<typeof DemoItem>

/** `PUT /api/demo`: one thing goes into the basket. */
export const DemoPurchase = z.strictObject({ item: DemoItem })
export type DemoPurchase = z.infer<typeof DemoPurchase>

/**
 * `GET /api/demo`: the shopper's own session, or null when there is none. `hadSession`: this browser still holds the cookie of one that is gone,
 * so the page can say that it ended, and by its last known end whether that was before its time.
 * `expiresAt` is null where another hand took the key's expiry away. `calls`: what the store library asked of Redis for this answer, without keys and values.
 */
export const DemoSession = z.object({
  now: z.number(),
  shopper: z.nullable(
    z.object({
      name: z.string(),
      createdAt: z.nullable(z.number()),
      expiresAt: z.nullable(z.number()),
      views: z.int(),
      basket: z.array(z.string()),
      sizeBytes: z.int(),
    }),
  ),
  hadSession: z.boolean(),
  calls: z.array(z.string()),
})
export type DemoSession = z.infer<typeof DemoSession>
