import { expect, test } from 'vitest'
import { createCompanionTest, formatOf, formats } from '.'
import { authelia } from './authelia'
import { goldensOf, rawOf, testConformance } from './conformance'
import { oauth2Proxy } from './oauth2-proxy'

const proxied = goldensOf('oauth2-proxy').map((golden) => ({ ...golden, isSealed: true }))
const guarded = goldensOf('authelia').map((golden) => ({ ...golden, isSealed: true }))
testConformance(oauth2Proxy, proxied)
testConformance(authelia, guarded)

const proxyKey = '_oauth2_proxy-7e2b836f765ba38369ebf5da0da5066c'
const guardKey = 'authelia-session:gcbml%VArY3n$XV5dEKdvG6CQiSYex3T'

test('each says under which secret it is encrypted', () => {
  for (const { raw } of proxied) {
    expect(oauth2Proxy.decode(raw)).toEqual({
      unreadable:
        'It is encrypted with a secret that only the cookie in the browser holds, so whose it is cannot be told.',
    })
  }
  for (const { raw } of guarded) {
    expect(authelia.decode(raw)).toEqual({
      unreadable: "It is encrypted with the secret of Authelia's own configuration, so whose it is cannot be told.",
    })
  }
})

test('text, JSON, structures and short bytes under such keys are something else', () => {
  const others = [
    '{"user":"ann"}',
    'hello',
    'ann@example.com '.repeat(20),
    '\x00'.repeat(200),
    '\xff'.repeat(200),
    '\x8f\x01\xc3',
  ]
  for (const text of others) {
    for (const key of [proxyKey, guardKey]) {
      expect(['oauth2-proxy', 'authelia']).not.toContain(
        formatOf(rawOf(Buffer.from(text, 'latin1'), { key }), formats).id,
      )
    }
  }
})

test('such bytes under any other key are something else', () => {
  const bytes = proxied.flatMap(({ raw }) => (raw.value.type === 'string' ? [raw.value.bytes] : []))
  for (const key of ['sess:a', 'shop-7e2b836f765ba38369ebf5da0da5066c', `${proxyKey}0`, 'authelia-session:short']) {
    for (const value of bytes)
      expect(oauth2Proxy.recognises(rawOf(value, { key })) || authelia.recognises(rawOf(value, { key }))).toBe(false)
  }
})

test('the lock of oauth2-proxy is a companion and goes with its session', () => {
  const isCompanion = createCompanionTest(formats)
  expect(isCompanion(`${proxyKey}.lock`)).toBe(true)
  expect(isCompanion(proxyKey)).toBe(false)
  expect(oauth2Proxy.end?.(rawOf(Buffer.alloc(0), { key: proxyKey }))).toEqual({
    invalidation: null,
    companions: [{ deed: 'remove', key: Buffer.from(`${proxyKey}.lock`) }],
  })
})

test('usual keys tell the prefix', () => {
  expect(oauth2Proxy.usualKeys[0]?.exec(proxyKey)?.[1]).toBe('_oauth2_proxy-')
  expect(authelia.usualKeys[0]?.exec(guardKey)?.[1]).toBe('authelia-session:')
})
