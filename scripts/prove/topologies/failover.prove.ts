import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { type Sentinels, startSentinels } from '@/e2e/support/full-topology'
import { until } from '@/e2e/support/redis'
import { bodyOf, exactly, keyOf, none, openRoster } from './stand'

const sessions = 10_000
const runs = Number(process.env.PROVE_RUNS ?? 50)

test(
  'a scan that crosses a failover of Sentinel misses nothing, however often',
  async (context) => {
    const sentinels = await startSentinels()
    await fill((await sentinels.primary()).client())
    let isDue = false
    let crossed = 0
    const topology = { topology: 'sentinel', hosts: sentinels.hosts, masterName: sentinels.masterName } as const
    const stand = await openRoster(topology, async (batches) => {
      if (!isDue || batches !== 2) return
      isDue = false
      await sentinels.failOver()
      crossed += 1
    })
    let short = 0
    const watching = setInterval(() => {
      if (stand.isLive() && stand.roster.count() !== sessions) short += 1
    }, 20)
    try {
      await until('it is live', stand.isLive, 30_000)
      let missing = 0
      let naive = 0
      let complete = 0
      for (let number = 0; number < runs; number += 1) {
        isDue = true
        const before = stand.sync.scans().complete
        stand.sync.rescan()
        await until('the failover came', () => crossed > number, 180_000)
        await until('a scan is complete', () => stand.isLive() && stand.sync.scans().complete > before, 60_000).catch(
          (cause: unknown) => {
            const { connection, sync } = stand
            const seen = {
              number,
              health: connection.health(),
              line: connection.feed(),
              scans: sync.scans(),
              ...sync.freshness(),
            }
            throw new Error(JSON.stringify(seen), { cause })
          },
        )
        missing += stand.missing(sessions)
        if (stand.roster.count() === sessions) complete += 1
        if (number < 3) naive += await missedByOneCursor(sentinels)
      }
      expect(crossed).toBe(runs)
      tell(
        context,
        {
          what: `lists of ${sessions} that are whole after a failover mid-scan, of ${runs}`,
          value: complete,
          unit: 'times',
          bound: exactly(runs),
        },
        { what: 'stable sessions missing', value: missing, unit: 'times', bound: none },
        { what: 'moments that claimed live with fewer', value: short, unit: 'times', bound: none },
        {
          what: 'missing where one cursor goes on at the next primary (the control)',
          value: naive,
          unit: 'times',
          bound: { of: 'value', least: 1 },
        },
      )
    } finally {
      clearInterval(watching)
      await stand.close()
      await sentinels.stop()
    }
  },
  runs * 60_000,
)

async function fill(client: Redis) {
  const pipeline = client.pipeline()
  for (let index = 0; index < sessions; index += 1) pipeline.set(keyOf(index), bodyOf(index), 'EX', 36_000)
  await pipeline.exec()
}

/** What a scan without the pin does: half of it at one primary, and with the same cursor on at the next. */
async function missedByOneCursor(sentinels: Sentinels): Promise<number> {
  const seen = new Set<string>()
  let cursor = '0'
  const step = async (client: Redis) => {
    const [next, keys] = await client.scan(cursor, 'MATCH', 'sess:*', 'COUNT', 500)
    for (const key of keys) seen.add(key)
    cursor = next
  }
  const first = (await sentinels.primary()).client()
  for (let steps = 0; steps < 10; steps += 1) await step(first)
  await sentinels.failOver()
  const second = (await sentinels.primary()).client()
  do await step(second)
  while (cursor !== '0')
  return sessions - seen.size
}
