import type { Log } from '@/lib/log'
import { createConnection } from '@/lib/redis/connect'
import type { Connection } from '@/lib/redis/connection'
import type { RedisAddress, Settings, SourceSetting } from '@/lib/settings.mjs'
import { listConfigured, type Wanted } from './wanted'

/** One database of one Redis, with what the settings say of it. */
export type Site = {
  connection: Connection
  /** Which of several, as the settings file names it; null where there is but one. */
  redis: Pick<SourceSetting, 'id' | 'name' | 'color'> | null
  hasSeveralDatabases: boolean
  isReadOnly: boolean
  /** Whether its keys are looked through for more: not where the settings name the prefixes. */
  looks: boolean
  /** What is watched from the first second. */
  configured: Wanted[]
}

type Plan = Pick<Site, 'redis' | 'isReadOnly' | 'looks' | 'configured'> & { address: RedisAddress }

/** Every database that the settings name, each with a connection of its own, connecting from now on. The first is home where no other is. */
export function openSites(settings: Settings, log: Log): Site[] {
  return planSites(settings).flatMap(({ address, ...plan }) =>
    address.databases.map((database) => ({
      ...plan,
      connection: createConnection({ address, database, log, isReadOnly: plan.isReadOnly }),
      hasSeveralDatabases: address.databases.length > 1,
    })),
  )
}

/** Pure. */
export function planSites(settings: Settings): Plan[] {
  const { redis, prefixes, sources, isReadOnly } = settings
  if (sources.length > 0) {
    return sources.map(({ id, name, color, address, format, prefixes, ...source }, index) => ({
      address,
      redis: { id, name, color },
      isReadOnly: isReadOnly || source.isReadOnly,
      looks: prefixes === null,
      configured: listConfigured(
        { ...settings, prefixes, hasDemo: settings.hasDemo && index === 0 },
        format,
        prefixes === null,
      ),
    }))
  }
  if (redis === null) throw new Error('REDIS_URL is not set. Start with `npm start`, which brings a store of its own.')
  return [{ address: redis, redis: null, isReadOnly, looks: prefixes === null, configured: listConfigured(settings) }]
}
