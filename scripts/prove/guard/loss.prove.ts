import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { startSentinel } from '@/e2e/support/topology'
import { bodyOf, countAlive, keyOf, openStand, saveAll } from './stand'

const names = Array.from({ length: 100 }, (_, index) => `lost-${index}`)
const of = `of ${names.length}`
const none = { of: 'value', most: 0 } as const

/** How many live after so long, and how long it took until none did; looked at until then. */
async function watchEnd(server: RedisServer, withinMs: number): Promise<{ alive: number; tookMs: number }> {
  const client = server.client()
  const startedAt = performance.now()
  let alive = names.length
  while (alive > 0 && performance.now() - startedAt < withinMs) alive = await countAlive(client, names)
  client.disconnect()
  return { alive, tookMs: performance.now() - startedAt }
}

test('the tracker is killed, and they are saved again while it is down', async (context) => {
  const redis = await startRedis()
  const stand = await openStand(redis)
  try {
    const client = redis.client()
    await saveAll(client, names)
    await stand.revokeAll(names)
    await until('the feed is armed', () => stand.connection.feed() === 'tracking')
    // In one go: nothing can arm between the two.
    const pipeline = client.multi().call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    for (const name of names) pipeline.set(keyOf(name), JSON.stringify(bodyOf(name)), 'EX', 600)
    const answers = await pipeline.exec()
    expect(Number(answers?.[0]?.[1])).toBeGreaterThan(0)
    const { alive, tookMs } = await watchEnd(redis, 2000)
    tell(context, {
      ...{ what: `saved again while the tracker was killed: alive after 2 s, ${of}`, value: alive, unit: 'times' },
      bound: none,
    })
    tell(context, { what: 'the same: until the last was ended', value: tookMs, unit: 'ms' })
  } finally {
    await stand.close()
    await redis.stop()
  }
})

test('a replica that never heard of the revokes becomes the primary', async (context) => {
  const sentinel = await startSentinel()
  const { primary, replica } = sentinel
  const told = { topology: 'sentinel' as const, hosts: sentinel.hosts, masterName: sentinel.masterName }
  const stand = await openStand(null, { told })
  try {
    const client = primary.client()
    await saveAll(client, names)
    const seen = replica.client()
    await until('the replica has all', async () => (await countAlive(seen, names)) === names.length)
    replica.pause()
    // What is in the socket already would reach it when it goes on.
    await client.call('CLIENT', 'KILL', 'TYPE', 'replica')
    await stand.revokeAll(names)
    expect(await countAlive(client, names)).toBe(0)
    await primary.kill()
    replica.resume()
    expect(await countAlive(seen, names)).toBe(names.length)
    await sentinel.failOver()
    const { alive, tookMs } = await watchEnd(replica, 5000)
    tell(context, {
      ...{ what: `alive 5 s after a replica without the revokes was promoted, ${of}`, value: alive, unit: 'times' },
      bound: none,
    })
    tell(context, { what: 'the same: until the last was ended', value: tookMs, unit: 'ms' })
  } finally {
    await stand.close()
    await sentinel.stop()
  }
})

test('Redis comes back empty, and they are saved again', async (context) => {
  const redis = await startRedis()
  const stand = await openStand(redis)
  try {
    await saveAll(redis.client(), names)
    await stand.revokeAll(names)
    await redis.kill()
    await redis.restart()
    await saveAll(redis.client(), names)
    const { alive, tookMs } = await watchEnd(redis, 5000)
    tell(context, {
      ...{ what: `saved again after Redis restarted empty: alive after 5 s, ${of}`, value: alive, unit: 'times' },
      bound: none,
    })
    tell(context, { what: 'the same: until the last was ended', value: tookMs, unit: 'ms' })
  } finally {
    await stand.close()
    await redis.stop()
  }
})

test('three guards: the one that revoked is gone, and later all are', async (context) => {
  const redis = await startRedis()
  const [first, second, third] = await Promise.all([openStand(redis), openStand(redis), openStand(redis)])
  const knows = ({ guard }: typeof first) => names.every((name) => guard.find('sess', keyOf(name)) !== null)
  try {
    const client = redis.client()
    await saveAll(client, names)
    await first.revokeAll(names)
    await until('the others know', () => knows(second) && knows(third))
    await first.close()
    await saveAll(client, names)
    const other = await watchEnd(redis, 2000)
    const kept = JSON.stringify(await client.xrange('rollcall:tombstones', '-', '+'))
    const told = names.filter((name) => kept.includes(name) || kept.includes(Buffer.from(name).toString('base64')))
    await second.close()
    await third.close()

    await saveAll(client, names)
    const next = await openStand(redis)
    const restarted = await watchEnd(redis, 2000)
    await next.close()
    tell(
      context,
      {
        ...{ what: `the guard that revoked is gone: alive after 2 s, ${of}`, value: other.alive, unit: 'times' },
        bound: none,
      },
      { what: 'the same: until another ended the last', value: other.tookMs, unit: 'ms' },
      {
        ...{ what: `all are gone and one starts anew: alive after 2 s, ${of}`, value: restarted.alive, unit: 'times' },
        bound: none,
      },
      { what: 'ids in the shared tombstones', value: told.length, unit: 'times', bound: none },
    )
  } finally {
    await redis.stop()
  }
})
