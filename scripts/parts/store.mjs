import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { atEnd, Failure } from './ending.mjs'
import { findRedisServer, startPrivateRedis } from './private-redis.mjs'
import { checkSignIn } from './sign-in-check.mjs'

/**
 * Chooses the store: the given one, else a private redis-server, else the embedded one, which is loaded from `packages`.
 * Answers the environment for the server, what to tell people, and a promise that resolves should the store end.
 */
export async function chooseStore(settings, packages) {
  await checkSignIn(settings)
  if (settings.redis !== null) {
    return { env: {}, words: [`your Redis, ${placeOf(settings.redis)} (REDIS_URL)`], ended: new Promise(() => {}) }
  }
  const binary = findRedisServer()
  if (binary === null) return startEmbedded('REDIS_URL is not set and no redis-server is on PATH', packages)
  try {
    const { socket, ended } = await startPrivateRedis(binary)
    return started('private', `unix://${socket}`, 'REDIS_URL is not set', ended, [
      `a private ${binary}, because REDIS_URL is not set; it ends with Rollcall, and its sessions with it`,
      `redis-cli -s ${socket}`,
    ])
  } catch (error) {
    return startEmbedded(`REDIS_URL is not set and ${binary} did not start (${error.message.trim()})`, packages)
  }
}

async function startEmbedded(reason, packages) {
  let server
  try {
    const file = createRequire(join(packages, 'package.json')).resolve('js-redis-server')
    const { createRedisServer } = await import(pathToFileURL(file).href)
    // It hands `port` to net.Server.listen as it is, and a bare number would listen to the whole network.
    server = await createRedisServer({ port: { host: '127.0.0.1', port: 0 } })
    const sockets = server.server.server
    const { address } = sockets.address()
    if (address !== '127.0.0.1') throw new Error(`it listens on ${address}`)
    // Without this each batch of replies waits some 40 ms for the client's acknowledgement.
    sockets.on('connection', (socket) => socket.setNoDelay(true))
  } catch (error) {
    throw new Failure(
      `${reason}, and the embedded store did not start (${error.message}). Set REDIS_URL, or install one: apt-get install redis-server · brew install redis.`,
    )
  }
  atEnd(() => server.close())
  return started('embedded', `redis://127.0.0.1:${server.port}`, reason, new Promise(() => {}), [
    `the embedded demo store, because ${reason}; it ends with Rollcall, and its sessions with it`,
    `redis-cli -p ${server.port}`,
  ])
}

function started(store, url, reason, ended, words) {
  return { env: { REDIS_URL: url, ROLLCALL_STORE: store, ROLLCALL_STORE_REASON: reason }, words, ended }
}

/** Where it is, never how to sign in to it. */
function placeOf({ topology, hosts, path, databases, tls }) {
  const place = path ?? hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ')
  const kind = { standalone: '', unix: '', sentinel: 'by Sentinel ', cluster: 'a cluster at ' }[topology]
  const where =
    databases.length > 1 ? ` databases ${databases.join(', ')}` : databases[0] === 0 ? '' : ` database ${databases[0]}`
  return `${kind}${place}${where}${tls ? ' over TLS' : ''}`
}
