import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Settings } from '@/lib/settings.mjs'
import { createChance } from './random'
import { createShop, type Shop } from './shop'
import { createThrottle, type Throttle } from './throttle'
import { createTown } from './town'
import { createVisitors } from './visitors'

const minute = 60_000

export type Demo = {
  /** The pretend shop behind `/demo`. */
  shop: Shop
  /** Sign-ins cost memory in Redis and are few; `requests` is everything else that the open door lets in. */
  throttle: { signIns: Throttle; requests: Throttle }
  /** Begins the pretend traffic where there are samples at all. Returns at once. */
  start(): void
  close(): void
}

/** The demo: the shop always, and sample sessions with a gentle pretend life only where `hasSamples` says that the store is ours to fill. */
export function createDemo({
  settings,
  connection,
  log,
  now,
}: {
  settings: Pick<Settings, 'hasSamples'>
  connection: Connection
  log: Log
  now: () => number
}): Demo {
  const chance = createChance(now())
  const town = createTown({ connection, chance, now })
  const visitors = settings.hasSamples ? createVisitors({ connection, town, chance, log, now }) : null
  return {
    shop: createShop(connection.client),
    throttle: {
      signIns: createThrottle({ perClient: 20, overall: 200, windowMs: minute, now: Date.now }),
      requests: createThrottle({ perClient: 600, overall: 20_000, windowMs: minute, now: Date.now }),
    },
    start: () => visitors?.start(),
    close: () => visitors?.close(),
  }
}
