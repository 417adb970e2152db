import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { startRedis, until } from '@/e2e/support/redis'
import { countAlive, keyOf, openStand, saveAll } from './stand'

const names = Array.from({ length: 1000 }, (_, index) => `full-${index}`)
const all = { of: 'value', least: names.length } as const

test('Redis is full and refuses every write that needs memory', async (context) => {
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const stand = await openStand(redis)
  try {
    const client = redis.client()
    await saveAll(client, names)
    await client.config('SET', 'maxmemory', 1)
    await expect(client.set('sess:new', '{}', 'PX', 1000)).rejects.toThrow('OOM')
    await stand.revokeAll(names)
    const revoked = names.length - (await countAlive(client, names))
    const lines = stand.lines.map((line) => JSON.parse(line)).filter(({ deed }) => deed === 'session.revoke')
    const linesOf = (phase: string) => lines.filter((line) => line.phase === phase).length
    const findAlone = () => names.filter((name) => stand.guard.find('sess', keyOf(name))?.isShared === false).length
    await until('it is known', () => findAlone() === names.length)

    await client.config('SET', 'maxmemory', 0)
    await saveAll(client, names)
    await until('all are gone', async () => (await countAlive(client, names)) === 0, 2000)
    tell(
      context,
      { what: 'revoked although Redis was full, of 1,000', value: revoked, unit: 'times', bound: all },
      { what: 'audit lines of intent on the log sink', value: linesOf('intent'), unit: 'times', bound: all },
      { what: 'audit lines of outcome on the log sink', value: linesOf('outcome'), unit: 'times', bound: all },
      { what: 'guarded by this process alone, and said', value: findAlone(), unit: 'times', bound: all },
      {
        ...{ what: 'saved again when there was room: alive after 2 s', value: await countAlive(client, names) },
        ...{ unit: 'times', bound: { of: 'value', most: 0 } },
      },
    )
  } finally {
    await stand.close()
    await redis.stop()
  }
})
