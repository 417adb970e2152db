import { Cluster } from 'ioredis'
import { test } from 'vitest'
import { tell } from '@/bench/support/row'
import { startReplicatedCluster } from '@/e2e/support/full-topology'
import { until } from '@/e2e/support/redis'
import { bodyOf, exactly, keyOf, none, openRoster } from './stand'

const sessions = 10_000
const slots = 4000
const ended = 2000

test('a cluster of three primaries and three replicas: resharded mid-scan, and a primary killed', async (context) => {
  const cluster = await startReplicatedCluster()
  const client = new Cluster(cluster.hosts)
  let onBatch = async (_batches: number) => {}
  const stand = await openRoster({ topology: 'cluster', hosts: cluster.hosts }, (batches) => onBatch(batches))
  const { roster, source, sync } = stand
  let short = 0
  let expected = 0
  const watching = setInterval(() => {
    if (stand.isLive() && expected > 0 && roster.count() < expected) short += 1
  }, 20)
  try {
    for (let at = 0; at < sessions; at += 500) {
      const some = Array.from({ length: 500 }, (_, index) => at + index)
      await Promise.all(some.map((index) => client.set(keyOf(index), bodyOf(index), 'EX', 36_000)))
    }
    const isWhole = () => stand.isLive() && stand.missing(sessions) === 0
    await until('all are there', isWhole, 30_000)
    expected = sessions

    // One node after the other is scanned, so what moves back to one that was scanned is seen by no scan alone.
    let moving: Promise<void> | null = null
    onBatch = async (batches) => {
      if (batches === 2 && moving === null) moving = cluster.reshard(slots)
      if (moving !== null && batches === 6) await moving
    }
    const before = sync.scans().complete
    sync.rescan()
    await until('a scan is complete', () => stand.isLive() && sync.scans().complete > before, 120_000)
    await moving
    await until('it is whole', isWhole, 10_000).catch(() => {})
    const afterReshard = { count: roster.count(), missing: stand.missing(sessions) }
    await until('its changes are told', () => stand.connection.feed() === 'tracking', 10_000)
    await client.set(keyOf(0), bodyOf(0, 1), 'EX', 36_000)

    await Promise.all((await cluster.primaries()).map((node) => node.client().wait(1, 5000)))
    onBatch = async () => {}
    await cluster.killPrimary()
    await until('it is whole again', isWhole, 30_000).catch(() => {})
    const afterKill = { count: roster.count(), missing: stand.missing(sessions) }

    expected = 0
    const keys = Array.from({ length: ended }, (_, index) => Buffer.from(keyOf(index)))
    const results = await source.removeMany(keys, () => null)
    const alive = await source.countPresent(keys)
    await until('they leave', () => roster.count() === sessions - ended, 10_000).catch(() => {})
    const twice = afterReshard.count + afterReshard.missing + afterKill.count + afterKill.missing - 2 * sessions
    tell(
      context,
      { what: 'listed twice or that are not there', value: twice, unit: 'times', bound: none },
      {
        what: `sessions of ${sessions} after ${slots} slots moved mid-scan`,
        value: afterReshard.count,
        unit: 'times',
        bound: exactly(sessions),
      },
      { what: 'of them missing', value: afterReshard.missing, unit: 'times', bound: none },
      {
        what: `sessions of ${sessions} after a primary was killed`,
        value: afterKill.count,
        unit: 'times',
        bound: exactly(sessions),
      },
      { what: 'of them missing', value: afterKill.missing, unit: 'times', bound: none },
      { what: 'moments that claimed live with fewer', value: short, unit: 'times', bound: none },
      {
        what: `ended in one go over all primaries, of ${ended}`,
        value: results.filter((one) => one === 'done').length,
        unit: 'times',
        bound: exactly(ended),
      },
      { what: 'of them alive', value: alive, unit: 'times', bound: none },
      { what: 'sessions left in the list', value: roster.count(), unit: 'times', bound: exactly(sessions - ended) },
    )
  } finally {
    clearInterval(watching)
    client.disconnect()
    await stand.close()
    await cluster.stop()
  }
}, 600_000)
