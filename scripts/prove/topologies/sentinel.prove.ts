import type { Redis } from 'ioredis'
import { afterAll, beforeAll, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { type Sentinels, startSentinels } from '@/e2e/support/full-topology'
import { until } from '@/e2e/support/redis'
import { isKnownError } from '@/lib/errors'
import { countAlive, openStand, saveAll } from '../guard/stand'
import { bodyOf, exactly, keyOf, none, openRoster } from './stand'

const sessions = 5000
const revoked = 2000
const atOnce = 25
let sentinels: Sentinels
const told = () => ({ topology: 'sentinel', hosts: sentinels.hosts, masterName: sentinels.masterName }) as const

beforeAll(async () => {
  sentinels = await startSentinels()
})
afterAll(() => sentinels?.stop())

async function fill(client: Redis) {
  await client.flushall()
  const pipeline = client.pipeline()
  for (let index = 0; index < sessions; index += 1) pipeline.set(keyOf(index), bodyOf(index), 'EX', 36_000)
  await pipeline.exec()
  await client.wait(2, 5000)
}

test('Sentinel: a failover during the first load', async (context) => {
  await fill((await sentinels.primary()).client())
  let hasFailed = false
  const stand = await openRoster(told(), async (batches) => {
    if (hasFailed || batches !== 2) return
    hasFailed = true
    await sentinels.failOver()
  })
  let short = 0
  const watching = setInterval(() => {
    if (stand.isLive() && stand.roster.count() !== sessions) short += 1
  }, 20)
  try {
    await until('it is live', () => hasFailed && stand.isLive(), 60_000)
    const wrong = stand.roster.count() + stand.missing(sessions) - sessions
    tell(
      context,
      ...[
        { what: `first load: sessions of ${sessions}`, value: stand.roster.count(), bound: exactly(sessions) },
        { what: 'first load: missing, or listed and not there', value: stand.missing(sessions) + wrong, bound: none },
        { what: 'first load: moments that claimed live with fewer', value: short, bound: none },
      ].map((row) => ({ ...row, unit: 'times' as const })),
    )
  } finally {
    clearInterval(watching)
    await stand.close()
  }
}, 200_000)

test('Sentinel: a failover while one after the other is revoked', async (context) => {
  const names = Array.from({ length: revoked }, (_, index) => `gone-${index}`)
  const before = (await sentinels.primary()).client()
  await saveAll(before, names)
  await before.wait(2, 5000)
  const stand = await openStand(null, { told: told() })
  const outcomes = new Map<string, string>()
  let slow = 0
  const revokeOne = async (name: string) => {
    const startedAt = Date.now()
    const outcome = await stand.revokeOne(name).catch((error: unknown) => (isKnownError(error) ? 'failed' : 'thrown'))
    outcomes.set(name, outcome)
    if (Date.now() - startedAt > 5000) slow += 1
  }
  try {
    await until('it is live', () => stand.connection.health().state === 'up')
    const failing = sentinels.failOver()
    // What was refused while nobody was primary is asked again, as an admin would.
    const endsAt = Date.now() + 60_000
    while (Date.now() < endsAt) {
      const open = names.filter((name) => !['done', 'already-gone'].includes(outcomes.get(name) ?? ''))
      if (open.length === 0) break
      for (let at = 0; at < open.length; at += atOnce) await Promise.all(open.slice(at, at + atOnce).map(revokeOne))
      await until('it answers', () => stand.connection.health().state === 'up', 20_000).catch(() => {})
    }
    await failing
    await until('it is up again', () => stand.connection.health().state === 'up', 20_000)
    const client = (await sentinels.primary()).client()
    const done = names.filter((name) => outcomes.get(name) === 'done')
    const settled = names.filter((name) => ['done', 'already-gone'].includes(outcomes.get(name) ?? '')).length
    await until(
      'what the new primary did not know of is ended again',
      async () => {
        return (await countAlive(client, done)) === 0
      },
      10_000,
    ).catch(() => {})
    tell(
      context,
      ...[
        { what: `revoke: acknowledged, or found gone, of ${revoked}`, value: settled, bound: exactly(revoked) },
        { what: 'revoke: of them found gone after an answer was lost', value: settled - done.length },
        {
          what: 'revoke: acknowledged and alive after the failover',
          value: await countAlive(client, done),
          bound: none,
        },
        { what: 'revoke: calls that took longer than 5 s', value: slow, bound: none },
        {
          what: 'revoke: errors that have no name',
          value: [...outcomes.values()].filter((one) => one === 'thrown').length,
          bound: none,
        },
      ].map((row) => ({ ...row, unit: 'times' as const })),
    )
  } finally {
    await stand.close()
  }
}, 200_000)

test('Sentinel: a failover while many are ended at once', async (context) => {
  await fill((await sentinels.primary()).client())
  const stand = await openRoster(told())
  try {
    await until('it is live', () => stand.isLive() && stand.roster.count() === sessions, 30_000)
    let isOver = false
    const failing = sentinels.failOver().then(() => {
      isOver = true
    })
    const keys = Array.from({ length: sessions }, (_, index) => Buffer.from(keyOf(index)))
    const settled = new Set<number>()
    let slow = 0
    const endsAt = Date.now() + 60_000
    while (Date.now() < endsAt && (settled.size < keys.length || !isOver)) {
      const places = keys.flatMap((_, index) => (settled.has(index) ? [] : [index])).slice(0, 200)
      if (places.length === 0) break
      const startedAt = Date.now()
      const results = await stand.source
        .removeMany(
          places.map((place) => keys[place] ?? Buffer.alloc(0)),
          () => null,
        )
        .catch(() => null)
      if (Date.now() - startedAt > 5000) slow += 1
      for (const [index, result] of results?.entries() ?? []) {
        if (result === 'done' || result === 'gone') settled.add(places[index] ?? -1)
      }
      if (results === null)
        await until('it answers', () => stand.connection.health().state === 'up', 20_000).catch(() => {})
    }
    await failing
    await until('it is up again', () => stand.connection.health().state === 'up', 20_000)
    await until('it is live', stand.isLive, 20_000)
    // Without a guard beside it, what the new primary had not heard of is there again, and the list says so.
    const client = (await sentinels.primary()).client()
    const alive = await client.exists(keys)
    await until('the list is as Redis is', () => stand.roster.count() === alive, 10_000).catch(() => {})
    tell(
      context,
      ...[
        { what: `bulk: settled one by one, of ${sessions}`, value: settled.size, bound: exactly(sessions) },
        { what: 'bulk: batches that took longer than 5 s', value: slow, bound: none },
        {
          what: 'bulk: listed and not there, or there and not listed',
          value: Math.abs(stand.roster.count() - alive),
          bound: none,
        },
      ].map((row) => ({ ...row, unit: 'times' as const })),
    )
  } finally {
    await stand.close()
  }
}, 200_000)
