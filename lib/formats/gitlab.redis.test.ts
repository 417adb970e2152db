import { expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { createSource } from '@/lib/redis/source'
import { formats } from '.'
import { goldensOf } from './conformance'

const hourMs = 3_600_000
const lookup = 'session:lookup:user:gitlab:42'
const otherId = `2::${'0'.repeat(64)}`
const own = withRedis()

test('a session of GitLab is shown once with where it is, ends without an orphan, and comes back whole', async () => {
  const raw = goldensOf('gitlab').find(({ name }) => name === 'signed-in')?.raw
  const [active] = raw?.related ?? []
  if (raw?.value.type !== 'string' || !active) throw new Error('no such golden')
  const redis = own.server.client()
  const activeKey = `session:user:gitlab::v2:42:${raw.rest}`
  await redis.set(raw.key, raw.value.bytes, 'PX', hourMs)
  await redis.set(activeKey, active, 'PX', hourMs)
  await redis.sadd(lookup, raw.rest, otherId)
  await redis.set('session:lookup:ip:gitlab2:203.0.113.9', '1')
  const before = (await redis.keys('*')).sort()

  // The prefix of everything, as one who does not know GitLab would set it.
  const source = createSource({
    ...{ connection: own.connection, id: 'git', name: 'git', prefix: 'session:', formats },
    ...{ siblings: () => [], pinnedFormat: null, isReadOnly: false, origin: 'configured' },
  })
  const found: Buffer[] = []
  for await (const batch of source.scan(new AbortController().signal)) found.push(...batch)
  expect(found.map(String)).toEqual([String(raw.key)])
  const [session] = await source.read(found)
  expect(session).toMatchObject({ format: 'gitlab', principal: '42', ip: '203.0.113.9', isReadable: true })

  const backup = await source.backUp(raw.key)
  if (backup === null) throw new Error('No backup')
  expect(await source.remove(raw.key, backup)).toBe('done')
  expect((await redis.keys('*')).sort()).toEqual(before.filter((key) => key !== String(raw.key) && key !== activeKey))
  expect(await redis.smembers(lookup)).toEqual([otherId])

  expect(await source.restore(backup)).toBe('done')
  expect((await redis.keys('*')).sort()).toEqual(before)
  expect((await redis.smembers(lookup)).sort()).toEqual([otherId, raw.rest].sort())
  expect(await redis.getBuffer(activeKey)).toEqual(active)
})
