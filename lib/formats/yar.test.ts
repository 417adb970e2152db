import { expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { yar } from './yar'

// A golden is an envelope of these two.
const endOf = (tree: unknown) => (tree as { stored: number }).stored + (tree as { ttl: number }).ttl
testConformance(
  yar,
  goldensOf('yar').map((golden) => ({ ...golden, timesOf: (tree) => [endOf(tree)] })),
)

const now = Date.UTC(2026, 10, 25, 12)
const text = `{"item":{"user":{"id":12345678901234567890}} ,"stored": ${now - 60_000} ,"ttl":600000}`

test('an envelope past its end is a dead session, though its key lives', () => {
  const raw = rawOf(Buffer.from(text), { now: now + 600_000, redisExpiresAt: now + 900_000 })
  expect(factsIn(yar.decode(raw))).toMatchObject({ expiresAt: now + 540_000 })
})

test('an extension stores the envelope anew and changes not one byte more', () => {
  const extension = yar.extend?.(rawOf(Buffer.from(text), { now }), now + 7_200_000)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(
    text.replace(String(now - 60_000), String(now)).replace('600000}', '7200000}'),
  )
  expect(extension).toMatchObject({ expiresAt: now + 7_200_000, notReached: ['app-timeout'] })
})

test('a cached value that is no session is not taken for one', () => {
  for (const cached of ['{"item":5,"stored":1,"ttl":1}', '{"item":{},"stored":1}', '{"stored":1,"ttl":1}']) {
    expect(yar.recognises(rawOf(Buffer.from(cached)))).toBe(false)
  }
})
