import { afterAll, beforeAll, expect, it } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { createServerInfo } from './server-info'

let server: RedisServer

beforeAll(async () => {
  server = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru'] })
})
afterAll(() => server?.stop())

it('tells the memory policy and the persistence of a real Redis, and asks once a minute at most', async () => {
  const connection = await connectTo(addressOf(server))
  try {
    const info = createServerInfo([connection])
    expect(info.reading()).toEqual({ unknown: 'Redis was not asked yet.' })
    await Promise.all([info.refresh(), info.refresh()])
    expect(info.reading()).toMatchObject({
      facts: [
        {
          maxMemoryBytes: 100 * 1024 * 1024,
          evictionPolicy: 'volatile-lru',
          evictedKeys: 0,
          hasAppendOnlyFile: false,
          hasFailedSave: false,
        },
      ],
    })
    const version = info.version()
    await info.refresh()
    expect(info.version()).toBe(version)
  } finally {
    await connection.close()
  }
})

it('says so where this user may not run INFO', async () => {
  await server.client().call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '+@all', '-info')
  const connection = await connectTo(addressOf(server, { username: 'narrow', password: 'secret' }))
  try {
    const info = createServerInfo([connection])
    await info.refresh()
    expect(info.reading()).toEqual({ unknown: 'This Redis user may not run INFO.' })
  } finally {
    await connection.close()
  }
})
