import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { keyOf, prefix, saveSessions } from './site'

/** How many sessions there were at a moment of `performance.now()`. */
export type Sample = { at: number; count: number }

export type Truth = {
  samples: Sample[]
  /** How many sessions were written beside those that were there. */
  written(): number
  /** No session is written any more. */
  quiet(): void
  stop(): Promise<void>
}

const sampleEveryMs = 100
const writeEveryMs = 200

/** Looks ten times a second how many sessions there are in truth, and writes five new ones a second, numbered from `from` on, as an application does whatever happens to the console. */
export function followTruth(client: () => Redis | Cluster, from: number): Truth {
  const samples: Sample[] = []
  let isStopped = false
  let isQuiet = false
  let next = from

  async function look() {
    while (!isStopped) {
      const keys = await readKeys(client()).catch(() => null)
      // Where it cannot be told now, what was before and what comes after stand for it.
      if (keys !== null) samples.push({ at: performance.now(), count: keys.size })
      await wait(sampleEveryMs)
    }
  }
  async function write() {
    // What was there at the beginning is known before anything comes to it.
    while (samples.length === 0 && !isStopped) await wait(sampleEveryMs / 10)
    while (!isStopped && !isQuiet) {
      await saveSessions(client(), next, next + 1).then(
        () => (next += 1),
        () => {},
      )
      await wait(writeEveryMs)
    }
  }
  const running = Promise.all([look(), write()])
  return {
    samples,
    written: () => next - from,
    quiet() {
      isQuiet = true
    },
    async stop() {
      isStopped = true
      await running
    },
  }
}

/** The keys of all sessions that there are. */
export async function readKeys(client: Redis | Cluster): Promise<Set<string>> {
  const nodes = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis]
  const found = new Set<string>()
  for (const node of nodes) {
    let cursor = '0'
    do {
      const [after, keys] = await node.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 20_000)
      cursor = after
      for (const key of keys) found.add(key)
    } while (cursor !== '0')
  }
  return found
}

/** Ends all sessions but the first ones, as an application does. */
export async function keepOnly(client: Redis | Cluster, count: number): Promise<void> {
  const more = [...(await readKeys(client))].filter((key) => Number(key.slice(prefix.length)) >= count)
  await Promise.all(more.map((key) => client.unlink(key)))
}

/** When each of these sessions ends; null: it is gone. */
export async function readEnds(client: Redis | Cluster, indexes: number[]): Promise<Map<number, number | null>> {
  const ends = await Promise.all(indexes.map((index) => client.pexpiretime(keyOf(index))))
  return new Map(indexes.map((index, at) => [index, (ends[at] ?? -2) < 0 ? null : (ends[at] ?? null)]))
}
