import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredValue } from '@/lib/session/raw'
import { formatOf, formats } from '.'
import { rawOf, stringOf, testConformance } from './conformance'
import { connectRedis } from './connect-redis'
import { readJson } from './json'
import { plain } from './plain'

const now = Date.UTC(2026, 10, 24, 12)
const reading = { now, redisExpiresAt: now + 1_800_000 }
const toRaw = (value: StoredValue) => ({ ...rawOf(Buffer.alloc(0), reading), value })
const decode = (value: StoredValue) => plain.decode(toRaw(value))

function factsOf(text: string) {
  const decoded = decode(stringOf(Buffer.from(text)))
  if (!('facts' in decoded)) throw new Error('Not read')
  return decoded.facts
}

testConformance(plain, [
  {
    name: 'the seed',
    raw: rawOf(Buffer.from('{"userId":42,"name":"Alice"}'), reading),
    facts: {
      principal: '42',
      label: 'Alice',
      createdAt: null,
      lastSeenAt: null,
      expiresAt: null,
      ip: null,
      userAgent: null,
    },
  },
  {
    name: 'a fuller one',
    raw: rawOf(
      Buffer.from(
        '{"user":{"id":"u-7","email":"ann@example.com"},"createdAt":"2026-11-24T10:00:00Z","lastSeenAt":1795521600,"ip":"2001:db8::1","userAgent":"Mozilla/5.0"}',
      ),
      reading,
    ),
    facts: {
      principal: 'u-7',
      label: 'ann@example.com',
      createdAt: Date.UTC(2026, 10, 24, 10),
      lastSeenAt: 1_795_521_600_000,
      ip: '2001:db8::1',
      userAgent: 'Mozilla/5.0',
    },
  },
])

test.each([
  ['{"userId":42}', '42', null],
  ['{"user_id":"7"}', '7', null],
  ['{"uid":0}', '0', null],
  ['{"user":{"id":5,"name":"Ann"}}', '5', 'Ann'],
  ['{"user":"alice"}', 'alice', 'alice'],
  ['{"user":42}', '42', null],
  ['{"sub":"auth0|1","email":"a@example.com"}', 'auth0|1', 'a@example.com'],
  ['{"passport":{"user":"42"}}', '42', null],
  ['{"passport":{"user":{"id":42,"displayName":"Bo"}}}', '42', 'Bo'],
  ['{"account":{"id":"acc-1"}}', 'acc-1', null],
  ['{"accountId":"acc-1"}', 'acc-1', null],
  ['{"principal":"p"}', 'p', 'p'],
  ['{"email":"a@example.com","username":"ann"}', 'ann', 'ann'],
  ['{"email":"a@example.com"}', 'a@example.com', 'a@example.com'],
  ['{"login":"ann"}', 'ann', 'ann'],
  ['{"data":{"userId":9,"profile":{"fullName":"Cy"}}}', '9', 'Cy'],
  ['{"user":{"_id":{"$oid":"65a1"}}}', '65a1', null],
  ['{"userId":12345678901234567890}', '12345678901234567890', null],
  ['{"userId":"<b>"}', '<b>', null],
  ['{"id":"session-id","cart":[]}', null, null],
  ['{"userId":null,"user":{},"email":"","name":{}}', null, null],
  ['{"userId":true}', null, null],
])('%s is the session of %s, called %s', (text, principal, label) => {
  expect(factsOf(text)).toMatchObject({ principal, label })
})

test.each([
  ['1795521600', 1_795_521_600_000],
  ['1795521600000', 1_795_521_600_000],
  ['"1795521600"', 1_795_521_600_000],
  ['1795521600.5', 1_795_521_600_500],
  ['"2026-11-24T12:00:00Z"', 1_795_521_600_000],
  ['"2099-01-01T00:00:00Z"', null],
  ['12', null],
  ['-1', null],
  ['1e300', null],
  ['"yesterday"', null],
  ['{}', null],
])('createdAt %s is read as %s', (text, at) => {
  expect(factsOf(`{"createdAt":${text}}`).createdAt).toBe(at)
})

test('what is no address is not shown as one', () => {
  expect(factsOf('{"ip":"javascript:alert(1)"}').ip).toBeNull()
  expect(factsOf('{"ip":"203.0.113.9"}').ip).toBe('203.0.113.9')
})

test('numbers beyond 2^53 and odd ones are shown as they stand', () => {
  const decoded = decode(
    stringOf(Buffer.from('{"a":9007199254740993,"b":0.12345678901234567890,"c":1e999,"d":1.5,"e":9007199254740991}')),
  )
  expect('tree' in decoded && decoded.tree).toEqual({
    a: '9007199254740993',
    b: '0.12345678901234567890',
    c: '1e999',
    d: 1.5,
    e: 9007199254740991,
  })
})

