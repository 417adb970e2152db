import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CustomFormat, encodings } from '@/lib/session/custom-format'
import type { Decoded } from '@/lib/session/plan'
import { createCompanionTest, formatOf, formats } from '.'
import { rawOf } from './conformance'
import { createCustomFormat } from './custom'
import { canary, hostileFiles } from './hostile'

const now = 1_800_000_000_000
const hourMs = 3_600_000

const make = (over: Partial<CustomFormat> = {}) =>
  createCustomFormat({
    id: 'shop',
    label: 'Shop',
    prefix: 'shop:sess:',
    suffix: '',
    companions: [],
    encoding: ['json'],
    paths: { principal: ['user', 'id'], label: ['user', 'name'], createdAt: ['meta', 'created'] },
    secrets: [],
    ...over,
  })

const value = { user: { id: 42, name: 'Alice' }, meta: { created: 1_799_999_000, until: 1_800_003_600 } }
const json = Buffer.from(JSON.stringify(value))
const at = (bytes: Buffer, over: object = {}) =>
  rawOf(bytes, { key: 'shop:sess:a1', prefix: 'shop:sess:', now, ...over })
const factsOf = (decoded: Decoded) => ('facts' in decoded ? decoded.facts : decoded)

describe('a value is read through its chain of encodings', () => {
  test.each<[CustomFormat['encoding'], Buffer]>([
    [['json'], json],
    [['base64', 'json'], Buffer.from(json.toString('base64'))],
    [['base64', 'json'], Buffer.from(json.toString('base64url'))],
    [['hex', 'json'], Buffer.from(json.toString('hex'))],
    [['gzip', 'json'], zlib.gzipSync(json)],
    [['zlib', 'json'], zlib.deflateSync(json)],
    [['deflate', 'json'], zlib.deflateRawSync(json)],
    [['brotli', 'json'], zlib.brotliCompressSync(json)],
    [['base64', 'gzip', 'json'], Buffer.from(zlib.gzipSync(json).toString('base64'))],
    [['json', 'json'], Buffer.from(JSON.stringify(json.toString()))],
    [
      ['php'],
      Buffer.from(
        'a:2:{s:4:"user";a:2:{s:2:"id";i:42;s:4:"name";s:5:"Alice";}s:4:"meta";a:1:{s:7:"created";i:1799999000;}}',
      ),
    ],
    [
      ['php-session'],
      Buffer.from('user|a:2:{s:2:"id";i:42;s:4:"name";s:5:"Alice";}meta|a:1:{s:7:"created";i:1799999000;}'),
    ],
    [
      ['base64', 'pickle'],
      // {'user': {'id': 42, 'name': 'Alice'}, 'meta': {'created': 1799999000}}, protocol 4
      Buffer.from(
        'gASVPwAAAAAAAAB9lCiMBHVzZXKUfZQojAJpZJRLKowEbmFtZZSMBUFsaWNllHWMBG1ldGGUfZSMB2NyZWF0ZWSUShjOSWtzdS4=',
      ),
    ],
    [
      ['zlib', 'msgpack'],
      // {user: {id: 42, name: 'Alice'}, meta: {created: the moment 1799999000}}
      zlib.deflateSync(
        Buffer.from('82a47573657282a269642aa46e616d65a5416c696365a46d65746181a763726561746564d6ff6b49ce18', 'hex'),
      ),
    ],
  ])('%j', (encoding, bytes) => {
    const decoded = make({ encoding }).decode(at(bytes))
    expect(factsOf(decoded)).toMatchObject({ principal: '42', label: 'Alice', createdAt: 1_799_999_000_000 })
    expect(decoded).toHaveProperty('encodings', encoding)
  })

  test('a hash, each field as text or as what the chain says', () => {
    const fields: [Buffer, Buffer][] = [
      [Buffer.from('user'), Buffer.from('{"id":42,"name":"Alice"}')],
      [Buffer.from('seen'), Buffer.from('1799999000')],
    ]
    const raw = { ...at(json), value: { type: 'hash' as const, fields, isTruncated: false } }
    const paths = { principal: ['user', 'id'], lastSeenAt: ['seen'] }
    const facts = factsOf(make({ encoding: ['hash', 'json'], paths }).decode(raw))
    expect(facts).toMatchObject({ principal: '42', lastSeenAt: 1_799_999_000_000 })
    const plain = factsOf(make({ encoding: ['hash'], paths: { principal: ['seen'] } }).decode(raw))
    expect(plain).toMatchObject({ principal: '1799999000' })
  })

  test('what a value is not, is said without any byte of it', () => {
    for (const encoding of encodings) {
      const chain = encoding === 'json' ? [encoding] : [encoding, 'json' as const]
      const decoded = make({ encoding: chain }).decode(at(Buffer.from(`\u0001${canary}`)))
      expect(decoded).toHaveProperty('unreadable')
      expect(JSON.stringify(decoded)).not.toContain(canary)
    }
  })

  test('a bomb is refused before it has grown', () => {
    const bomb = zlib.gzipSync(zlib.gzipSync(Buffer.alloc(8 * 1024 * 1024)))
    const decoded = make({ encoding: ['gzip', 'gzip', 'json'] }).decode(at(bomb))
    expect(decoded).toEqual({ unreadable: 'It is gzip that grows beyond what is read.' })
  })

  test('of a cut value the head is read', () => {
    const long = Buffer.from(
      JSON.stringify({ ...value, basket: Array.from({ length: 999 }, (_, n) => `item ${n * n}`) }),
    )
    const packed = zlib.gzipSync(long)
    const cut = {
      ...at(json),
      value: { type: 'string' as const, bytes: packed.subarray(0, packed.length - 500), isTruncated: true },
    }
    const decoded = make({ encoding: ['gzip', 'json'] }).decode(cut)
    expect(factsOf(decoded)).toMatchObject({ principal: '42', label: 'Alice' })
  })
})

