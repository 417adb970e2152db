import { expect, test } from 'vitest'
import { people, userAgents } from './people'
import { makeSamples } from './samples'

const now = Date.UTC(2026, 10, 24, 12)
const samples = makeSamples(now)
const textOf = (value: (typeof samples)[number]['value']) =>
  Buffer.isBuffer(value) ? value.toString('latin1') : typeof value === 'string' ? value : JSON.stringify(value)
const sizes = samples.map(({ value }) => textOf(value).length)

test('the samples are between 50 and 500, each under its own key', () => {
  expect(samples.length).toBeGreaterThan(180)
  expect(samples.length).toBeLessThan(270)
  expect(new Set(samples.map(({ key }) => key)).size).toBe(samples.length)
})

test('the same moment makes the same samples', () => {
  expect(makeSamples(now)).toEqual(samples)
})

test('keys look as each framework makes them', () => {
  const shapes = {
    'connect-redis': /^sess:[\w-]{32}$/,
    json: /^session:([0-9a-f]{32}|abc123)$/,
    hash: /^session:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    unreadable: /^session:[0-9a-f]{32}$/,
  }
  for (const [kind, shape] of Object.entries(shapes)) {
    const keys = samples.filter((sample) => sample.kind === kind).map(({ key }) => key)
    expect(keys.length, kind).toBeGreaterThan(2)
    for (const key of keys) expect(key).toMatch(shape)
  }
})

test("the seed's own session is there, byte for byte", () => {
  expect(samples.find(({ key }) => key === 'session:abc123')).toMatchObject({
    value: '{"userId":42,"name":"Alice"}',
    expiresAt: now + 30 * 60_000,
  })
})

test('nothing has run out yet, and a dozen or more do within four minutes', () => {
  const ends = samples.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt - now]))
  expect(Math.min(...ends)).toBeGreaterThanOrEqual(10_000)
  expect(ends.filter((end) => end <= 4 * 60_000).length).toBeGreaterThanOrEqual(12)
})

test('about one in thirty has no expiry', () => {
  const share = samples.filter(({ expiresAt }) => expiresAt === null).length / samples.length
  expect(share).toBeGreaterThan(0.02)
  expect(share).toBeLessThan(0.05)
})

test('about one in seven is anonymous', () => {
  const readable = samples.filter(({ kind }) => kind !== 'unreadable')
  const share = readable.filter(({ value }) => !/user_?id|"user"|passport/i.test(textOf(value))).length / samples.length
  expect(share).toBeGreaterThan(0.09)
  expect(share).toBeLessThan(0.2)
})

test('some are large, from 5 KiB to 80 KiB', () => {
  expect(sizes.filter((size) => size > 4096).length).toBeGreaterThanOrEqual(6)
  expect(Math.max(...sizes)).toBeGreaterThan(79 * 1024)
  expect(Math.max(...sizes)).toBeLessThan(84 * 1024)
})

test('there are secrets to mask', () => {
  const all = samples.map(({ value }) => textOf(value)).join('\n')
  for (const secret of [/"accessToken":"eyJ/, /"csrfToken":/, /"refreshToken":/, /"apiKey":/]) {
    expect(all).toMatch(secret)
  }
})

test('names that break tables are among the people', () => {
  const names = people.map(({ name }) => name)
  expect(names.some((name) => /[\u202a-\u202e\u2066-\u2069]/.test(name))).toBe(true)
  expect(names.some((name) => /\u200b/.test(name))).toBe(true)
  expect(names.some((name) => /\p{Extended_Pictographic}/u.test(name))).toBe(true)
  expect(names.some((name) => name.length >= 60)).toBe(true)
  expect(new Set(people.map(({ email }) => email)).size).toBe(people.length)
})

test('addresses are from the documentation ranges, and all fifteen browsers appear', () => {
  const all = samples.map(({ value }) => textOf(value))
  const addresses = all.flatMap((text) => /"ip":"([^"]+)"/.exec(text)?.[1] ?? [])
  for (const address of addresses) expect(address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:/)
  expect(addresses.some((address) => address.includes(':'))).toBe(true)
  for (const agent of userAgents) expect(all.some((text) => text.includes(agent))).toBe(true)
})

test('several people have many sessions', () => {
  const all = samples.map(({ value }) => textOf(value))
  const counts = people.map(
    ({ name, id }) => all.filter((text) => text.includes(name) || text.includes(`"${id}"`)).length,
  )
  expect(counts.filter((count) => count >= 4).length).toBeGreaterThanOrEqual(3)
})
