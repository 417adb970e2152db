import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { startRedis, until } from '@/e2e/support/redis'
import { createStore } from '.'

test('every deed works on a cluster, where commands on several slots are refused', async () => {
  const server = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'] })
  const node = server.client()
  await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await until('the cluster is up', async () => String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }], { redisOptions: { disableClientInfo: true } })
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
    expect(await node.dbsize()).toBe(0)
  } finally {
    cluster.disconnect()
    await server.stop()
  }
})
