import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

type Companion = {
  key: string
  type: string
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

/** Puts a session of Spring with all that stands beside it into Redis, its times moved to now. `folder`: of `lib/formats/fixtures`. Answers its key. */
export async function putSpringSession(redis: Redis, folder: string, name: string, now: number): Promise<Buffer> {
  const base = new URL(`../../lib/formats/fixtures/${folder}/`, import.meta.url)
  const cases: Case[] = JSON.parse(readFileSync(new URL('manifest.json', base), 'utf8'))
  const one = cases.find((other) => other.name === name)
  if (one === undefined) throw new Error('No such case')
  const fields: Record<string, string> = JSON.parse(readFileSync(new URL(one.file, base), 'utf8'))
  const later = BigInt(now - one.takenAt)
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
    const endsAt = now + one.redisExpiresAt - one.takenAt - 5 * minuteMs
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
