import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Cluster, type Redis } from 'ioredis'
import { startConsole } from '../console'
import { startRedis, until } from '../redis'
import { type RedisCluster, type RedisSentinel, startCluster, startSentinel } from '../topology'
import { consoleSettings, type LineSite, openSite, type Site, saveSessions, waitForSessions } from './site'
import type { Fault } from './trial'

const second = 1000
const clientOptions = { commandTimeout: 1000, maxRetriesPerRequest: 0, retryStrategy: () => 100 }

/** Makes the console scan again and again until `isOver`: each time that its feed is lost. */
async function keepScanning(clients: readonly Redis[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await Promise.all(clients.map((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {})))
    await wait(150)
  }
}

export type SentinelSite = Site & { sentinel: RedisSentinel; moveTruth(): void }

export async function openSentinelSite(sessions: number): Promise<SentinelSite> {
  const sentinel = await startSentinel()
  const home = await startRedis()
  const hosts = sentinel.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
  let client = sentinel.primary.client(clientOptions)
  await saveSessions(client, 0, sessions)
  const rollcall = await startConsole(`redis+sentinel://${hosts}/${sentinel.masterName}`, {
    ...consoleSettings,
    ROLLCALL_HOME_URL: home.url,
  })
  await waitForSessions(rollcall, sessions)
  return {
    sentinel,
    rollcall,
    truth: () => client,
    moveTruth() {
      client = sentinel.replica.client(clientOptions)
    },
    async stop() {
      await rollcall.stop()
      await Promise.all([sentinel.stop(), home.stop()])
    },
  }
}

/** Each needs a site of its own: afterwards the replica is the primary. */
export const sentinelFaults: Fault<SentinelSite>[] = [
  {
    ...{ id: 'F13', name: 'the primary dies, Sentinel chooses another', lastsMs: 0 },
    begin: async ({ sentinel, moveTruth }) => {
      await sentinel.primary.kill()
      await wait(second)
      await sentinel.failOver()
      moveTruth()
    },
    end: () => {},
  },
  {
    ...{ id: 'F14', name: 'the same in the midst of a scan', lastsMs: 0 },
    begin: async ({ sentinel, moveTruth }) => {
      let isOver = false
      const scanning = keepScanning([sentinel.primary.client(clientOptions)], () => isOver)
      await wait(second)
      await sentinel.primary.kill()
      await sentinel.failOver()
      moveTruth()
      isOver = true
      await scanning
    },
    end: () => {},
  },
  {
    ...{ id: 'F16', name: 'another primary is chosen, the old one goes on answering', lastsMs: 7 * second },
    begin: async ({ sentinel, moveTruth }) => {
      await sentinel.failOver()
      moveTruth()
    },
    end: () => {},
  },
]

export type PairSite = LineSite & { demote(): Promise<void>; promote(): Promise<void> }

/** A replica that can take the place of the one that the console is told of, without any Sentinel. */
export async function openPairSite(sessions: number): Promise<PairSite> {
  const site = await openSite({ sessions })
  const other = await startRedis({ args: ['--replicaof', '127.0.0.1', String(site.redis.port)] })
  const [one, two] = [site.redis.client(clientOptions), other.client(clientOptions)]
  // The primary waits some seconds for more replicas before it sends what it has.
  const hasAll = async () => /master_link_status:up/.test(await two.info('replication'))
  await until('the replica has everything', hasAll, 20_000)
  let truth = one
  return {
    ...site,
    truth: () => truth,
    async demote() {
      await one.call('WAIT', 1, 1000)
      // In this order nothing is written to either in between.
      await one.call('REPLICAOF', '127.0.0.1', String(other.port))
      await two.call('REPLICAOF', 'NO', 'ONE')
      truth = two
    },
    async promote() {
      await one.call('REPLICAOF', 'NO', 'ONE')
      await two.call('REPLICAOF', '127.0.0.1', String(site.redis.port))
      truth = one
    },
    async stop() {
      await site.stop()
      await other.stop()
    },
  }
}

export const pairFaults: Fault<PairSite>[] = [
  {
    ...{ id: 'F15', name: 'the primary becomes a replica and says READONLY', lastsMs: 8 * second },
    begin: ({ demote }) => demote(),
    end: ({ promote }) => promote(),
  },
]

export type ClusterSite = Site & { cluster: RedisCluster }