describe('facts', () => {
  test('stand where the paths say, in lists too, and where they say nothing under the usual names', () => {
    const bytes = Buffer.from(
      JSON.stringify({ 'a.b': [{ x: 'u7' }], email: 'a@example.com', ip: '10.0.0.1', v: '10.0.0.2' }),
    )
    const read = (paths: CustomFormat['paths']) => factsOf(make({ paths }).decode(at(bytes)))
    expect(read({ principal: ['a.b', '0', 'x'] })).toMatchObject({ principal: 'u7', ip: '10.0.0.1' })
    expect(read({ ip: ['v'] })).toMatchObject({ principal: 'a@example.com', ip: '10.0.0.2' })
    expect(read({ principal: ['nowhere', 'at all'], ip: ['email'] })).toMatchObject({ principal: null, ip: null })
    expect(read({ principal: ['__proto__'], label: ['constructor', 'name'] })).toMatchObject({
      principal: null,
      label: null,
    })
  })

  test('an end in the payload is told, in seconds, milliseconds or as text', () => {
    for (const until of [1_800_003_600, 1_800_003_600_000, '1800003600', '2027-01-15T09:00:00Z']) {
      const facts = factsOf(
        make({ paths: { expiresAt: ['until'] } }).decode(at(Buffer.from(JSON.stringify({ until })))),
      )
      expect(facts).toMatchObject({ expiresAt: 1_800_003_600_000 })
    }
  })
})

