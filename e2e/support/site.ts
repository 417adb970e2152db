import type { Connection } from '@/lib/redis/connection'
import { planSites, type Site } from '@/lib/runtime/sites'
import type { Settings } from '@/lib/settings.mjs'
import { addressOf } from './connection'

/** What settings without several Redis say of the one, over a connection that the test has. */
export function siteOf(connection: Connection, settings: Settings): Site {
  const [plan] = planSites({ ...settings, redis: addressOf(null) })
  if (plan === undefined) throw new Error('The settings name no Redis')
  return { ...plan, connection, hasSeveralDatabases: false }
}