export async function openClusterSite(sessions: number): Promise<ClusterSite> {
  const cluster = await startCluster({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  const home = await startRedis()
  const client = new Cluster(cluster.hosts, {
    redisOptions: { commandTimeout: 1000 },
    clusterRetryStrategy: () => 100,
    slotsRefreshInterval: 500,
  })
  client.on('error', () => {})
  await saveSessions(client, 0, sessions)
  const hosts = cluster.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
  const rollcall = await startConsole(`redis+cluster://${hosts}`, {
    ...consoleSettings,
    ROLLCALL_HOME_URL: home.url,
  })
  await waitForSessions(rollcall, sessions)
  return {
    cluster,
    rollcall,
    truth: () => client,
    async stop() {
      await rollcall.stop()
      client.disconnect()
      await Promise.all([cluster.stop(), home.stop()])
    },
  }
}

const movedSlots = 4000

/** Moves slots with their keys from the first node to the second, as `redis-cli --cluster reshard` does. */
async function reshard({ nodes }: RedisCluster): Promise<void> {
  const [from, to, other] = nodes
  if (from === undefined || to === undefined || other === undefined) throw new Error('No nodes')
  const [source, target, third] = [from.client(clientOptions), to.client(clientOptions), other.client(clientOptions)]
  const [sourceId, targetId] = await Promise.all([source.call('CLUSTER', 'MYID'), target.call('CLUSTER', 'MYID')])
  for (let slot = 0; slot < movedSlots; slot += 1) {
    await Promise.all([
      target.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', String(sourceId)),
      source.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', String(targetId)),
    ])
    for (;;) {
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')) as string[]
      if (keys.length === 0) break
      await source.call('MIGRATE', '127.0.0.1', String(to.port), '', '0', '1000', 'KEYS', ...keys)
    }
    for (const client of [target, source, third]) {
      await client.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', String(targetId))
    }
  }
}

/** One site for all of them: a cluster without replicas. */
export const clusterFaults: Fault<ClusterSite>[] = [
  {
    ...{ id: 'F28', name: '4,000 slots of a cluster move in the midst of scans', lastsMs: 0 },
    begin: async ({ cluster }) => {
      let isOver = false
      const scanning = keepScanning(
        cluster.nodes.map((node) => node.client(clientOptions)),
        () => isOver,
      )
      await reshard(cluster)
      isOver = true
      await scanning
    },
    end: () => {},
  },
  {
    ...{ id: 'F29', name: 'a primary of a cluster dies and comes back', lastsMs: 6 * second },
    begin: ({ cluster }) => cluster.nodes[1]?.kill(),
    end: ({ cluster }) => cluster.nodes[1]?.restart(),
  },
]

export type TlsSite = LineSite & { present(which: 'own' | 'expired' | 'other'): Promise<void> }

/** The console trusts the server's own certificate and one that has expired. */
export async function openTlsSite(sessions: number): Promise<TlsSite> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-tls-'))
  const trusted = join(folder, 'trusted.pem')
  const expired = makeCertificate(folder, 'expired', '20200101000000Z', '20200102000000Z')
  const other = makeCertificate(folder, 'other', '20200101000000Z', '20991231235959Z')
  const site = await openSite({
    sessions,
    tls: true,
    env: { NODE_EXTRA_CA_CERTS: trusted },
    trust: (own) => writeFileSync(trusted, `${own}\n${expired.text()}`),
  })
  const client = site.redis.client(clientOptions)
  const setting = async (name: string) => ((await client.config('GET', name)) as string[])[1] ?? ''
  const own = { certificate: await setting('tls-cert-file'), key: await setting('tls-key-file') }
  return {
    ...site,
    async present(which) {
      const { certificate, key } = which === 'own' ? own : which === 'expired' ? expired : other
      await client.call('CONFIG', 'SET', 'tls-cert-file', certificate, 'tls-key-file', key)
      site.line.cut()
    },
    async stop() {
      await site.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Its own authority, for `from` and `to` as `openssl ca` reads them: a certificate of the past cannot be asked for by a number of days. */
function makeCertificate(folder: string, name: string, from: string, to: string) {
  const own = join(folder, name)
  mkdirSync(own)
  const [key, certificate, config] = ['key', 'crt', 'conf'].map((what) => join(own, what)) as [string, string, string]
  const database = [
    'database = index',
    'serial = serial',
    'new_certs_dir = .',
    'default_md = sha256',
    'policy = policy',
  ]
  writeFileSync(join(own, 'index'), '')
  writeFileSync(join(own, 'serial'), '01')
  writeFileSync(
    config,
    [
      '[ca]',
      'default_ca = own',
      '[own]',
      ...database,
      '[policy]',
      'commonName = supplied',
      '[names]',
      'subjectAltName = IP:127.0.0.1',
      '',
    ].join('\n'),
  )
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: own, stdio: 'pipe' })
  openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', 'request')
  const times = ['-startdate', from, '-enddate', to]
  openssl(
    'ca',
    '-batch',
    '-notext',
    '-selfsign',
    '-config',
    config,
    '-keyfile',
    key,
    '-in',
    'request',
    '-extensions',
    'names',
    ...times,
    '-out',
    certificate,
  )
  return { key, certificate, text: () => readFileSync(certificate, 'utf8') }
}

export const tlsFaults: Fault<TlsSite>[] = [
  {
    ...{ id: 'F30', name: 'the certificate has expired, then is another', lastsMs: 4 * second },
    begin: async ({ present }) => {
      await present('expired')
      await wait(4 * second)
      await present('other')
    },
    end: ({ present }) => present('own'),
  },
]

/** A console whose wall clock jumps at a signal. */
export const openClockSite = (sessions: number) =>
  openSite({
    sessions,
    env: {
      NODE_OPTIONS: `${consoleSettings.NODE_OPTIONS} --import ${fileURLToPath(new URL('./clock.mjs', import.meta.url))}`,
    },
  })

export const clockFaults: Fault<LineSite>[] = [
  {
    ...{ id: 'F32', name: "the console's clock jumps an hour ahead, then one behind", lastsMs: 4 * second },
    begin: async ({ rollcall }) => {
      process.kill(rollcall.pid, 'SIGUSR2')
      await wait(4 * second)
      process.kill(rollcall.pid, 'SIGUSR2')
    },
    end: ({ rollcall }) => process.kill(rollcall.pid, 'SIGUSR2'),
  },
]
