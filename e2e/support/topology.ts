import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type RedisServer, startRedis, until } from './redis'

/** A cluster of three primaries without replicas. */
export type RedisCluster = { nodes: RedisServer[]; hosts: { host: string; port: number }[]; stop(): Promise<void> }

/** Ready when every node says that all slots are served. */
export async function startCluster({ args = [] }: { args?: string[] } = {}): Promise<RedisCluster> {
  const nodes = await Promise.all(
    [0, 1, 2].map(() => startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', ...args] })),
  )
  const clients = nodes.map((node) => node.client())
  const [first] = nodes
  if (first === undefined) throw new Error('No node')
  const share = Math.ceil(16_384 / nodes.length)
  for (const [index, client] of clients.entries()) {
    const last = Math.min((index + 1) * share, 16_384) - 1
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last))
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port))
  }
  await until(
    'the cluster is whole',
    async () => {
      const answers = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')))
      return answers.every((text) => /cluster_state:ok/.test(String(text)) && /known_nodes:3/.test(String(text)))
    },
    15_000,
  )
  return {
    nodes,
    hosts: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

/** One primary named `main`, one replica and one Sentinel that alone may decide. */
export type RedisSentinel = {
  primary: RedisServer
  replica: RedisServer
  hosts: { host: string; port: number }[]
  masterName: string
  /** Has the Sentinel make the replica the primary; resolves when it has. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

export async function startSentinel(): Promise<RedisSentinel> {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
  const replicaClient = replica.client()
  await until('the replica follows', async () => /master_link_status:up/.test(await replicaClient.info('replication')))
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-sentinel-'))
  const configFile = join(folder, 'sentinel.conf')
  const port = await freePort()
  writeFileSync(configFile, `port ${port}\nsentinel monitor main 127.0.0.1 ${primary.port} 1\n`)
  const sentinel = await startRedis({ configFile, port })
  const client = sentinel.client()
  await until(
    'the Sentinel knows the replica',
    async () => String(await client.call('SENTINEL', 'REPLICAS', 'main')).includes(String(replica.port)),
    15_000,
  )
  return {
    primary,
    replica,
    hosts: [{ host: '127.0.0.1', port }],
    masterName: 'main',
    async failOver() {
      await until(
        'the Sentinel has chosen the replica',
        () =>
          client.call('SENTINEL', 'FAILOVER', 'main').then(
            () => true,
            () => false,
          ),
        20_000,
      )
      await until(
        'the replica is the primary',
        async () => /role:master/.test(await replicaClient.info('replication')),
        15_000,
      )
    },
    async stop() {
      await Promise.all([primary, replica, sentinel].map((server) => server.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
