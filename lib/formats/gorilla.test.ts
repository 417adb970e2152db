import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { goldensOf, testConformance, treeIn } from './conformance'
import { fiber, gorilla, rbcervilla } from './gorilla'

testConformance(gorilla, goldensOf('gorilla'))
testConformance(rbcervilla, goldensOf('rbcervilla'))
testConformance(fiber, goldensOf('fiber'))

const [struct] = goldensOf('gorilla', (name) => name === 'gob-struct')
const [scalars] = goldensOf('gorilla', (name) => name === 'gob-scalars')

test('a registered struct keeps the name of its type, and a moment is one', () => {
  expect(struct && toWire(treeIn(gorilla.decode(struct.raw)))).toEqual({
    account: { '#type': 'main.Account', ID: 42, Name: 'Ann Example', Admin: true, Tags: ['a', 'b'] },
    at: { '#type': 'datetime', '#value': '2026-01-02T02:04:05.006Z' },
  })
})

test('every scalar is what it was, and large integers keep all digits', () => {
  expect(scalars && toWire(treeIn(gorilla.decode(scalars.raw)))).toMatchObject({
    7: 'number key',
    bytes: { '#type': 'bytes', '#value': '0001ff' },
    user_id: 42,
    float: 1.5,
    true: true,
    big: { '#type': 'integer', '#value': '4611686018427387904' },
  })
})

const [absolute] = goldensOf('fiber', (name) => name === 'v3-absolute')

test('Fiber’s absolute end stands under its own key, beside one of the application’s that is as plain a nought', () => {
  const tree = absolute && toWire(treeIn(fiber.decode(absolute.raw)))
  expect(tree).toMatchObject({
    'session.absExpirationKeyType(0)': { '#type': 'datetime' },
    0: 'a key of nought',
    user_id: 42,
  })
})

test('an extension of a Fiber session ends at its absolute end, and says so; up to it the TTL is what counts', () => {
  if (absolute === undefined) throw new Error('No fixture')
  const endsAt = 1_795_795_784_181
  expect(fiber.extend?.(absolute.raw, endsAt + 1)).toEqual({
    rewrite: null,
    expiresAt: endsAt,
    notReached: ['app-timeout', 'browser-cookie', 'absolute-timeout'],
  })
  expect(fiber.extend?.(absolute.raw, endsAt)).toMatchObject({
    expiresAt: endsAt,
    notReached: ['app-timeout', 'browser-cookie'],
  })
  const [without] = goldensOf('fiber', (name) => name === 'v3-signed-in')
  expect(without && fiber.extend?.(without.raw, endsAt)).toMatchObject({ rewrite: null, expiresAt: endsAt })
})
