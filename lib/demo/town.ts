import type { Connection } from '@/lib/redis/connection'
import { createStore } from '@/lib/store'
import { createSampleGuest, createStoreGuest, type Guest } from './guests'
import { addressOf, people, userAgents } from './people'
import type { Chance } from './random'
import { makeArrival, makeSamples, writeSessions } from './samples'
import { type ShopData, shopOptions } from './shop'

const minute = 60_000
const batchSize = 40
const storeGuests = 30
/** Says that this store was filled before, so that what an operator ended stays ended. */
const markerKey = 'rollcall:demo'

export type Town = {
  /**
   * Fills the private store with some 240 sample sessions, once: a store that was filled before is left as it is. The guests that it then has; some of a store
   * that was filled before may be gone.
   * Throws what Redis threw; the next call writes the same samples again. Cost: a few transactions of forty commands.
   */
  settle(now: number): Promise<Guest[]>
  /** Somebody signs in. Cost: one command, or the store library's few. */
  arrive(now: number): Promise<Guest>
}

/** The people of the samples, in several pretend applications on one Redis: express-session, hand-written JSON and hashes, and the store library. */
export function createTown({
  connection,
  chance,
  now,
}: {
  connection: Connection
  chance: Chance
  now: () => number
}): Town {
  const { client } = connection

  /** Creation lies back by `agedMs`, the idle timeout counts from now. */
  async function createNative(idleMs: number, agedMs: number): Promise<Guest> {
    const options = { ...shopOptions, idleMs, now }
    const { id, name } = chance.pickEarly(people)
    const userAgent = chance.pickEarly(userAgents)
    const data = { name, views: chance.between(1, 40), basket: [], ip: addressOf(chance.between(1, 9999)), userAgent }
    const aged = createStore<ShopData>(client, { ...options, now: () => now() - agedMs })
    const session = await aged.create(data, { principal: String(id) })
    return createStoreGuest(createStore<ShopData>(client, options), {
      id: session.id,
      expiresAt: session.expiresAt + agedMs,
    })
  }

  return {
    async settle(at) {
      const samples = makeSamples(at)
      const guests = samples.map((sample) => createSampleGuest(client, sample, now))
      if ((await client.exists(markerKey)) === 1) return guests
      for (let start = 0; start < samples.length; start += batchSize) {
        await writeSessions(client, samples.slice(start, start + batchSize), at)
      }
      const natives = await Promise.all(
        Array.from({ length: storeGuests }, () =>
          createNative(chance.pick([5, 15, 15, 30, 60]) * minute, chance.between(0, 300) * minute),
        ),
      )
      await client.set(markerKey, String(at))
      return [...guests, ...natives]
    },

    async arrive(at) {
      if (chance.draw() < 0.2) return createNative(shopOptions.idleMs, 0)
      const sample = makeArrival(chance, at)
      await writeSessions(client, [sample], at)
      return createSampleGuest(client, sample, now)
    },
  }
}
