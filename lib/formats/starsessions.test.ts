import { expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { starsessions } from './starsessions'

type Metadata = { __metadata__: { created: number; lifetime: number } }
// A golden has them.
const timesOf = (tree: unknown) => [(tree as Metadata).__metadata__.created, (tree as Metadata).__metadata__.lifetime]
testConformance(
  starsessions,
  goldensOf('starsessions').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const session = (created: string, lifetime = 3600) =>
  `{"user_id": 12345678901234567890, "__metadata__": {"lifetime": ${lifetime}, "created": ${created}, "last_access": ${now / 1000 - 1}.5}}`
const extend = (text: string, untilAt: number) => starsessions.extend?.(rawOf(Buffer.from(text), { now }), untilAt)

test('its times are read from seconds with a fraction', () => {
  const raw = rawOf(Buffer.from(session(`${now / 1000 - 60}.25`)), { now })
  expect(factsIn(starsessions.decode(raw))).toMatchObject({
    principal: '12345678901234567890',
    createdAt: now - 59_750,
    lastSeenAt: now - 500,
    expiresAt: null,
  })
})

test('an extension makes it later made, and changes not one byte more', () => {
  const extension = extend(session(`${now / 1000 - 60}.25`), now + 7_200_000)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(
    session(`${now / 1000 + 3_600}`),
  )
})

test('without a lifetime the TTL alone is moved', () => {
  expect(extend(session('1795000000.5', 0), now + 7_200_000)).toMatchObject({
    rewrite: null,
    notReached: ['app-timeout'],
  })
})
