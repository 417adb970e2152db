import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { extendOne } from '@/lib/actions/extend'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'

const dayMs = 86_400_000
const own = withRedis()

type Companion = { key: string; redisType: 'set' | 'string'; value: string }
type Case = { name: string; file: string; key: string; prefix: string; companions: Companion[] }

/** A golden as the framework left it, with all that stood beside it, and with times of today: what ended long ago cannot be extended. */
function caseOf(format: string, name: string, timesOf: (text: string) => string) {
  const base = new URL(`./fixtures/${format}/`, import.meta.url)
  // The manifests are written by the scripts beside them.
  const { cases } = JSON.parse(readFileSync(new URL('manifest.json', base), 'utf8')) as { cases: Case[] }
  const found = cases.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such case')
  return { ...found, key: Buffer.from(found.key), text: timesOf(readFileSync(new URL(found.file, base), 'utf8')) }
}

/** In the middle of a second, so that a few milliseconds make no difference. */
const inAnHour = Math.floor(Date.now() / 1_000) * 1_000 + 3_600_200
const iso = (text: string) => text.replace(/("expires(?:At)?":)"[^"]+"/, `$1"${new Date(inAnHour).toISOString()}"`)
const none = (text: string) => text

const cases = [
  { format: 'adonis', name: 'signed-in', timesOf: none, index: 'session_tag:7', hasTtl: true },
  { format: 'adonis', name: 'own-prefix', timesOf: none, index: 'shop:session_tag:7', hasTtl: true },
  { format: 'better-auth', name: 'signed-in', timesOf: iso, index: 'better-auth:active-sessions-7', hasTtl: true },
  { format: 'better-auth', name: 'no-prefix', timesOf: iso, index: 'active-sessions-7', hasTtl: true },
  { format: 'authjs', name: 'signed-in', timesOf: iso, index: 'user:session:by-user-id:7', hasTtl: false },
  { format: 'authjs', name: 'own-prefix', timesOf: iso, index: 'shop:user:session:by-user-id:7', hasTtl: false },
  {
    format: 'lucia',
    name: 'signed-in',
    timesOf: (text: string) => text.replace(/("(?:idle|active)_expires":)\d+/g, `$1${inAnHour}`),
    index: 'user_sessions:7',
    hasTtl: true,
  },
]

describe.each(cases)('$format, $name', ({ format, name, timesOf, index, hasTtl }) => {
  const golden = caseOf(format, name, timesOf)
  let source: Source

  beforeEach(async () => {
    const redis = own.server.client()
    await redis.flushall()
    await redis.set(golden.key, golden.text)
    if (hasTtl) await redis.pexpireat(golden.key, inAnHour)
    for (const { key, redisType, value } of golden.companions) {
      if (redisType === 'set') await redis.sadd(key, ...JSON.parse(value))
      else await redis.set(key, value.replace(/("expiresAt":)\d+/, `$1${inAnHour}`))
    }
    if (format === 'better-auth') await redis.pexpireat(index, inAnHour)
    const common = { siblings: () => [], pinnedFormat: null, isReadOnly: false, origin: 'configured' as const }
    source = createSource({
      connection: own.connection,
      id: format,
      name: format,
      prefix: golden.prefix,
      formats,
      ...common,
    })
  })

  async function everything() {
    const redis = own.server.client()
    const found: Record<string, unknown> = {}
    for (const key of (await redis.keys('*')).sort()) {
      const isSet = (await redis.type(key)) === 'set'
      // To the second: an end is brought back by what was left.
      const endsAt = Math.round((await redis.pexpiretime(key)) / 1_000)
      found[key] = [isSet ? (await redis.smembers(key)).sort() : await redis.get(key), endsAt]
    }
    return found
  }

  test('ends with its place in the index of its person and nothing else, and an undo brings both back', async () => {
    const before = await everything()
    const backup = await source.backUp(golden.key)
    if (backup === null) throw new Error('no backup')
    expect(await source.remove(golden.key, backup)).toBe('done')
    const kept = Object.keys(before).filter((key) => key !== String(golden.key) && key !== index)
    expect(Object.keys(await everything())).toEqual(kept)
    expect(await source.restore(backup)).toBe('done')
    expect(await everything()).toEqual(before)
  })

  test('the places of others in that index stay', async () => {
    const redis = own.server.client()
    const other = { set: 'another', string: JSON.stringify([{ token: 'another', expiresAt: inAnHour }]) }
    const type = golden.companions.find(({ key }) => key === index)?.redisType ?? 'set'
    if (type === 'set') await redis.sadd(index, other.set)
    else if (format === 'better-auth') {
      await redis.set(index, `${(await redis.get(index))?.slice(0, -1)},${other.string.slice(1)}`)
    } else await redis.set(index, 'user:session:another')
    await source.remove(golden.key)
    const left = type === 'set' ? await redis.smembers(index) : await redis.get(index)
    expect(left).toEqual(
      type === 'set' ? ['another'] : format === 'better-auth' ? other.string : 'user:session:another',
    )
  })

  test('an extension is read back from Redis, and what else its person has stays', async () => {
    const before = Object.keys(await everything())
    const untilAt = inAnHour + dayMs
    const { answer } = await extendOne({ source, key: golden.key }, { untilAt }, () => null)
    expect(answer).toMatchObject({ outcome: 'done', expiresAt: untilAt })
    expect(Object.keys(await everything())).toEqual(before)
    expect((await source.readOne(golden.key))?.session.expiresAt).toBe(untilAt)
    expect(await own.server.client().pttl(golden.key)).toSatisfy((ttl: number) => (hasTtl ? ttl > dayMs : ttl === -1))
    if (format === 'better-auth') {
      expect(await own.server.client().get(index)).toContain(`"expiresAt":${untilAt}`)
    }
  })

  test('what stands beside it is no session', async () => {
    const keys: string[] = []
    for await (const batch of source.scan(new AbortController().signal)) keys.push(...batch.map(String))
    expect(keys).toContain(String(golden.key))
    expect(keys).not.toContain(index)
  })
})
