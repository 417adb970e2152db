import { createRequire } from 'node:module'
import { Failure } from './ending.mjs'

const patienceMs = 5000

/** An ioredis client for this address in any of its forms, ready to be asked. Throws a `Failure` that names no host and no password when nobody answers in time. */
export async function openHome(address) {
  const { Cluster, Redis } = createRequire(import.meta.url)('ioredis')
  const options = {
    username: address.username ?? undefined,
    password: address.password ?? undefined,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    connectTimeout: patienceMs,
    maxRetriesPerRequest: 1,
    lazyConnect: true,
    ...(address.tls ? { tls: {} } : {}),
  }
  const client =
    address.topology === 'cluster'
      ? new Cluster(address.hosts, { redisOptions: options, lazyConnect: true })
      : new Redis({ ...options, db: address.databases[0], retryStrategy: () => null, ...placeOf(address) })
  // The last of them is what we tell when the patience is over.
  let reason = 'no answer'
  client.on('error', (error) => {
    reason = error.code ?? error.message.split(' ')[0]
  })
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), patienceMs)
  })
  try {
    await Promise.race([client.connect().then(() => client.ping()), late])
    return client
  } catch {
    client.disconnect()
    throw new Failure(`The home Redis does not answer (${reason}).`)
  } finally {
    clearTimeout(timer)
  }
}

function placeOf({ topology, hosts, path, masterName, sentinelUsername, sentinelPassword, tls }) {
  if (topology === 'unix') return { path }
  if (topology !== 'sentinel') return { host: hosts[0].host, port: hosts[0].port }
  return {
    sentinels: hosts,
    name: masterName,
    sentinelUsername: sentinelUsername ?? undefined,
    sentinelPassword: sentinelPassword ?? undefined,
    sentinelRetryStrategy: () => null,
    ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  }
}
