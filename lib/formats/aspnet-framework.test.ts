import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { createCompanionTest, formatOf, formats } from '.'
import { aspnetFramework } from './aspnet-framework'
import { goldensOf, testConformance, treeIn } from './conformance'

const goldens = goldensOf('aspnet-framework')
testConformance(aspnetFramework, goldens)

const base = '{/shop_d883a92592d51a182ebe0ad0}'

function named(key: string) {
  const raw = goldens[0]?.raw
  if (raw === undefined) throw new Error('there are no fixtures')
  return { ...raw, key: Buffer.from(key) }
}

test('names and lengths are shown, the values are not read', () => {
  expect(toWire(treeIn(aspnetFramework.decode(named(`${base}_SessionStateItemCollection`))))).toEqual({
    UserId: { '#type': 'BinaryFormatter', '#value': '26 bytes' },
    UserName: { '#type': 'BinaryFormatter', '#value': '27 bytes' },
  })
})

test.each([
  ['SessionStateItemCollection', 'SessionTimeout', 'WriteLock'],
  ['Data', 'Internal', 'Write_Lock'],
])('%s ends with its timeout and its lock, and is extended with its timeout', (own, timeout, lock) => {
  const raw = named(`${base}_${own}`)
  const untilAt = raw.now + 60_000
  expect(formatOf(raw, formats).id).toBe('aspnet-framework')
  expect(aspnetFramework.end?.(raw)).toEqual({
    invalidation: null,
    companions: [timeout, lock].map((name) => ({ deed: 'remove', key: Buffer.from(`${base}_${name}`) })),
  })
  expect(aspnetFramework.extend?.(raw, untilAt)).toEqual({
    rewrite: null,
    expiresAt: untilAt,
    companions: [{ deed: 'expire', key: Buffer.from(`${base}_${timeout}`), untilAt, otherwise: null }],
    notReached: ['app-timeout'],
  })
  const isCompanion = createCompanionTest([aspnetFramework])
  expect([own, timeout, lock].map((name) => isCompanion(`${base}_${name}`))).toEqual([false, true, true])
  expect(aspnetFramework.usualKeys[0]?.exec(`${base}_${own}`)?.[1]).toBe('{/shop_')
})

test('a hash that is only named alike is none', () => {
  const raw = named('{a}_Data')
  const value = {
    type: 'hash' as const,
    fields: [[Buffer.from('a'), Buffer.from('b')] as [Buffer, Buffer]],
    isTruncated: false,
  }
  expect(aspnetFramework.recognises({ ...raw, value })).toBe(false)
  expect(aspnetFramework.recognises(named('shop_Data'))).toBe(false)
})
