import type { Cluster, Redis } from 'ioredis'
import type { Capabilities } from './connection'
import { isAnswer, isRefused } from './errors'
import { isCluster } from './options'

export type Probe = { capabilities: Capabilities; missing: string[] }

/** What a connection is for: its sessions are read and changed, they are only read, or it keeps what is Rollcall's own. */
export type Use = 'sessions' | 'reading' | 'home'

/** Before the first probe nothing is known, so nothing is offered. */
export const nothingProbed: Probe = {
  capabilities: {
    tracking: false,
    pexpiretime: false,
    dump: false,
    restore: false,
    unlink: false,
    expire: false,
    set: false,
    hset: false,
    watch: false,
    memoryUsage: false,
    info: false,
  },
  missing: [],
}

/** A name that nobody writes, after whatever prefix: commands about it change nothing. */
export const absent = 'rollcall:absent'

type Trial = { name: string; args: string[]; uses: readonly Use[] }

const always: readonly Use[] = ['sessions', 'reading', 'home']
const reading: readonly Use[] = ['sessions', 'reading']
const deeds: readonly Use[] = ['sessions']
const both: readonly Use[] = ['sessions', 'home']

/** Each changes nothing where `key` is a name that nobody writes. */
const trialsOn = (key: string): readonly Trial[] => [
  { name: 'PING', args: [], uses: always },
  { name: 'TIME', args: [], uses: always },
  { name: 'CLIENT TRACKING', args: ['OFF'], uses: always },
  { name: 'CLIENT ID', args: [], uses: always },
  { name: 'INFO', args: ['server'], uses: reading },
  { name: 'SCAN', args: ['0', 'COUNT', '1'], uses: reading },
  { name: 'DBSIZE', args: [], uses: reading },
  { name: 'PTTL', args: [key], uses: reading },
  { name: 'PEXPIRETIME', args: [key], uses: reading },
  { name: 'GET', args: [key], uses: reading },
  { name: 'GETRANGE', args: [key, '0', '0'], uses: reading },
  { name: 'STRLEN', args: [key], uses: reading },
  { name: 'HLEN', args: [key], uses: reading },
  { name: 'HKEYS', args: [key], uses: reading },
  { name: 'HSTRLEN', args: [key, 'x'], uses: reading },
  { name: 'HMGET', args: [key, 'x'], uses: reading },
  { name: 'MEMORY USAGE', args: [key], uses: reading },
  { name: 'DUMP', args: [key], uses: reading },
  // A payload without a checksum: refused by RESTORE itself, after the permission was checked.
  { name: 'RESTORE', args: [key, '0', 'x'], uses: deeds },
  { name: 'UNLINK', args: [key], uses: deeds },
  { name: 'DEL', args: [key], uses: deeds },
  { name: 'PEXPIREAT', args: [key, '1', 'GT'], uses: deeds },
  { name: 'SET', args: [key, '', 'XX'], uses: deeds },
  { name: 'EXISTS', args: [key], uses: deeds },
  { name: 'HGETALL', args: [key], uses: deeds },
  { name: 'SISMEMBER', args: [key, 'x'], uses: deeds },
  { name: 'SCARD', args: [key], uses: deeds },
  { name: 'SREM', args: [key, 'x'], uses: deeds },
  { name: 'ZSCORE', args: [key, 'x'], uses: deeds },
  { name: 'ZCARD', args: [key], uses: deeds },
  { name: 'ZREM', args: [key, 'x'], uses: deeds },
  { name: 'ZADD', args: [key, 'XX', '1', 'x'], uses: deeds },
  { name: 'WATCH', args: [key], uses: both },
  { name: 'UNWATCH', args: [], uses: both },
  { name: 'EXEC', args: [], uses: both },
]

/**
 * What this server and this user can do. Nothing is changed: `key` is one that nobody writes, and that this user may touch, or Redis would note a denial. What the use does not need is not tried: it is
 * false without being called missing. A refusal that passes (full memory, a disk that fails) is none. Throws what ioredis throws when Redis does not answer. Cost: one round trip.
 */
export async function probeCapabilities(client: Redis | Cluster, use: Use, key: string): Promise<Probe> {
  const tried = trialsOn(key).filter(({ uses }) => uses.includes(use))
  const results = await Promise.allSettled(
    tried.map(({ name, args }) => {
      const [command = '', ...sub] = name.split(' ')
      return client.call(command, ...sub, ...args)
    }),
  )
  const allowed = new Set<string>()
  const missing: string[] = []
  for (const [index, { name }] of tried.entries()) {
    const result = results[index]
    if (result?.status === 'rejected' && !isAnswer(result.reason)) throw result.reason
    if (result?.status === 'rejected' && isRefused(result.reason)) missing.push(name)
    else allowed.add(name)
  }
  return {
    capabilities: {
      tracking: allowed.has('CLIENT TRACKING'),
      pexpiretime: allowed.has('PEXPIRETIME'),
      dump: allowed.has('DUMP'),
      restore: allowed.has('RESTORE'),
      unlink: allowed.has('UNLINK') || allowed.has('DEL'),
      expire: allowed.has('PEXPIREAT'),
      set: allowed.has('SET'),
      hset: use === 'sessions',
      watch: allowed.has('WATCH') && allowed.has('UNWATCH') && allowed.has('EXEC'),
      memoryUsage: allowed.has('MEMORY USAGE'),
      info: allowed.has('INFO'),
    },
    missing,
  }
}

/**
 * Which of these are refused: MULTI, and what would write even where nothing stands, so it is only queued, and given up. To be called on a connection that is in nobody's hands, where EXEC is allowed.
 * Throws where that cannot be told; the connection is then to be closed. Cost: three round trips.
 */
export async function probeTransaction(client: Redis | Cluster, use: Use, key: string): Promise<string[]> {
  const node = isCluster(client) ? client.nodes('master')[0] : client
  if (node === undefined) throw new Error('No primary is known')
  if (await isDenied(node.call('MULTI'))) return ['MULTI']
  const writes = use === 'sessions' ? [['HSET', key, 'x', 'x'] as const, ['SADD', key, 'x'] as const] : []
  const denied = await Promise.all(writes.map(([name, ...args]) => isDenied(node.call(name, ...args))))
  // Without its arguments: what was queued is void now.
  const isVoid = await node.call('GET').then(
    () => false,
    (error: unknown) => isAnswer(error),
  )
  if (!isVoid) throw new Error('It cannot be given up')
  await node.call('EXEC').catch((error: unknown) => {
    if (!/^EXECABORT/.test(error instanceof Error ? error.message : '')) throw error
  })
  return writes.flatMap(([name], at) => (denied[at] ? [name] : []))
}

/** What is refused for another reason (a slot that is elsewhere) is none of the user's rights. */
async function isDenied(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer
    return false
  } catch (error) {
    if (!isAnswer(error)) throw error
    return isRefused(error)
  }
}
