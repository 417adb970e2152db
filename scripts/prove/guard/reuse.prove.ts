import { afterAll, beforeAll, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { bodyOf, countAlive, keyOf, openStand, type Stand, saveAll } from './stand'

const all = { of: 'value', least: 100 } as const
const racesAtOnce = 50
const races = 1000
const namesOf = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what}-${index}`)

let redis: RedisServer
let stand: Stand

beforeAll(async () => {
  redis = await startRedis()
  stand = await openStand(redis)
})
afterAll(async () => {
  await stand?.close()
  await redis?.stop()
})

const another = (name: string) => bodyOf(name, `csrf-of-the-next-${name}-f6e5d4c3`)

test('new sign-ins under the same id live, and what was in flight does not', async (context) => {
  const client = redis.client()
  const again = namesOf('again', 100)
  const flight = namesOf('flight', 100)
  await saveAll(client, [...again, ...flight])
  await stand.revokeAll([...again, ...flight])
  await saveAll(client, again, another)
  await saveAll(client, flight)
  await until('what was in flight is gone', async () => (await countAlive(client, flight)) === 0, 2000)
  const isTold = (name: string) => stand.guard.find('sess', keyOf(name))?.isReused === true
  await until('the others are told', () => again.every(isTold))
  tell(
    context,
    {
      ...{ what: 'new sign-ins under the same id that live, of 100', value: await countAlive(client, again) },
      ...{ unit: 'times', bound: all },
    },
    {
      ...{ what: 'the same, and the page says that ids are used again', value: again.filter(isTold).length },
      ...{ unit: 'times', bound: all },
    },
    {
      ...{ what: 'saves of the old content that were ended, of 100', value: 100 - (await countAlive(client, flight)) },
      ...{ unit: 'times', bound: all },
    },
  )
})

test('a new sign-in in the very moment in which an old save is ended', async (context) => {
  const client = redis.client()
  const names = namesOf('race', races)
  await saveAll(client, names)
  await stand.revokeAll(names)
  for (let at = 0; at < races; at += racesAtOnce) {
    const some = names.slice(at, at + racesAtOnce)
    await saveAll(client, some)
    // The sign-ins follow within the time that the guard needs to read and to end.
    for (const name of some) {
      await new Promise((next) => setImmediate(next))
      void client.set(keyOf(name), JSON.stringify(another(name)), 'EX', 600)
    }
    await until('they were judged', () =>
      some.every(
        (name) =>
          (stand.guard.find('sess', keyOf(name))?.returns ?? 0) +
            Number(stand.guard.find('sess', keyOf(name))?.isReused) >
          0,
      ),
    )
  }
  await client.ping()
  const killed = races - (await countAlive(client, names))
  tell(context, {
    ...{ what: `sign-ins within milliseconds of an old save that were ended with it, of ${races}`, value: killed },
    ...{ unit: 'times', bound: { of: 'value', most: 0 } },
  })
})
