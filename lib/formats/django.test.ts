import { describe, expect, test } from 'vitest'
import { goldensOf, rawOf, testConformance } from './conformance'
import { django, djangoCachedDb } from './django'

const readable = (name: string) => !name.includes('lzma')

testConformance(django, goldensOf('django-cache', readable))
testConformance(djangoCachedDb, goldensOf('django-cached-db'))

describe('Django', () => {
  const key = ':1:django.contrib.sessions.cacheaaaaaaaaaabbbbbbbbbbccccccccccdd'
  const small = Buffer.from('80059519000000000000007d948c0d5f617574685f757365725f6964948c02343294732e', 'hex')
  const now = 1_795_000_000_000

  test('an extension is one more item before the stop, in a frame that is as much longer, and nothing else', () => {
    const rewrite = django.extend?.(rawOf(small, { key, now }), now + 3_600_000)?.rewrite
    const bytes = rewrite?.type === 'string' ? rewrite.bytes : Buffer.alloc(0)
    expect(bytes.toString('latin1')).toContain('_session_expiryJ\x10\x0e\0\0s.')
    expect(bytes.length - small.length).toBe(26)
    expect(bytes.readBigUInt64LE(3)).toBe(0x19n + 26n)
    const longer = django.extend?.(rawOf(bytes, { key, now }), now + 7_200_000)?.rewrite
    expect(longer?.type === 'string' && longer.bytes.length).toBe(bytes.length)
  })

  test('what LZMA or Fernet made is unreadable with that reason, and still a session', () => {
    for (const [bytes, reason] of [
      [Buffer.from('fd377a585a0000', 'hex'), 'It is compressed by LZMA, which is not read.'],
      [Buffer.from('gAAAAABmZmZm'), 'It is encrypted by Fernet.'],
    ] as const) {
      expect(django.decode(rawOf(bytes, { key }))).toEqual({ unreadable: reason })
      expect(django.recognises(rawOf(bytes, { key }))).toBe(true)
    }
  })

  test('a row in SQL is named as what a revoke does not reach', () => {
    expect(djangoCachedDb.notReached.revoke).toContain('sql-row')
  })
})
