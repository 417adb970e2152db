import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Extension } from '@/lib/session/plan'
import { factsIn, type Golden, goldensOf, rawOf, testConformance } from './conformance'
import { connectRedis } from './connect-redis'

const goldens = goldensOf('connect-redis').map((golden): Golden => {
  const { value } = golden.raw
  return { ...golden, timesOf, tree: value.type === 'string' ? JSON.parse(value.bytes.toString('utf8')) : null }
})

function timesOf(tree: unknown): (number | null)[] {
  // The goldens are sessions of express, whose cookie has these two.
  const { cookie } = tree as { cookie: { originalMaxAge: number | null; expires: string | null } }
  return [cookie.originalMaxAge, cookie.expires === null ? null : Date.parse(cookie.expires)]
}

testConformance(connectRedis, goldens)

test('every fixture is in the manifest', () => {
  const files = readdirSync(new URL('./fixtures/connect-redis/', import.meta.url))
  expect(files.sort()).toEqual([...goldens.map(({ name }) => `${name}.json`), 'manifest.json'].sort())
})

const now = Date.UTC(2026, 10, 24, 12)
const reading = { now, redisExpiresAt: now + 1_000_000 }
const extend = (text: string, untilAt: number) => connectRedis.extend?.(rawOf(Buffer.from(text), reading), untilAt)
const textOf = (extension: Extension | null | undefined) =>
  extension?.rewrite?.type === 'string' ? extension.rewrite.bytes.toString() : null

test('an extension changes the two times of the cookie and not one byte more', () => {
  const text =
    ' {"id":12345678901234567890, "x":1.10 ,"dup":1,"dup":2,"cookie" : { "path":"/","expires": "2026-11-24T12:10:00.000Z" , "originalMaxAge":600000 },"é":"\\u00e9","cookie2":{"originalMaxAge":1}} '
  const extension = extend(text, now + 7_200_000)
  expect(textOf(extension)).toBe(
    text.replace('2026-11-24T12:10:00.000Z', '2026-11-24T14:00:00.000Z').replace('600000', '7200000'),
  )
  expect(extension).toMatchObject({ expiresAt: now + 7_200_000, notReached: ['browser-cookie'] })
})

test('a longer cookie age than asked for is never lowered', () => {
  const text = '{"cookie":{"originalMaxAge":86400000,"expires":"2026-11-24T12:10:00.000Z"}}'
  expect(textOf(extend(text, now + 3_600_000))).toBe(text.replace('12:10', '13:00'))
  const enough = '{"cookie":{"originalMaxAge":86400000,"expires":"2026-11-25T12:00:00.000Z"}}'
  expect(extend(enough, now + 3_600_000)?.rewrite).toBeNull()
})

test('without a cookie age the payload stays, and the application’s own timeout is named', () => {
  const extension = extend('{"cookie":{"originalMaxAge":null,"expires":null}}', now + 3_600_000)
  expect(extension).toEqual({ rewrite: null, expiresAt: now + 3_600_000, notReached: ['app-timeout'] })
})

test('an expiry moved beyond the cookie’s age tells no visit', () => {
  const bytes = Buffer.from('{"cookie":{"originalMaxAge":60000,"expires":null}}')
  const decoded = connectRedis.decode(rawOf(bytes, { now, redisExpiresAt: now + 3_600_000 }))
  expect(factsIn(decoded)).toMatchObject({ lastSeenAt: null })
})

test('of a repeated cookie the last counts, as for the framework', () => {
  const text = '{"cookie":{"originalMaxAge":1},"cookie":{"originalMaxAge":60000,"expires":null}}'
  expect(textOf(extend(text, now + 3_600_000))).toBe(
    '{"cookie":{"originalMaxAge":1},"cookie":{"originalMaxAge":3600000,"expires":"2026-11-24T13:00:00.000Z"}}',
  )
})

test('JSON without a cookie object is not this format', () => {
  for (const text of [
    '{}',
    '{"cookie":1}',
    '{"cookie":{}}',
    '{"cookie":[1]}',
    '{"a":{"cookie":{"originalMaxAge":1}}}',
  ]) {
    expect(connectRedis.recognises(rawOf(Buffer.from(text)))).toBe(false)
  }
})

test('a row is decoded in well under ten microseconds', () => {
  const golden = goldens[1]
  if (golden === undefined) throw new Error('no golden')
  if (golden.raw.value.type !== 'string') throw new Error('no string')
  const text = golden.raw.value.bytes
    .toString('utf8')
    .replace('}}', `},"bio":"${'x'.repeat(90)}","token":"9e${'4f'.repeat(16)}"}`)
  const { now, redisExpiresAt } = golden.raw
  // Each from bytes of its own: what was parsed last is at hand.
  const raws = Array.from({ length: 20_000 }, () => rawOf(Buffer.from(text), { now, redisExpiresAt }))
  // Short rounds, of which the fastest counts: whatever else the machine does can only slow one down.
  const round = 100
  let fastest = Number.POSITIVE_INFINITY
  for (let start = 0; start < raws.length; start += round) {
    const startedAt = performance.now()
    for (const raw of raws.slice(start, start + round)) connectRedis.decode(raw)
    fastest = Math.min(fastest, ((performance.now() - startedAt) * 1_000) / round)
  }
  expect(fastest).toBeLessThan(10)
})
