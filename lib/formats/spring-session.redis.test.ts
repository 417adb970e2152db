import { beforeAll, expect, test } from 'vitest'
import { putSpringSession } from '@/e2e/support/spring-sessions'
import { withRedis } from '@/e2e/support/with-redis'
import { extendOne } from '@/lib/actions/extend'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'

const minuteMs = 60_000
const own = withRedis()
let source: Source

beforeAll(async () => {
  const common = { name: 'spring', siblings: () => [], pinnedFormat: null, isReadOnly: false }
  source = createSource({
    connection: own.connection,
    id: 'spring',
    prefix: 'spring:session:sessions:',
    origin: 'built-in',
    formats,
    ...common,
  })
})

const put = (folder: string, name: string) => putSpringSession(own.server.client(), folder, name, own.connection.now())
const keys = async () => (await own.server.client().keys('*')).sort()

test.each(['spring-indexed', 'spring-reactive'])(
  '%s: a revoke leaves the invalidated hash alone and no other key, and an undo brings all of it back',
  async (folder) => {
    const key = await put(folder, 'signed-in')
    const before = await keys()
    expect(before.length).toBeGreaterThanOrEqual(4)
    const [session] = await source.read([key])
    expect(session).toMatchObject({ format: 'spring-session', principal: 'ann', ip: '203.0.113.9' })
    const backup = await source.backUp(key)
    expect(await source.remove(key, backup)).toBe('done')
    expect(await keys()).toEqual([String(key)])
    expect(await own.server.client().pttl(key)).toBeLessThanOrEqual(5 * minuteMs)
    const [dead] = await source.read([key])
    if (!dead || dead === 'skipped') throw new Error('Not read')
    expect(dead.expiresAt).toBeLessThanOrEqual(own.connection.now())
    if (backup === null) throw new Error('No backup')
    expect(await source.restore(backup)).toBe('done')
    expect(await keys()).toEqual(before)
  },
)

test.each(['spring', 'spring-indexed', 'spring-reactive'])(
  '%s: an extension is what the hash says, and the key and its marker last as long',
  async (folder) => {
    const key = await put(folder, 'signed-in')
    const before = await keys()
    const untilAt = own.connection.now() + 120 * minuteMs
    const { answer } = await extendOne({ source, key }, { untilAt }, () => null)
    expect(answer).toMatchObject({ outcome: 'done', expiresAt: untilAt })
    const [session] = await source.read([key])
    if (!session || session === 'skipped') throw new Error('Not read')
    expect(Math.abs((session.expiresAt ?? 0) - untilAt)).toBeLessThan(1_000)
    const redis = own.server.client()
    const marker = before.find((name) => name.includes(':expires:'))
    if (marker !== undefined) {
      expect(Math.abs((await redis.pexpiretime(marker)) - untilAt)).toBeLessThan(1_000)
      expect((await redis.pexpiretime(key)) - untilAt).toBeGreaterThan(4 * minuteMs)
    }
    expect(await keys()).toHaveLength(before.length)
    // After it a revoke still leaves nothing behind.
    await source.remove(key)
    expect(await keys()).toEqual([String(key)])
  },
)

test('a session whose parts are missing is ended all the same', async () => {
  const key = await put('spring-indexed', 'signed-in')
  const redis = own.server.client()
  for (const name of await keys()) if (name !== String(key)) await redis.del(name)
  expect(await source.remove(key)).toBe('done')
  expect(await keys()).toEqual([String(key)])
})
