import { expect, test } from 'vitest'
import { formatOf, formats } from '.'
import { adonis } from './adonis'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'

testConformance(adonis, goldensOf('adonis'))

const now = Date.UTC(2026, 10, 25, 12)
const id = 'eqw6tyqy7xook63ctha51dak'
const rawUnder = (key: string, more = '') =>
  rawOf(Buffer.from(`{"message":{"auth_web":7,"cart":[]},"purpose":"${id}"${more}}`), { now, key })

test('a copy under another key, which AdonisJS would refuse, is not taken for its session', () => {
  expect(formatOf(rawUnder(`shop:${id}`), formats).id).toBe('adonis')
  expect(formatOf(rawUnder('shop:another0another0another'), formats).id).toBe('plain')
})

test('an end in the envelope is obeyed', () => {
  const raw = rawUnder(id, `,"expiryDate":"${new Date(now - 1).toISOString()}"`)
  expect(factsIn(adonis.decode(raw))).toMatchObject({ principal: '7', expiresAt: now - 1 })
})

test('ended, it leaves the set of its person, under the prefix of its own key', () => {
  expect(adonis.end?.(rawUnder(`shop:${id}`)).companions).toEqual([
    { deed: 'leave', key: Buffer.from('shop:session_tag:7'), type: 'set', member: Buffer.from(id) },
  ])
})

test('nobody’s session has no set to leave', () => {
  const raw = rawOf(Buffer.from(`{"message":{"auth_web":null},"purpose":"${id}"}`), { now, key: id })
  expect(adonis.end?.(raw).companions).toEqual([])
})
