import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiClient, type RollcallConsole, startConsole } from '@/e2e/support/console'

/** The production server, at work on one Redis, with what the system says of its process. Linux only: it is read from /proc. */
export type MeasuredServer = {
  rollcall: RollcallConsole
  admin: ApiClient
  port: number
  /** What all its threads together, or the main one alone, have spent on a processor since it began. */
  cpuMs(): number
  mainCpuMs(): number
  /** Resident memory, the least of the next seconds: between two collections it is larger. */
  readMemory(): Promise<number>
  /** The numbers of `/metrics` under this name, by their labels. */
  readMetrics(name: string): Promise<Map<string, number>>
  stop(): Promise<void>
}

const scanWithinMs = 300_000
/** Rarely, because it takes time from what is measured. */
const lookEveryMs = 400
const memorySamples = 20
const memoryEveryMs = 250

/** Starts it on the keys under `sess:`; ready when it is live with so many sessions. */
export async function startServer(redisUrl: string, sessions: number): Promise<MeasuredServer> {
  const server = await beginServer(redisUrl)
  await waitForScan(server)
  const { total, freshness } = await (await server.admin.call('GET', '/api/sessions?size=1')).json()
  if (total !== sessions || freshness.state !== 'live') throw new Error(`${total} sessions, ${freshness.state}`)
  return server
}

/** Waits for the end of the first scan; answers how long the scan took, in seconds, as the server itself counted it. */
export async function waitForScan({ readMetrics }: MeasuredServer): Promise<number> {
  const endsAt = Date.now() + scanWithinMs
  while (Date.now() < endsAt) {
    await sleep(lookEveryMs)
    const scans = await readMetrics('rollcall_scans_total')
    if ((scans.get('source="sess",outcome="complete"') ?? 0) === 0) continue
    return (await readMetrics('rollcall_scan_seconds_total')).get('source="sess"') ?? Number.NaN
  }
  throw new Error('the first scan did not end')
}

/** The same, not waiting for the first scan. */
export async function beginServer(redisUrl: string): Promise<MeasuredServer> {
  const rollcall = await startConsole(redisUrl, { ROLLCALL_MATCH: 'sess:', ROLLCALL_METRICS: '1' })
  const { pid } = rollcall
  const admin = await rollcall.as('admin')
  const onCpu = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  return {
    rollcall,
    admin,
    port: Number(new URL(rollcall.origin).port),
    cpuMs: () => readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + onCpu(thread), 0),
    mainCpuMs: () => onCpu(String(pid)),
    async readMemory() {
      let least = Number.POSITIVE_INFINITY
      for (let sample = 0; sample < memorySamples; sample += 1) {
        await sleep(memoryEveryMs)
        const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        least = Math.min(least, Number(kilobytes) * 1024)
      }
      return least
    },
    async readMetrics(name) {
      const text = await (await fetch(`${rollcall.origin}/metrics`)).text()
      const found = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))
      return new Map([...found].map(([, labels = '', value]) => [labels, Number(value)]))
    },
    stop: () => rollcall.stop(),
  }
}

/** What nobody should have to wait for the process. */
export const longestWaitMs = 50

/** In how many seconds so far something waited longer. */
export async function readLongWaits({ readMetrics }: MeasuredServer): Promise<number> {
  const buckets = await readMetrics('rollcall_event_loop_delay_seconds_bucket')
  const count = (uptoMs: string) => buckets.get(`le="${uptoMs}"`) ?? Number.NaN
  return count('+Inf') - count(String(longestWaitMs / 1000))
}
