import { describe, expect, test } from 'vitest'
import { mask } from '@/lib/roster/mask'
import { formatOf, formats } from '.'
import { goldensOf, rawOf, testConformance, treeIn } from './conformance'
import { redisSessionStore } from './redis-session-store'

const goldens = goldensOf('redis-session-store')
testConformance(redisSessionStore, goldens)

describe('redis-session-store', () => {
  test.each(['marshal-signed-in', 'json-signed-in'])('%s: salt and CSRF token are masked, the id is not', (name) => {
    const raw = goldens.find((golden) => golden.name === name)?.raw
    if (raw === undefined) throw new Error('no such golden')
    expect(mask(treeIn(redisSessionStore.decode(raw)), redisSessionStore)).toEqual({
      'warden.user.user.key': { id: [42], authenticatable_salt: { masked: true } },
      _csrf_token: { masked: true },
    })
  })

  test.each([
    ['app:session:', 'redis-session-store'],
    ['', 'redis-session-store'],
    ['rack:session:', 'rack'],
    ['shop:rack:session:', 'rack'],
    ['session:', 'rack'],
  ])('a hash in Marshal under %j is of %s', (prefix, format) => {
    const raw = rawOf(Buffer.from('04087b00', 'hex'), { key: `${prefix}2::${'ab12'.repeat(16)}`, prefix })
    expect(formatOf(raw, formats).id).toBe(format)
  })
})
