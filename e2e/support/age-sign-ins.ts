import type { RedisServer } from './redis'

/** As if everybody who is signed in had given their password that much earlier. Throws where nobody is, or nothing says when. */
export async function ageSignIns(redis: RedisServer, byMs: number): Promise<void> {
  const keys = await redis.client().keys('rollcall:console:*')
  if (keys.length === 0) throw new Error('Nobody is signed in')
  for (const key of keys) {
    const text = (await redis.client().get(key)) ?? ''
    const aged = text.replace(/"signedInAt":(\d+)/, (_, at) => `"signedInAt":${Number(at) - byMs}`)
    if (aged === text) throw new Error('A console session does not say when its password was given')
    await redis.client().set(key, aged, 'KEEPTTL')
  }
}
