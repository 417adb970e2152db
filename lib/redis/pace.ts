import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'

/** How often it is looked whether others use this Redis. */
const lookEveryMs = 100
/** More commands of others than this in a second, and they go first. */
const othersPerSecond = 50
/** An own answer that takes longer waits behind somebody. */
const slowMs = 20
const longestRestMs = 100
const politeRestMs = 3

/** Keys that Redis looks at in one SCAN: under 2 ms of its time while it is ours, under 0.5 ms while others wait. */
const fullCount = 1000
const politeCount = 200

const issued = new WeakMap<Redis | Cluster, number>()

/** Tells the pace how many of Redis's commands are our own. */
export function countIssued(client: Redis | Cluster, commands: number) {
  issued.set(client, (issued.get(client) ?? 0) + commands)
}

/** Full speed only while nobody else is busy: `count` for the next SCAN, and a rest after the last one. */
export type Pace = { count(): number; rest(tookMs: number, signal: AbortSignal): Promise<void> }

/** Where INFO is refused only our own latency tells. In a cluster all our commands count for each node, so others are seen a little late. */
export function createPace(node: Redis, client: Redis | Cluster): Pace {
  let last: { at: number; total: number; own: number } | null = null
  let lookedAt = Number.NEGATIVE_INFINITY
  let isShared = false

  async function look() {
    lookedAt = performance.now()
    const info = await node.info('stats').catch(() => '')
    const total = Number(/^total_commands_processed:(\d+)/m.exec(info)?.[1] ?? Number.NaN)
    const now = { at: performance.now(), total, own: issued.get(client) ?? 0 }
    if (last !== null && now.at > last.at) {
      const others = now.total - last.total - (now.own - last.own)
      isShared = (others * 1000) / (now.at - last.at) > othersPerSecond
    }
    last = now
  }

  return {
    count: () => (isShared ? politeCount : fullCount),
    async rest(tookMs, signal) {
      if (performance.now() - lookedAt > lookEveryMs) await look()
      const restMs = tookMs > slowMs ? Math.min(tookMs, longestRestMs) : isShared ? politeRestMs : 0
      if (restMs > 0) await wait(restMs, undefined, { signal })
    },
  }
}