test('any number that JavaScript holds is that number, as Python writes it too, 10,000 cases', () => {
  const floats = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(
      fc.array(fc.oneof(floats, fc.maxSafeInteger(), fc.double({ min: 1.7e9, max: 1.8e9, noNaN: true }))),
      (list) => {
        const text = JSON.stringify({ list, tail: 1795000000.1234567 })
        expect(readJson(text, false)).toEqual({ tree: JSON.parse(text), isCut: false })
      },
    ),
    { numRuns: 10_000 },
  )
  const mixed = '{"seen":1795000000.1234567,"id":9007199254740993}'
  expect(readJson(mixed, false)).toMatchObject({ tree: { seen: 1795000000.1234567, id: '9007199254740993' } })
})

test('a value 100,000 levels deep is unreadable with its reason', () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  expect(decode(stringOf(Buffer.from(deep)))).toEqual({ unreadable: 'It is nested deeper than 64 levels.' })
})

test('of a value with too many parts the beginning is kept and said so', () => {
  const decoded = decode(stringOf(Buffer.from(`{"userId":42,"list":[${'1,'.repeat(20_000)}1],"late":1}`)))
  expect(decoded).toMatchObject({ facts: { principal: '42' }, encodings: ['json', 'only its beginning is read'] })
})

test.each([
  ['', 'It is empty.'],
  ['user_data_here', "It is plain text, not a JSON object, perhaps by a serializer of the application's own."],
  ['"text"', 'It looks like a single JSON value, but like no session that is known.'],
  ['[1]', 'It looks like a JSON list, but like no session that is known.'],
  ['{"a":', 'It is not valid JSON.'],
  ['s:5:"hello";', 'It looks like PHP serialize of a text, as Laravel writes it, but like no session that is known.'],
  ['a:1:{i:0;i:1;}', 'It looks like PHP serialize, but like no session that is known.'],
  ['\u0080\u0004\u0095', 'It looks like a Python pickle, but like no session that is known.'],
  ['\u0004\u0008[', 'It looks like Ruby Marshal, but like no session that is known.'],
  ['\u00ac\u00ed\u0000\u0005', 'It looks like Java serialization, but like no session that is known.'],
  ['\u001f\u008b', 'It looks like compressed data, but like no session that is known.'],
  ['\u0080\u00a1', 'It looks like MessagePack, but like no session that is known.'],
  ['\u0002\u00ff', "It is binary of an unknown kind, perhaps by a serializer of the application's own."],
])('%j is unreadable: %s', (text, unreadable) => {
  const value = stringOf(Buffer.from(text, 'latin1'))
  expect(plain.recognises(toRaw(value))).toBe(false)
  expect(formatOf(toRaw(value), formats).id).toBe('plain')
  expect(decode(value)).toEqual({ unreadable })
})

const hash = (fields: Record<string, string | Buffer>): StoredValue => ({
  type: 'hash',
  fields: Object.entries(fields).map(([name, value]) => [
    Buffer.from(name),
    typeof value === 'string' ? Buffer.from(value) : value,
  ]),
  isTruncated: false,
})

test('a hash of texts is a session, and JSON in a field is looked into', () => {
  const decoded = decode(hash({ userId: '42', user: '{"name":"Alice"}', blob: Buffer.from([0xff, 0xfe]) }))
  expect(decoded).toMatchObject({
    facts: { principal: '42', label: 'Alice' },
    tree: { userId: '42', user: { name: 'Alice' }, blob: '2 bytes that are no text' },
    encodings: ['hash'],
  })
})

test('a hash without any text is unreadable', () => {
  expect(decode(hash({ a: Buffer.from([0xac, 0xed, 0x00, 0x05]) }))).toEqual({
    unreadable: 'It is a hash whose first value looks like Java serialization, but like no session that is known.',
  })
  expect(decode(hash({}))).toEqual({ unreadable: 'It is a hash without fields.' })
})

test('a pinned format is used whatever the value', () => {
  expect(formatOf(rawOf(Buffer.from('{"userId":42}')), [connectRedis]).id).toBe('connect-redis')
})

test('a name that is cut keeps nothing else of the value in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const measure = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = measure()
  const kept = Array.from({ length: 300 }, (_, index) => factsOf(JSON.stringify({ name: index + 'x'.repeat(60_000) })))
  expect(measure() - before).toBeLessThan(6_000_000)
  expect(kept.every(({ label }) => label?.length === 512)).toBe(true)
})
