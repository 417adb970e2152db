import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldOf } from '@/lib/session/raw'
import { toWire } from '@/lib/session/tree'
import { createCompanionTest, formats } from '.'
import { factsIn, goldensOf, testConformance } from './conformance'
import { kryoInt, readKryo } from './kryo'
import { redissonTomcat } from './redisson-tomcat'

const goldens = goldensOf('redisson-tomcat')
testConformance(redissonTomcat, goldens)

const first = goldens[0]?.raw
if (first === undefined) throw new Error('there are no fixtures')
const raw = first
const id = '9BA994D53FAAC44BD8C65D95705077CD'

function without(name: string, other: [string, string][] = []) {
  if (raw.value.type !== 'hash') throw new Error('a session is a hash')
  const added = other.map(([field, hex]): [Buffer, Buffer] => [Buffer.from(field), Buffer.from(hex, 'hex')])
  const fields = [...raw.value.fields.filter(([field]) => String(field) !== name), ...added]
  return { ...raw, value: { ...raw.value, fields } }
}

test('texts, whole numbers and booleans are read, all else stays bytes', () => {
  const read = (hex: string) => toWire(readKryo(Buffer.from(hex, 'hex')))
  expect(read('0334b2')).toBe('42')
  expect(read('0381')).toBe('')
  expect(read('03855a6fc3ab')).toEqual({ '#type': 'bytes', '#value': '03855a6fc3ab' })
  expect(read('03845a6fc3ab')).toBe('Zoë')
  expect(read('0501')).toBe(true)
  expect(read('02a038')).toBe(3600)
  expect(read('0903')).toBe(-2)
  expect(read('09ffffffffffffffffff01')).toEqual({ '#type': 'integer', '#value': '-9223372036854775808' })
  for (const hex of [
    '',
    '03',
    '0380',
    '033400',
    '0502',
    '050101',
    '09',
    '0980',
    '090000',
    '01000a6a6176612e7574696c',
    '04901c',
  ]) {
    expect(read(hex)).toEqual({ '#type': 'bytes', '#value': hex })
  }
})

test('a whole number comes back as it was written, and no bytes make it throw', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => readKryo(kryoInt(value)) === value))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => readKryo(Buffer.from(bytes)) !== undefined),
    { numRuns: 10_000 },
  )
})

test('what ended, and what a node wrote back of it, is no session', () => {
  expect(redissonTomcat.decode(without('session:isValid', [['session:isValid', '0500']]))).toHaveProperty('noSession')
  expect(redissonTomcat.decode(without('session:creationTime'))).toHaveProperty('noSession')
})

test('an end takes the list of nodes along, and says what it cannot reach', () => {
  const key = Buffer.from(`redisson:tomcat_notified_nodes:${id}`)
  expect(redissonTomcat.end?.(raw)).toEqual({ invalidation: null, companions: [{ deed: 'remove', key }] })
  expect(redissonTomcat.notReached.revoke).toContain('heap-copy')
  const isCompanion = createCompanionTest(formats)
  expect(isCompanion(String(key))).toBe(true)
  expect(isCompanion(String(raw.key))).toBe(false)
  expect(redissonTomcat.usualKeys[0]?.exec(`shop:redisson:tomcat_session:${id}`)?.[1]).toBe(
    'shop:redisson:tomcat_session:',
  )
})

test('an extension raises the interval, which outlives the session by a minute', () => {
  const untilAt = raw.now + 7_200_000
  const extension = redissonTomcat.extend?.(raw, untilAt)
  expect(extension).toMatchObject({ expiresAt: untilAt, keyExpiresAt: untilAt + 60_000, notReached: ['heap-copy'] })
  const interval = extension?.rewrite?.type === 'hash' ? extension.rewrite.fields[0]?.[1] : null
  const used = factsIn(redissonTomcat.decode(raw))?.lastSeenAt ?? 0
  expect(readKryo(interval ?? Buffer.alloc(0))).toBe(Math.ceil((untilAt - used) / 1000))
  expect(String(fieldOf(raw.value, 'session:maxInactiveInterval'))).not.toBe(String(interval))
  const unknown = redissonTomcat.extend?.(without('session:maxInactiveInterval'), untilAt)
  expect(unknown).toEqual({ rewrite: null, expiresAt: untilAt, notReached: ['app-timeout', 'heap-copy'] })
})
