import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisAddress } from '@/lib/settings.mjs'
import { readSecrets } from './secrets'

/** Nobody waits longer for one command; the watchdog's patience is the same. */
export const commandTimeoutMs = 2000
const longestRetryMs = 500

// Without the reply mapping, whose states the constructor's overloads cannot tell apart.
type Options = Omit<RedisOptions, 'replyMapping'>

/**
 * The ioredis client for an address, not yet connecting. A command in flight when its socket closes is rejected then and never sent again;
 * one given while there is no socket is rejected at once. Protocol 2: under 3 ioredis drops invalidations, and HELLO needs a permission.
 * `shouldReconnect` is asked after each error that Redis answered. `ca`: certificates to trust instead of the system's, PEM.
 */
export function openClient(
  address: RedisAddress,
  database: number,
  shouldReconnect: (error: Error) => boolean,
  ca?: string,
): Redis | Cluster {
  const tls = address.tls ? { tls: ca === undefined ? {} : { ca } } : {}
  const retryRenewed = createRetry(address)
  const options: Options = {
    ...tls,
    username: address.username ?? undefined,
    password: address.password ?? undefined,
    sentinelPassword: address.sentinelPassword ?? '',
    ...readSecrets(address),
    protocol: 2,
    disableClientInfo: true,
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    disconnectTimeout: 100,
    // With 0 the queue is flushed at each close; with 1 only at every second, and what is not sent again would hang until its timeout.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // The watchdog's first PING is our ready check; ioredis's own needs INFO and prints when that is refused.
    enableReadyCheck: false,
    reconnectOnError: shouldReconnect,
    lazyConnect: true,
  }
  if (address.topology === 'cluster') {
    return new Cluster(address.hosts, {
      redisOptions: options,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      enableAutoPipelining: false,
      lazyConnect: true,
      slotsRefreshInterval: 2000,
      slotsRefreshTimeout: commandTimeoutMs,
      clusterRetryStrategy: retryIn,
      clusterNodeRetryStrategy: retryRenewed,
      // Zero: a command whose connection closed may have been carried out, so it is not given to another node.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      maxRedirections: 5,
    })
  }
  const single: Options = { ...options, db: database, enableOfflineQueue: false, retryStrategy: retryRenewed }
  if (address.topology === 'unix') return new Redis({ ...single, path: address.path ?? '' })
  if (address.topology === 'sentinel') {
    const client = new Redis({
      ...single,
      sentinels: address.hosts,
      name: address.masterName ?? '',
      sentinelUsername: address.sentinelUsername ?? '',
      sentinelCommandTimeout: commandTimeoutMs,
      sentinelRetryStrategy: retryIn,
      // An old primary that was replaced may go on answering for seconds: the Sentinels tell at once.
      failoverDetector: true,
      // Here the check is what refuses a primary that was demoted.
      enableReadyCheck: true,
      maxLoadingRetryTime: longestRetryMs,
      ...(address.tls ? { sentinelTLS: options.tls ?? {}, enableTLSForSentinelMode: true } : {}),
    })
    return keepTrying(client)
  }
  const host = address.hosts[0]
  return new Redis({ ...single, host: host?.host ?? '127.0.0.1', port: host?.port ?? 6379 })
}

/** The same client; where the news of a failover comes while it looks for the primary, ioredis gives it up for good, and here it begins anew. Only `disconnect()` ends it. */
export function keepTrying(client: Redis): Redis {
  const disconnect = client.disconnect.bind(client)
  let isClosed = false
  client.disconnect = (reconnect = false) => {
    if (!reconnect) isClosed = true
    disconnect(reconnect)
  }
  client.on('end', () => {
    const begin = () => {
      if (!isClosed) client.connect().catch(() => {})
    }
    setTimeout(begin, retryIn(1)).unref()
  })
  return client
}

/** By what it says and not by its class: the server's bundles may hold different copies of a class. */
export function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster
}

/** `redis://10.0.0.5:6379/0`: which server, for people, without user and password. */
export function describeAddress(address: RedisAddress, database: number): string {
  const hosts = address.hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  switch (address.topology) {
    case 'standalone':
      return `${address.tls ? 'rediss' : 'redis'}://${hosts}/${database}`
    case 'unix':
      return `unix://${address.path}?db=${database}`
    case 'sentinel':
      return `redis+sentinel://${hosts}/${address.masterName}?db=${database}`
    case 'cluster':
      return `redis+cluster://${hosts}`
  }
}

/** ioredis calls it on the options of the very socket that is to connect again: what was rotated meanwhile is put there. */
function createRetry(address: RedisAddress) {
  return function retryRenewed(this: Options | undefined, times: number): number {
    if (this !== undefined) Object.assign(this, readSecrets(address))
    return retryIn(times)
  }
}

function retryIn(times: number): number {
  return Math.min(50 * times, longestRetryMs)
}
