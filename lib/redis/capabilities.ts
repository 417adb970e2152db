import type { Cluster, Redis } from 'ioredis'
import type { Capabilities } from './connection'
import { isAnswer, isRefused } from './errors'

export type Probe = { capabilities: Capabilities; missing: string[] }

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
    watch: false,
    memoryUsage: false,
    info: false,
  },
  missing: [],
}

/** A name that nobody writes: commands about it change nothing. */
const absent = 'rollcall:absent'

type Trial = { name: string; command: [string, ...string[]]; writes?: true }

const trials: readonly Trial[] = [
  { name: 'CLIENT TRACKING', command: ['CLIENT', 'TRACKING', 'OFF'] },
  { name: 'PEXPIRETIME', command: ['PEXPIRETIME', absent] },
  { name: 'MEMORY USAGE', command: ['MEMORY', 'USAGE', absent] },
  { name: 'INFO', command: ['INFO', 'server'] },
  { name: 'TIME', command: ['TIME'] },
  { name: 'DUMP', command: ['DUMP', absent] },
  // A payload without a checksum: refused by RESTORE itself, after the permission was checked.
  { name: 'RESTORE', command: ['RESTORE', absent, '0', 'x'], writes: true },
  { name: 'UNLINK', command: ['UNLINK', absent], writes: true },
  { name: 'DEL', command: ['DEL', absent], writes: true },
  { name: 'PEXPIREAT', command: ['PEXPIREAT', absent, '1', 'GT'], writes: true },
  { name: 'SET', command: ['SET', absent, '', 'XX'], writes: true },
  { name: 'WATCH', command: ['WATCH', absent], writes: true },
  { name: 'UNWATCH', command: ['UNWATCH'], writes: true },
  { name: 'EXEC', command: ['EXEC'], writes: true },
]

/**
 * What this server and this user can do. Nothing is changed; with `isReadOnly` no write is even tried, and those are false without being called missing.
 * A refusal that passes (full memory, a disk that fails) is none. Throws what ioredis throws when Redis does not answer. Cost: two round trips.
 */
export async function probeCapabilities(client: Redis | Cluster, isReadOnly: boolean): Promise<Probe> {
  const tried = trials.filter((trial) => !(isReadOnly && trial.writes))
  const results = await Promise.allSettled(tried.map(({ command: [name, ...args] }) => client.call(name, ...args)))
  const allowed = new Set<string>()
  const missing: string[] = []
  for (const [index, trial] of tried.entries()) {
    const result = results[index]
    if (result?.status === 'rejected' && !isAnswer(result.reason)) throw result.reason
    if (result?.status === 'rejected' && isRefused(result.reason)) missing.push(trial.name)
    else allowed.add(trial.name)
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
      watch: allowed.has('WATCH') && allowed.has('UNWATCH') && allowed.has('EXEC'),
      memoryUsage: allowed.has('MEMORY USAGE'),
      info: allowed.has('INFO'),
    },
    missing,
  }
}
