import type { Log } from '@/lib/log'
import { createConnection } from '@/lib/redis/connect'
import type { Connection } from '@/lib/redis/connection'
import type { RedisAddress } from '@/lib/settings.mjs'
import { type RedisServer, until } from './redis'

/** A log that keeps nothing. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** The address of a private server, with what is told about it. */
export function addressOf(server: RedisServer | null, told: Partial<RedisAddress> = {}): RedisAddress {
  return {
    topology: 'standalone',
    hosts: server === null ? [] : [{ host: '127.0.0.1', port: server.port }],
    path: null,
    masterName: null,
    username: null,
    password: null,
    sentinelUsername: null,
    sentinelPassword: null,
    tls: false,
    databases: [0],
    ...told,
  }
}

/** A connection that is up. The caller closes it. */
export async function connectTo(
  address: RedisAddress,
  more: { isReadOnly?: boolean; ca?: string } = {},
): Promise<Connection> {
  const connection = createConnection({
    address,
    database: address.databases[0] ?? 0,
    log: silent,
    isReadOnly: false,
    ...more,
  })
  await until('the connection is up', () => connection.health().state === 'up')
  return connection
}
