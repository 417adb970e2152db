import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { RawSession } from '@/lib/session/raw'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { magento } from './magento'

testConformance(magento, goldensOf('magento'))

const key = 'sess_306a86d3ccb2baa7b22f7465e5'
function hashOf(fields: Record<string, string | Buffer>, isTruncated = false): RawSession {
  const entries = Object.entries(fields).map(([name, value]): [Buffer, Buffer] => [
    Buffer.from(name),
    Buffer.from(value),
  ])
  return { ...rawOf(Buffer.alloc(0), { key, prefix: 'sess_' }), value: { type: 'hash', fields: entries, isTruncated } }
}
const session = 'customer_base|a:1:{s:11:"customer_id";s:2:"42";}'
const packed = (mark: string, bytes: Buffer) => hashOf({ data: Buffer.concat([Buffer.from(mark), bytes]), writes: '1' })

test('a lock that a request left where it found no session is none', () => {
  for (const fields of [
    { lock: '1', pid: 'web-1|4711', req: 'GET /' },
    { lock: '1', wait: '0', pid: 'web-1|4711' },
  ]) {
    expect(magento.recognises(hashOf(fields))).toBe(true)
    expect(magento.decode(hashOf(fields))).toHaveProperty('noSession')
    expect(magento.decode(hashOf(fields, true))).toHaveProperty('unreadable')
  }
})

test('other hashes are not this format', () => {
  for (const fields of [{ data: session }, { absexp: '1', sldexp: '1', data: 'x' }, { lock: '1' }, { userId: '42' }]) {
    expect(magento.recognises(hashOf({ ...fields }))).toBe(false)
  }
  expect(magento.recognises(rawOf(Buffer.from(session)))).toBe(false)
})

test.each([
  ['zlib', packed(':gz:', deflateSync(session))],
  // A literal of Snappy: its length less one above two bits, in one byte more from 60 on.
  [
    'snappy',
    packed(':sn:', Buffer.concat([Buffer.from([session.length, (session.length - 1) << 2]), Buffer.from(session)])),
  ],
])('a session packed with %s is read, and its encodings are told', (name, raw) => {
  expect(magento.decode(raw)).toMatchObject({ facts: { principal: '42' }, encodings: ['hash', name, 'php'] })
})

test.each([':gz:', ':l4:', ':lz:', ':sn:'])('what is broken or too large behind %s is unreadable', (mark) => {
  const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  for (const bytes of [Buffer.alloc(0), Buffer.from('nonsense'), bomb]) {
    expect(magento.decode(packed(mark, bytes))).toHaveProperty('unreadable')
  }
})

test('an administrator is known by the user in the space of the back office', () => {
  const data = 's:8:"\0*\0_data";a:2:{s:7:"user_id";s:1:"3";s:8:"username";s:4:"root";}'
  const admin = `admin|a:1:{s:4:"user";O:23:"Magento\\User\\Model\\User":1:{${data}}}`
  const decoded = magento.decode(hashOf({ data: admin, writes: '1' }))
  expect(factsIn(decoded)).toMatchObject({ principal: '3', label: 'root' })
})

test('Magento 1 keeps the customer as an id, and address and browser in each space', () => {
  const guard = 's:23:"_session_validator_data";a:1:{s:11:"remote_addr";s:11:"203.0.113.9";}'
  const data = `core|a:1:{${guard}}customer_base|a:1:{s:2:"id";i:7;}`
  expect(factsIn(magento.decode(hashOf({ data, lock: '0' })))).toMatchObject({ principal: '7', ip: '203.0.113.9' })
})
