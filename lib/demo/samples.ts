import type { Connection } from '@/lib/redis/connection'
import { type Person, people } from './people'
import { type Chance, createChance } from './random'
import {
  aliceOf,
  connectRedisSample,
  hashSample,
  jsonSample,
  type Sample,
  unreadableSamples,
  type Visit,
} from './shapes'

const minute = 60_000
const day = 24 * 60 * minute
/** Writes these in one transaction, so that no hash is ever without its expiry; one that is over is left out. Throws when any command failed. */
export async function writeSessions(client: Connection['client'], samples: Sample[], now: number): Promise<void> {
  const transaction = client.multi()
  for (const { key, value, expiresAt } of samples) {
    const ttlMs = expiresAt === null ? null : Math.round(expiresAt - now)
    if (ttlMs !== null && ttlMs <= 0) continue
    if (typeof value === 'string' || Buffer.isBuffer(value)) {
      if (ttlMs === null) transaction.set(key, value)
      else transaction.set(key, value, 'PX', ttlMs)
    } else {
      transaction.hset(key, value)
      if (ttlMs !== null) transaction.pexpire(key, ttlMs)
    }
  }
  const failed = (await transaction.exec())?.find(([error]) => error)
  if (failed?.[0]) throw failed[0]
}

/** About 210 sessions of a pretend town, the same ones for the same `now`. */
export function makeSamples(now: number): Sample[] {
  const chance = createChance(20_261_124)
  const samples = [aliceOf(now), ...unreadableSamples(chance, now)]
  const add = (
    times: number,
    make: (chance: Chance, visit: Visit) => Sample,
    changes: () => Partial<Visit> = () => ({}),
  ) => {
    for (let i = 0; i < times; i++) samples.push(make(chance, { ...makeVisit(chance, now), ...changes() }))
  }
  for (const person of people) samples.push(connectRedisSample(chance, { ...makeVisit(chance, now), person }))
  add(38, connectRedisSample)
  add(34, jsonSample)
  add(24, hashSample)
  for (const make of [connectRedisSample, jsonSample, hashSample]) {
    add(2, make, () => ({ hasExpiry: false, lastSeenAt: now - chance.between(20, 90) * day }))
    add(6, make, () => almostOver(chance, now))
  }
  for (const kib of [5, 9, 14, 22, 40, 80]) add(1, connectRedisSample, () => ({ ballastBytes: kib * 1024 }))
  return samples
}

/** A person who signed in just now. */
export function makeArrival(chance: Chance, now: number): Sample {
  const make = chance.pickEarly([connectRedisSample, jsonSample, hashSample])
  return make(chance, { ...makeVisit(chance, now), lastSeenAt: now })
}

function makeVisit(chance: Chance, now: number): Visit {
  const idleMs = chance.pick([20, 30, 30, 60, 120, 8 * 60, 24 * 60, 14 * 24 * 60]) * minute
  return {
    person: makePerson(chance),
    idleMs,
    lastSeenAt: now - Math.floor(chance.draw() ** 2 * 0.8 * idleMs),
    hasExpiry: true,
    ballastBytes: 0,
  }
}

/** One in four of those only looks around. */
const makePerson = (chance: Chance): Person | null => (chance.draw() < 0.25 ? null : chance.pickEarly(people))

/** So that somebody who opens the page sees sessions run out. */
function almostOver(chance: Chance, now: number): Partial<Visit> {
  const idleMs = 20 * minute
  return { idleMs, lastSeenAt: now - idleMs + chance.between(10_000, 4 * minute) }
}
