import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { maxInflatedBytes } from './limits'
import { railsCache } from './rails-cache'

const goldens = goldensOf('rails-cache')
testConformance(railsCache, goldens)

const golden = (name: string) => {
  const found = goldens.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such golden')
  return found.raw
}
const bytesOf = (name: string) => {
  const { value } = golden(name)
  if (value.type !== 'string') throw new Error('no string')
  return value.bytes
}

describe('the cache store of Rails', () => {
  test.each(['6.1-signed-in', '6.1-compressed', '7.0-signed-in', '7.0-compressed', '7.1-signed-in', '7.1-compressed'])(
    '%s: an extension moves the end inside and leaves the session as it was',
    (name) => {
      const raw = golden(name)
      const untilAt = raw.now + 30 * 86_400_000
      const rewrite = railsCache.extend?.(raw, untilAt)?.rewrite
      if (rewrite?.type !== 'string') throw new Error('not rewritten')
      const later = { ...raw, value: { type: 'string' as const, bytes: rewrite.bytes, isTruncated: false } }
      const [before, after] = [railsCache.decode(raw), railsCache.decode(later)]
      expect(after).toEqual({ ...before, facts: { ...factsIn(before), expiresAt: untilAt } })
      if (name.startsWith('7.1')) expect(rewrite.bytes.subarray(11)).toEqual(bytesOf(name).subarray(11))
    },
  )

  test('an entry without an end of its own is extended by TTL', () => {
    const bytes = Buffer.from(bytesOf('7.1-signed-in'))
    bytes.writeDoubleLE(-1, 3)
    const raw = rawOf(bytes, { key: golden('7.1-signed-in').key.toString() })
    expect(factsIn(railsCache.decode(raw))?.expiresAt).toBeNull()
    expect(railsCache.extend?.(raw, raw.now + 3_600_000)).toMatchObject({ rewrite: null })
  })

  test('another entry of the same cache is no session', () => {
    const value = bytesOf('7.1-signed-in')
    expect(railsCache.recognises(rawOf(value, { key: 'shop:views/front-page' }))).toBe(false)
    // 02: a text as it stands.
    const text = Buffer.from(value)
    text[2] = 2
    expect(railsCache.decode(rawOf(text))).toHaveProperty('unreadable')
  })

  test('bombs, lengths that lie and halves of an entry end in a reason', () => {
    const bomb = deflateSync(Buffer.alloc(maxInflatedBytes + 1))
    const head = Buffer.from('001181000000000000f0bfffffffff', 'hex')
    const lying = Buffer.from(bytesOf('7.1-signed-in'))
    lying.writeInt32LE(2 ** 31 - 1, 11)
    const values = [Buffer.concat([head, bomb]), Buffer.concat([Buffer.from([1]), bomb]), lying, head.subarray(0, 9)]
    for (const bytes of values) expect(railsCache.decode(rawOf(bytes))).toHaveProperty('unreadable')
  })
})
