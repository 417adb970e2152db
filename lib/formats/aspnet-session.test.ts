import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { formatOf, formats } from '.'
import { aspnetSession } from './aspnet-session'
import { factsIn, goldensOf, rawOf, testConformance, treeIn } from './conformance'

testConformance(aspnetSession, goldensOf('aspnet-session'))

const now = Date.UTC(2026, 10, 25)
const minuteMs = 60_000

function entry(data: Buffer, { sliding = '12000000000', absolute = '-1' } = {}) {
  const fields = { absexp: Buffer.from(absolute), sldexp: Buffer.from(sliding), data }
  const list = Object.entries(fields).map(([name, value]): [Buffer, Buffer] => [Buffer.from(name), value])
  const raw = rawOf(Buffer.alloc(0), { now, redisExpiresAt: now + 15 * minuteMs })
  return { ...raw, value: { type: 'hash' as const, fields: list, isTruncated: false } }
}

function session(entries: Record<string, Buffer>, count = Object.keys(entries).length): Buffer {
  const head = Buffer.alloc(20, 7)
  head[0] = 2
  head.writeUIntBE(count, 1, 3)
  const parts = Object.entries(entries).flatMap(([name, value]) => {
    const lengths = [Buffer.alloc(2), Buffer.alloc(4)] as const
    lengths[0].writeUInt16BE(Buffer.byteLength(name))
    lengths[1].writeUInt32BE(value.length)
    return [lengths[0], Buffer.from(name), lengths[1], value]
  })
  return Buffer.concat([head, ...parts])
}

test('texts, whole numbers, JSON and bytes are each shown as what they are', () => {
  const values = {
    a: Buffer.from('Zoë'),
    b: Buffer.from('ffffffd6', 'hex'),
    c: Buffer.from('{"x":1}'),
    d: Buffer.from('ff00', 'hex'),
  }
  expect(toWire(treeIn(aspnetSession.decode(entry(session({ ...values, __proto__x: Buffer.alloc(0) })))))).toEqual({
    a: 'Zoë',
    b: -42,
    c: { x: 1 },
    d: { '#type': 'bytes', '#value': 'ff00' },
    __proto__x: '',
  })
})

test('the last visit is told by the TTL and the sliding time', () => {
  expect(factsIn(aspnetSession.decode(entry(session({}))))?.lastSeenAt).toBe(now - 5 * minuteMs)
  expect(factsIn(aspnetSession.decode(entry(session({}), { sliding: '-1' })))?.lastSeenAt).toBeNull()
})

test('what else the cache keeps is no session, whatever its lengths say', () => {
  const lying = session({ a: Buffer.from('1') }, 0xffffff)
  const longer = Buffer.concat([session({}), Buffer.from('x')])
  for (const data of [Buffer.from('{"a":1}'), Buffer.from('0200', 'hex'), Buffer.alloc(0), lying, longer]) {
    const raw = entry(data)
    expect(formatOf(raw, formats).decode(raw)).toEqual({
      noSession: 'It is another value of the distributed cache of .NET.',
    })
  }
})

test('a session that was cut keeps the entries of its head', () => {
  const { value, ...rest } = entry(session({ UserId: Buffer.from('42'), more: Buffer.from('y') }).subarray(0, -1))
  const decoded = aspnetSession.decode({ ...rest, value: { ...value, isTruncated: true } })
  expect(factsIn(decoded)?.principal).toBe('42')
  expect('encodings' in decoded && decoded.encodings).toContain('only its beginning is read')
})

test('an extension raises the sliding time to the tick and stops at an absolute end', () => {
  const sixty = aspnetSession.extend?.(entry(session({})), now + 60 * minuteMs)
  expect(sixty?.rewrite).toEqual({ type: 'hash', fields: [[Buffer.from('sldexp'), Buffer.from('36000000000')]] })
  const absolute = String((BigInt(now + 30 * minuteMs) + 62_135_596_800_000n) * 10_000n)
  const capped = aspnetSession.extend?.(entry(session({}), { absolute }), now + 60 * minuteMs)
  expect(capped).toMatchObject({ expiresAt: now + 30 * minuteMs, notReached: ['absolute-timeout', 'app-timeout'] })
  expect(aspnetSession.extend?.(entry(session({})), now + 10 * minuteMs)?.rewrite).toBeNull()
})
