import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { startCluster } from '@/e2e/support/topology'
import { createStore } from '.'

test('every deed works on a cluster of three, where commands on several slots are refused', async () => {
  const servers = await startCluster()
  const cluster = new Cluster(servers.hosts, { redisOptions: { disableClientInfo: true } })
  cluster.on('error', () => {})
  try {
    const store = createStore(cluster)
    const { id } = await store.create({ n: 1 }, { principal: '42' })
    const others = await Promise.all(Array.from({ length: 20 }, () => store.create({}, { principal: '42' })))
    expect(await store.save(id, { n: 2 })).toBe('saved')
    const next = await store.regenerate(id)
    expect((await store.get(next?.id ?? ''))?.data).toEqual({ n: 2 })
    expect((await store.peek(next?.id ?? ''))?.principal).toBe('42')
    expect(await store.destroy(others[0]?.id ?? '')).toBe(true)
    expect(await store.list('42')).toHaveLength(20)
    expect(await store.destroyAll('42')).toBe(20)
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()))
    expect(sizes).toEqual([0, 0, 0])
  } finally {
    cluster.disconnect()
    await servers.stop()
  }
})
