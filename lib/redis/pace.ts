import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'

/** How often it is looked whether others use this Redis, and how long our own commands hold it. */
const lookEveryMs = 100
/** More commands of others than this in a second, and they go first. */
const othersPerSecond = 50
/** So long without an answer and without anything to do, and there is somebody before us. */
const slowMs = 20
const longestRestMs = 100
const politeRestMs = 3

/** What one of our commands may hold Redis for, in microseconds of its own time: under a millisecond while it is ours, a fraction while others wait. */
const fullHoldUs = 700
const politeHoldUs = 200
/** Keys that Redis looks at in one SCAN. */
const firstCount = 400
const leastCount = 50
const mostCount = 2000
/** That of our commands which grows with the count. */
const bulkCommand = 'scan'
/** A look changes the count by this factor at most. */
const longestStep = 2

const issued = new WeakMap<Redis | Cluster, number>()

/** Tells the pace how many of Redis's commands are our own. */
export function countIssued(client: Redis | Cluster, commands: number) {
  issued.set(client, (issued.get(client) ?? 0) + commands)
}

/** Full speed only while nobody else is busy: `count` for the next SCAN, `begin` before it, and `rest` after it. */
export type Pace = { count(): number; begin(): void; rest(signal: AbortSignal): Promise<void> }

type Look = { at: number; total: number; own: number; commands: Map<string, CommandStat> }
type CommandStat = { calls: number; us: number }

/** Where INFO is refused only our own latency tells. In a cluster all our commands count for each node, so others are seen a little late. `rest`: so many times what a step
 * took it rests after it, whoever else is there. */
export function createPace(node: Redis, client: Redis | Cluster, rest = 0): Pace {
  let last: Look | null = null
  let lookedAt = Number.NEGATIVE_INFINITY
  let isShared = false
  let count = firstCount
  let begun = performance.eventLoopUtilization()
  let begunAt = performance.now()

  async function look() {
    lookedAt = performance.now()
    // Redis answers in the order of asking: what was sent before this is in its count, what is sent meanwhile is not.
    const own = issued.get(client) ?? 0
    const asked = node.info('commandstats')
    countIssued(node, 1)
    const commands = readStats(await asked.catch(() => ''))
    const total = commands.size === 0 ? Number.NaN : [...commands.values()].reduce((sum, { calls }) => sum + calls, 0)
    const now = { at: performance.now(), total, own, commands }
    if (last !== null && now.at > last.at) {
      const others = now.total - last.total - (now.own - last.own)
      isShared = (others * 1000) / (now.at - last.at) > othersPerSecond
      count = adapt(count, meanHold(last.commands, commands), isShared)
    }
    last = now
  }

  return {
    count: () => count,
    begin() {
      begun = performance.eventLoopUtilization()
      begunAt = performance.now()
    },
    async rest(signal) {
      // Only the time in which this process had nothing else to do was spent waiting for Redis.
      const { idle } = performance.eventLoopUtilization(begun)
      const slowRestMs = (performance.now() - begunAt) * rest
      if (performance.now() - lookedAt > lookEveryMs) await look()
      const politeMs = idle > slowMs ? Math.min(idle, longestRestMs) : isShared ? politeRestMs : 0
      const restMs = Math.max(politeMs, slowRestMs)
      if (restMs > 0) await wait(restMs, undefined, { signal })
    },
  }
}

function adapt(count: number, holdUs: number | null, isShared: boolean): number {
  const factor = holdUs === null ? 1 : (isShared ? politeHoldUs : fullHoldUs) / holdUs
  const step = Math.max(1 / longestStep, Math.min(longestStep, factor))
  return Math.round(Math.max(leastCount, Math.min(mostCount, count * step)))
}

/** How long a step took in the mean since the look before, by Redis's own count; null: there was none. */
function meanHold(before: Look['commands'], now: Look['commands']): number | null {
  const { calls, us } = now.get(bulkCommand) ?? { calls: 0, us: 0 }
  const old = before.get(bulkCommand) ?? { calls: 0, us: 0 }
  return calls > old.calls ? Math.max(1, (us - old.us) / (calls - old.calls)) : null
}

function readStats(info: string): Look['commands'] {
  const lines = info.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm)
  return new Map([...lines].map(([, name = '', calls, us]) => [name, { calls: Number(calls), us: Number(us) }]))
}
