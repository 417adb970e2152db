import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Guest } from './guests'
import type { Chance } from './random'
import type { Town } from './town'

/** Between these the number of pretend sessions stays. */
export const bounds = { low: 200, usual: 240, high: 280 }
const tickEveryMs = 1_500
const looksPerTick = 12
const visitsPerTick = 4
const stepsPerTick = 4

export type Visitors = {
  start(): void
  /** One step of the pretend life, for tests; at most some twenty commands. Never throws. */
  tick(): Promise<void>
  close(): void
}

/**
 * Keeps the samples alive: people browse, sign in and sign out; who ran out or was ended by an operator is replaced by somebody new.
 * The first tick that finds Redis up fills the store. While Redis is down nothing is written; what fails is tried again at a later tick.
 */
export function createVisitors({
  connection,
  town,
  chance,
  log,
  now,
}: {
  connection: Connection
  town: Town
  chance: Chance
  log: Log
  now: () => number
}): Visitors {
  let guests: Guest[] | null = null
  let cursor = 0
  let isBusy = false
  let isClosed = false
  let stop = () => {}

  async function live(present: Guest[]): Promise<Guest[]> {
    const at = now()
    const gone = new Set(present.filter((guest) => (guest.expiresAt() ?? Number.POSITIVE_INFINITY) <= at))
    const looked = present.slice(cursor, cursor + looksPerTick)
    cursor = cursor + looksPerTick >= present.length ? 0 : cursor + looksPerTick
    const visiting = Array.from({ length: visitsPerTick }, () => present[chance.between(0, present.length - 1)])
    await Promise.all([
      ...looked.map(async (guest) => {
        if (await guest.isThere()) gone.delete(guest)
        else gone.add(guest)
      }),
      ...visiting.map(async (guest) => {
        if (guest && !gone.has(guest) && !(await guest.visit(at))) gone.add(guest)
      }),
    ])
    return present.filter((guest) => !gone.has(guest))
  }

  async function comeAndGo(present: Guest[]): Promise<Guest[]> {
    const isShort = present.length < bounds.low
    const steps = isShort || present.length > bounds.high ? stepsPerTick : 1
    const isArrival = isShort || chance.draw() < 0.5 + (bounds.usual - present.length) / (bounds.high - bounds.low)
    if (isArrival) return [...present, ...(await Promise.all(Array.from({ length: steps }, () => town.arrive(now()))))]
    const leaving = new Set(Array.from({ length: steps }, () => present[chance.between(0, present.length - 1)]))
    await Promise.all([...leaving].map((guest) => guest?.leave()))
    return present.filter((guest) => !leaving.has(guest))
  }

  async function tick(): Promise<void> {
    if (isBusy || isClosed || connection.health().state !== 'up') return
    isBusy = true
    try {
      if (guests === null) guests = await town.settle(now())
      else guests = await comeAndGo(await live(guests))
    } catch (error) {
      // The end of a background loop: the next tick tries again.
      log.debug('demo.tick', { error })
    } finally {
      isBusy = false
    }
  }

  return {
    tick,
    start() {
      const timer = setInterval(tick, tickEveryMs)
      timer.unref()
      const stopListening = connection.onHealth(() => void tick())
      stop = () => {
        clearInterval(timer)
        stopListening()
      }
      void tick()
    },
    close() {
      isClosed = true
      stop()
    },
  }
}
