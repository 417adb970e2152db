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
