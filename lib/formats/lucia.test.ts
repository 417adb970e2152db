import { expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { lucia } from './lucia'

// A golden has both.
type Times = { active_expires: number; idle_expires: number }
const timesOf = (tree: unknown) => [(tree as Times).active_expires, (tree as Times).idle_expires]
testConformance(
  lucia,
  goldensOf('lucia').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const id = '0gxx8n6rrvkqre634ozyk10qhglijcbcbw3wm5v5'
const session = (active: number, idle: number) =>
  `{"n":12345678901234567890,"id":"${id}","user_id":"u-1", "active_expires":${active},"idle_expires": ${idle}}`
const rawOfTimes = (active: number, idle: number, key = `session:${id}`) =>
  rawOf(Buffer.from(session(active, idle)), { now, key })

test('its second end counts, and past it it is dead', () => {
  expect(factsIn(lucia.decode(rawOfTimes(now - 60_000, now - 1)))).toMatchObject({ expiresAt: now - 1 })
})

test('an extension moves both ends by the same and not one byte more', () => {
  const extension = lucia.extend?.(rawOfTimes(now + 60_000, now + 600_000), now + 7_200_000)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(
    session(now + 6_660_000, now + 7_200_000),
  )
})

test.each([
  [`session:${id}`, 'user_sessions:u-1'],
  [`app:session:${id}`, 'app:user_sessions:u-1'],
  [`own-name:${id}`, 'user_sessions:u-1'],
])('%s leaves the set %s', (key, set) => {
  expect(lucia.end?.(rawOfTimes(now, now, key)).companions).toEqual([
    { deed: 'leave', key: Buffer.from(set), type: 'set', member: Buffer.from(id) },
  ])
})
