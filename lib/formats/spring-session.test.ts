import { expect, test } from 'vitest'
import type { RawSession } from '@/lib/session/raw'
import { factsIn, goldensOf, testConformance } from './conformance'
import { springSession } from './spring-session'

const goldens = ['spring', 'spring-indexed', 'spring-reactive'].flatMap((folder) =>
  goldensOf(folder).map((golden) => ({ ...golden, name: `${folder} ${golden.name}` })),
)

testConformance(springSession, goldens)

const [golden] = goldens
if (golden === undefined) throw new Error('No golden')

function without(raw: RawSession, name: string): RawSession {
  if (raw.value.type !== 'hash') throw new Error('No hash')
  return { ...raw, value: { ...raw.value, fields: raw.value.fields.filter(([field]) => String(field) !== name) } }
}

test('what a late write left of a removed session is no session, and can be removed', () => {
  const remnant = without(without(golden.raw, 'creationTime'), 'maxInactiveInterval')
  expect(springSession.recognises(remnant)).toBe(true)
  expect(springSession.decode(remnant)).toHaveProperty('noSession')
  expect(springSession.end?.(remnant).invalidation).toBeNull()
})

test('an invalidated session has ended, in Java’s own bytes and in JSON', () => {
  for (const { raw } of goldens) {
    const invalidation = springSession.end?.(raw).invalidation
    if (!invalidation || raw.value.type !== 'hash') throw new Error('No invalidation')
    const rest = without(raw, 'maxInactiveInterval').value
    if (rest.type !== 'hash') throw new Error('No hash')
    const dead = { ...raw, value: { ...rest, fields: [...rest.fields, ...invalidation.fields] } }
    const facts = factsIn(springSession.decode(dead))
    expect(facts?.expiresAt).toBe(facts?.lastSeenAt)
  }
})

test('an extension changes the interval alone, and of an indexed session what stands beside it', () => {
  const plain = goldens.find(({ name }) => name === 'spring signed-in')
  const indexed = goldens.find(({ name }) => name === 'spring-indexed signed-in')
  const extend = (raw: RawSession) => springSession.extend?.(raw, raw.now + 7_200_000)
  if (!plain || !indexed) throw new Error('No golden')
  const one = extend(plain.raw)
  expect(one?.rewrite?.type === 'hash' && one.rewrite.fields.map(([name]) => String(name))).toEqual([
    'maxInactiveInterval',
  ])
  expect([one?.keyExpiresAt, one?.companions]).toEqual([plain.raw.now + 7_200_000, []])
  const other = extend(indexed.raw)
  expect(other?.keyExpiresAt).toBe(indexed.raw.now + 7_500_000)
  expect(other?.companions?.map(({ deed }) => deed)).toEqual(['expire', 'move', 'score'])
})
