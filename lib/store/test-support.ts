// biome-ignore lint/style/noRestrictedImports: tests run on a real Redis
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll } from 'vitest'
// biome-ignore lint/style/noRestrictedImports: as above
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { digest } from './session-id'

export const minuteMs = 60_000
export const keyOf = (id: string) => `session:${digest(id)}`
export const indexOf = (principal: string) => `session-index:${digest(principal)}`

/** For the tests of one file: a server of its own, emptied after each test. */
export function holdRedis(): { redis: Redis; server: RedisServer } {
  // Filled before the first test runs.
  const held = {} as { redis: Redis; server: RedisServer }
  beforeAll(async () => {
    held.server = await startRedis()
    held.redis = held.server.client()
  })
  afterEach(() => held.redis.flushall())
  afterAll(() => held.server.stop())
  return held
}

/** The commands that Redis carried out for a deed, by name, sorted. */
export async function commandsOf(redis: Redis, deed: () => Promise<unknown>): Promise<string[]> {
  await redis.config('RESETSTAT')
  await deed()
  const stats = await redis.info('commandstats')
  return [...stats.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g)]
    .flatMap(([, name, calls]) => Array.from({ length: Number(calls) }, () => name ?? ''))
    .filter((name) => name !== 'info' && !name.startsWith('config'))
    .sort()
}
