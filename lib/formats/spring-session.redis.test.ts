import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { extendOne } from '@/lib/actions/extend'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'

type Companion = {
  key: string
  type: string
  value?: string
  members?: (string | { member: string; score: number })[]
  ttlMs: number
}
type Case = {
  name: string
  file: string
  key: string
  redisExpiresAt: number
  takenAt: number
  companions: Companion[]
}

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

/** Puts a session with all that stands beside it into Redis, its times moved to now. */
async function put(folder: string, name: string): Promise<Buffer> {
  const base = new URL(`./fixtures/${folder}/`, import.meta.url)
  const cases: Case[] = JSON.parse(readFileSync(new URL('manifest.json', base), 'utf8'))
  const one = cases.find((other) => other.name === name)
  if (one === undefined) throw new Error('No such case')
  const redis = own.server.client()
  const fields: Record<string, string> = JSON.parse(readFileSync(new URL(one.file, base), 'utf8'))
  const later = BigInt(own.connection.now() - one.takenAt)
  for (const [field, value] of Object.entries(fields)) {
    const bytes = Buffer.from(value, 'base64')
    if (field === 'creationTime' || field === 'lastAccessedTime') {
      bytes.writeBigInt64BE(bytes.readBigInt64BE(bytes.length - 8) + later, bytes.length - 8)
    }
    await redis.hset(one.key, field, bytes)
  }
  await redis.pexpire(one.key, one.redisExpiresAt - one.takenAt)
  for (const { key, type, members = [], ttlMs } of one.companions) {
    // The bucket is named by the minute in which the session ends.
    const endsAt = own.connection.now() + one.redisExpiresAt - one.takenAt - 5 * minuteMs
    const name = key.replace(/(?<=:expirations:)\d+$/, String((Math.floor(endsAt / minuteMs) + 1) * minuteMs))
    if (type === 'string') await redis.set(name, '')
    for (const member of members) {
      if (typeof member === 'string') await redis.sadd(name, Buffer.from(member, 'base64'))
      else await redis.zadd(name, member.score, Buffer.from(member.member, 'base64'))
    }
    if (ttlMs > 0) await redis.pexpire(name, ttlMs)
  }
  return Buffer.from(one.key)
}

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
