import type { HistoryPoint, HistoryRange } from '@/lib/contract/overview'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'

const historyKey = 'rollcall:history'
const minuteMs = 60_000
const keptMinutes = 7 * 24 * 60
const lookEveryMs = 1000
const retryMs = 2000

/** Steps of each range, so that no answer holds more than 170 points. */
const ranges: Record<HistoryRange, { stepMs: number; steps: number }> = {
  '1h': { stepMs: minuteMs, steps: 60 },
  '24h': { stepMs: 10 * minuteMs, steps: 144 },
  '7d': { stepMs: 60 * minuteMs, steps: 168 },
}

/** A minute as it is written: how many there were at its end, and what came and went in it. */
type Minute = Omit<HistoryPoint, 'at' | 'total'> & { total: number }

export type History = {
  start(): void
  close(): void
  /** The steps of a range, the oldest first, the last one the one we are in. Memory only. */
  read(range: HistoryRange, now: number): { range: HistoryRange; stepMs: number; points: HistoryPoint[] }
  /** Rises with every minute that is known. */
  version(): number
}

/**
 * The count over time, kept across restarts: each minute one point of some hundred bytes, in a stream of the home that is bounded at seven days. The id of a point is its minute, so
 * that of several replicas only the first writes it. A minute in which nobody could look, or the home was away, is missing and stays missing.
 * `look` tells of a minute, the present one too, or null while the roster is not live. Cost: one XADD a minute, one XRANGE at the start.
 */
export function createHistory({
  home,
  log,
  look,
}: {
  home: Connection
  log: Log
  look(minuteAt: number): Minute | null
}): History {
  const minutes = new Map<number, Minute>()
  let version = 0
  let timer: NodeJS.Timeout | undefined
  let writtenAt = Math.floor(home.now() / minuteMs) * minuteMs
  let isRead = false
  let triedAt = 0

  async function readBack() {
    triedAt = Date.now()
    try {
      const from = String(home.now() - keptMinutes * minuteMs)
      for (const [id, fields] of await home.client.xrange(historyKey, from, '+', 'COUNT', keptMinutes + 1)) {
        const minute = readMinute(fields)
        if (minute !== null) minutes.set(Number(id.split('-')[0]), minute)
      }
      isRead = true
      version += 1
    } catch (error) {
      // The home may still come; the chart begins with what this process sees.
      log.debug('history.unread', { error })
    }
  }

  async function write(minuteAt: number, minute: Minute) {
    const { total, arrived, expired, ended, revoked, cameBack } = minute
    const text = JSON.stringify([total, arrived, expired, ended, revoked, cameBack])
    try {
      await home.client.xadd(historyKey, 'MAXLEN', '~', keptMinutes, `${minuteAt}-1`, 'm', text)
    } catch (error) {
      // Another replica wrote this minute, or the home is away and the minute will be missing after a restart.
      log.debug('history.unkept', { error })
    }
  }

  async function beat() {
    if (!isRead && home.health().state === 'up' && Date.now() - triedAt > retryMs) await readBack()
    const minuteAt = Math.floor(home.now() / minuteMs) * minuteMs
    if (minuteAt > writtenAt) {
      const finishedAt = minuteAt - minuteMs
      writtenAt = minuteAt
      const minute = look(finishedAt)
      if (minute !== null) {
        minutes.set(finishedAt, minute)
        for (const at of minutes.keys()) if (at < minuteAt - keptMinutes * minuteMs) minutes.delete(at)
        version += 1
        await write(finishedAt, minute)
      }
    }
    timer = setTimeout(() => void beat(), lookEveryMs)
    timer.unref()
  }

  return {
    version: () => version,
    start: () => void beat(),
    close: () => clearTimeout(timer),
    read(range, now) {
      const { stepMs, steps } = ranges[range]
      const lastAt = Math.floor(now / stepMs) * stepMs
      // The minute we are in is told as far as it has come.
      const minuteAt = Math.floor(now / minuteMs) * minuteMs
      const present = look(minuteAt)
      const known = present === null ? minutes : new Map([...minutes, [minuteAt, present]])
      const points = Array.from({ length: steps }, (_, index) =>
        sum(known, lastAt - (steps - 1 - index) * stepMs, stepMs),
      )
      return { range, stepMs, points }
    },
  }
}

/** The minutes of a step as one point: what came and went adds up, the count is the last that is known. */
function sum(minutes: ReadonlyMap<number, Minute>, at: number, stepMs: number): HistoryPoint {
  const point: HistoryPoint = { at, total: null, arrived: 0, expired: 0, ended: 0, revoked: 0, cameBack: 0 }
  for (let minuteAt = at; minuteAt < at + stepMs; minuteAt += minuteMs) {
    const minute = minutes.get(minuteAt)
    if (minute === undefined) continue
    point.total = minute.total
    for (const name of ['arrived', 'expired', 'ended', 'revoked', 'cameBack'] as const) point[name] += minute[name]
  }
  return point
}

function readMinute(fields: string[]): Minute | null {
  try {
    const values: unknown = JSON.parse(fields[1] ?? '')
    if (!Array.isArray(values) || !values.every((value) => Number.isSafeInteger(value))) return null
    const [total = 0, arrived = 0, expired = 0, ended = 0, revoked = 0, cameBack = 0] = values
    return { total, arrived, expired, ended, revoked, cameBack }
  } catch {
    // Not one of ours.
    return null
  }
}
