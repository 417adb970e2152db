import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Redis } from 'ioredis'
import { freePort, type RedisServer, startRedis, until } from './redis'

const run = promisify(execFile)
const masterName = 'main'

/** A primary, two replicas, and three Sentinels of which two must agree. */
export type Sentinels = {
  servers: RedisServer[]
  hosts: { host: string; port: number }[]
  masterName: string
  primary(): Promise<RedisServer>
  /** Has a replica made the primary; resolves when the Sentinels tell of another one, which says that it is one. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

export async function startSentinels(): Promise<Sentinels> {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const following = ['--repl-diskless-sync-delay', '0', '--replicaof', '127.0.0.1', String(primary.port)]
  const servers = [primary, await startRedis({ args: following }), await startRedis({ args: following })]
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-sentinels-'))
  const sentinels: RedisServer[] = []
  for (let index = 0; index < 3; index += 1) {
    const configFile = join(folder, `sentinel-${index}.conf`)
    const port = await freePort()
    const lines = [
      `port ${port}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${primary.port} 2`,
      `sentinel down-after-milliseconds ${masterName} 1000`,
      `sentinel failover-timeout ${masterName} 2000`,
    ]
    writeFileSync(configFile, `${lines.join('\n')}\n`)
    sentinels.push(await startRedis({ configFile, port }))
  }
  const clients = sentinels.map((sentinel) => sentinel.client())
  const [first] = clients
  if (first === undefined) throw new Error('No Sentinel')
  const portOf = async (client: Redis) => {
    const answer = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)
    return Array.isArray(answer) ? Number(answer[1]) : 0
  }
  const serverAt = (port: number) => {
    const found = servers.find((server) => server.port === port)
    if (found === undefined) throw new Error(`No server at ${port}`)
    return found
  }
  const isSettled = async () => {
    const states = await Promise.all(clients.map((client) => client.call('SENTINEL', 'MASTER', masterName)))
    const facts = states.map((state) => (Array.isArray(state) ? state.map(String) : []))
    const factOf = (fact: string[], name: string) => fact[fact.indexOf(name) + 1]
    if (!facts.every((fact) => factOf(fact, 'num-slaves') === '2' && factOf(fact, 'num-other-sentinels') === '2'))
      return false
    const info = await serverAt(await portOf(first))
      .client()
      .info('replication')
    return /role:master/.test(info) && (info.match(/state=online/g) ?? []).length === 2
  }
  await until('three Sentinels know two replicas', isSettled, 60_000)

  return {
    servers,
    hosts: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    masterName,
    primary: async () => serverAt(await portOf(first)),
    async failOver() {
      await until('both replicas follow', isSettled, 60_000)
      const before = await portOf(first)
      const ask = () =>
        first.call('SENTINEL', 'FAILOVER', masterName).then(
          () => true,
          () => false,
        )
      await until('the Sentinel begins', ask, 30_000)
      await until(
        'all Sentinels tell of another primary',
        async () => {
          const ports = await Promise.all(clients.map(portOf))
          if (!ports.every((port) => port !== before && port === ports[0])) return false
          return /role:master/.test(
            await serverAt(ports[0] ?? 0)
              .client()
              .info('replication'),
          )
        },
        60_000,
      )
    },
    async stop() {
      for (const server of [...servers, ...sentinels]) await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Three primaries with a replica each. */
export type ReplicatedCluster = {
  nodes: RedisServer[]
  hosts: { host: string; port: number }[]
  primaries(): Promise<RedisServer[]>
  /** Moves so many slots from the first primary to the second, as an operator does. */
  reshard(slots: number): Promise<void>
  /** Kills a primary; resolves when its replica has taken its slots. */
  killPrimary(): Promise<void>
  stop(): Promise<void>
}

export async function startReplicatedCluster(): Promise<ReplicatedCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--repl-diskless-sync-delay', '0']
  const nodes = await Promise.all(Array.from({ length: 6 }, () => startRedis({ args })))
  const killed = new Set<RedisServer>()
  const alive = () => nodes.filter((node) => !killed.has(node))
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'])

  /** The lines of CLUSTER NODES, as one of those that live sees them. */
  const lines = async () => {
    const text = String(await alive()[0]?.client().call('CLUSTER', 'NODES'))
    return text
      .split('\n')
      .map((line) => line.split(' '))
      .filter(({ length }) => length > 7)
  }
  const primaryLines = async () =>
    (await lines()).filter(([, , flags]) => /master/.test(flags ?? '') && !/fail/.test(flags ?? ''))
  const isWhole = async () => {
    const answers = await Promise.all(alive().map((node) => node.client().call('CLUSTER', 'INFO')))
    const links = (await lines()).filter(([, , flags]) => /slave/.test(flags ?? ''))
    return (
      answers.every((text) => /cluster_state:ok/.test(String(text))) && links.every((line) => line[7] === 'connected')
    )
  }
  await until('the cluster is whole', isWhole, 30_000)

  return {
    nodes,
    hosts: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    async primaries() {
      const ports = (await primaryLines()).map(([, address]) => Number(/:(\d+)@/.exec(address ?? '')?.[1]))
      return alive().filter(({ port }) => ports.includes(port))
    },
    async reshard(slots) {
      const [from, to] = await primaryLines()
      const ids = ['--cluster-from', from?.[0] ?? '', '--cluster-to', to?.[0] ?? '']
      const amount = ['--cluster-slots', String(slots), '--cluster-yes', '--cluster-pipeline', '50']
      await run('redis-cli', ['--cluster', 'reshard', addresses[0] ?? '', ...ids, ...amount], {
        maxBuffer: 64 * 1024 * 1024,
      })
    },
    async killPrimary() {
      const before = await primaryLines()
      const port = Number(/:(\d+)@/.exec(before.at(-1)?.[1] ?? '')?.[1])
      const node = nodes.find((one) => one.port === port)
      if (node === undefined) throw new Error('No primary to kill')
      killed.add(node)
      await node.kill()
      await until(
        'its replica has taken over',
        async () => (await primaryLines()).length === 3 && (await isWhole()),
        60_000,
      )
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}
