import { expect, test } from 'vitest'
import { factsIn, type Golden, goldensOf, rawOf, testConformance } from './conformance'
import { yii } from './yii'

const goldens = goldensOf('yii').map((golden): Golden => ({ ...golden, timesOf }))
function timesOf(tree: unknown): (number | null)[] {
  const { __expire = null, __absoluteExpire = null } = tree as { __expire?: number; __absoluteExpire?: number }
  return [__expire, __absoluteExpire]
}
testConformance(yii, goldens)

const now = 1_795_589_734_986
const extend = (text: string, untilAt: number) => yii.extend?.(rawOf(Buffer.from(text), { now }), untilAt)
const bytesOf = (text: string, untilAt: number) => {
  const rewrite = extend(text, untilAt)?.rewrite
  return rewrite?.type === 'string' ? rewrite.bytes.toString() : null
}

test('an extension raises the end in the session and changes not one byte more', () => {
  const text = '__flash|a:0:{}name|s:25:"__expire|i:1795591174;é1";__id|i:42;__expire|i:1795591174;cart|a:0:{}'
  expect(bytesOf(text, 1_795_600_000_500)).toBe(
    text.replace(/__expire\|i:1795591174;cart/, '__expire|i:1795600001;cart'),
  )
  expect(extend(text, 1_795_600_000_500)).toMatchObject({ expiresAt: 1_795_600_000_500, notReached: ['app-timeout'] })
  expect(extend(text, 1_795_590_000_000)?.rewrite).toBeNull()
})

test('an extension never passes the absolute end', () => {
  const text = '__id|i:42;__expire|i:1795591174;__absoluteExpire|i:1795595000;'
  expect(bytesOf(text, 1_795_600_000_000)).toBe(text.replace('1795591174', '1795595000'))
  expect(extend(text, 1_795_600_000_000)).toMatchObject({
    expiresAt: 1_795_595_000_000,
    notReached: ['app-timeout', 'absolute-timeout'],
  })
})

test('without a timeout of its own only the TTL counts', () => {
  expect(extend('__flash|a:0:{}__id|i:42;', now + 60_000)).toEqual({
    rewrite: null,
    expiresAt: now + 60_000,
    notReached: ['app-timeout'],
  })
})

test('an end that cannot be rewritten is told as it is', () => {
  const text = 'a:2:{s:4:"__id";i:42;s:8:"__expire";i:1795591174;}'
  expect(extend(text, 1_795_600_000_000)).toMatchObject({ rewrite: null, expiresAt: 1_795_591_174_000 })
  expect(factsIn(yii.decode(rawOf(Buffer.from(text)))))?.toMatchObject({
    principal: '42',
    expiresAt: 1_795_591_174_000,
  })
})

test('who is signed out already shows as dead', () => {
  const decoded = yii.decode(rawOf(Buffer.from('__id|i:42;__expire|i:1795000000;'), { now }))
  expect(factsIn(decoded)?.expiresAt).toBeLessThan(now)
})