describe('extending', () => {
  const untilAt = now + 2 * hourMs
  const paths = { expiresAt: ['meta', 'until'] }

  test.each<[CustomFormat['encoding'], (bytes: Buffer) => Buffer, (bytes: Buffer) => Buffer]>([
    [['json'], (bytes) => bytes, (bytes) => bytes],
    [['gzip', 'json'], (bytes) => zlib.gzipSync(bytes), (bytes) => zlib.gunzipSync(bytes)],
    [
      ['base64', 'zlib', 'json'],
      (bytes) => Buffer.from(zlib.deflateSync(bytes).toString('base64')),
      (bytes) => zlib.inflateSync(Buffer.from(bytes.toString(), 'base64')),
    ],
  ])('an end in %j is written anew, and not a byte more inside', (encoding, pack, unpack) => {
    const extension = make({ encoding, paths }).extend?.(at(pack(json)), untilAt)
    const rewrite = extension?.rewrite
    if (rewrite?.type !== 'string') throw new Error('Not rewritten')
    expect(unpack(rewrite.bytes).toString()).toBe(json.toString().replace('1800003600', String(untilAt / 1000)))
    expect(extension).toMatchObject({ expiresAt: untilAt, notReached: ['app-timeout', 'browser-cookie'] })
  })

  test('an end in a field of a hash is written anew', () => {
    const fields: [Buffer, Buffer][] = [[Buffer.from('until'), Buffer.from('2027-01-15T08:00:00.000Z')]]
    const raw = { ...at(json), value: { type: 'hash' as const, fields, isTruncated: false } }
    const extension = make({ encoding: ['hash'], paths: { expiresAt: ['until'] } }).extend?.(raw, untilAt)
    const until = Buffer.from(new Date(untilAt).toISOString())
    expect(extension?.rewrite).toEqual({ type: 'hash', fields: [[Buffer.from('until'), until]] })
  })

  test('is by TTL alone where an end cannot be written anew, and never shortens one', () => {
    const php = Buffer.from('a:1:{s:5:"until";i:1800003600;}')
    expect(make({ encoding: ['php'], paths: { expiresAt: ['until'] } }).extend?.(at(php), untilAt)).toBeNull()
    expect(make({ paths }).extend?.(at(json), now + 60_000)).toMatchObject({ rewrite: null })
    expect(make().extend?.(at(json), untilAt)).toEqual({
      rewrite: null,
      expiresAt: untilAt,
      notReached: ['app-timeout'],
    })
  })
})

describe('companions', () => {
  const format = make({ companions: ['shop:sess:{id}:lock', 'shop:(user){id}'] })

  test('are known by their names and are no sessions', () => {
    const isCompanion = createCompanionTest([format, ...formats])
    expect(['shop:sess:a1:lock', 'shop:(user)a1'].map(isCompanion)).toEqual([true, true])
    expect(['shop:sess:a1', 'shop:sess:a1:lock2', 'x:shop:sess:a1:lock', 'shop:(user)'].map(isCompanion)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  test('go with the session, and last as long as it', () => {
    const keys = [Buffer.from('shop:sess:a1:lock'), Buffer.from('shop:(user)a1')]
    expect(format.end?.(at(json))).toEqual({
      invalidation: null,
      companions: keys.map((key) => ({ deed: 'remove', key })),
    })
    const lasting = keys.map((key) => ({ deed: 'expire', key, untilAt: now + hourMs, otherwise: null }))
    expect(format.extend?.(at(json), now + hourMs)).toMatchObject({ companions: lasting })
  })
})

test('its keys are its own before any other format looks at them, and no others', () => {
  const all = [make(), ...formats]
  expect(formatOf(at(Buffer.from('{"cookie":{"originalMaxAge":1,"expires":null}}')), all).id).toBe('shop')
  expect(formatOf(rawOf(json, { key: 'shop:other:a1' }), all).id).toBe('plain')
})

test('whatever the bytes and the chain, there is an answer without a throw, 10,000 cases', () => {
  const chains = fc.array(fc.constantFrom(...encodings), { minLength: 1, maxLength: 4 })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((list) => Buffer.from(list)),
    fc.json().map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(chains, bytes, fc.boolean(), (encoding, given, isTruncated) => {
      const format = make({ encoding, paths: { expiresAt: ['a'], principal: ['b', '0'] } })
      const raw = { ...at(given), value: { type: 'string' as const, bytes: given, isTruncated } }
      const decoded = format.decode(raw)
      if ('unreadable' in decoded) expect(decoded.unreadable).toMatch(/^It [\w\s(),.'-]+\.$/)
      format.extend?.(raw, now + hourMs)
    }),
    { numRuns: 10_000 },
  )
})

test('hostile values end in an answer, within a second each', () => {
  for (const { bytes } of hostileFiles()) {
    const given = bytes.subarray(0, 64 * 1024)
    for (const encoding of encodings) {
      const startedAt = performance.now()
      make({ encoding: [encoding, 'json'] }).decode(at(given))
      make({ encoding: [encoding] }).decode(at(given))
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    }
  }
})
