import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formats } from '.'
import { rawOf } from './conformance'
import { guessFamily, mayHoldId, prefixBeforeId, usualFamilies } from './guess'

test.each([
  ['sess:8f14e45fceea167a5a36dedd4bea2543', 'sess:'],
  ['app:session:0f8fad5b-d9cb-469f-a165-70867728950e', 'app:session:'],
  ['web-0f8fad5b-d9cb-469f-a165-70867728950e', 'web-'],
  ['shop:sess:Zk3-1_aB9xQ2mN7pR4sT6uV8wX0yZ1bC', 'shop:sess:'],
  ['session_MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOV3HO6DZPIYTEMZUGU3Q', 'session_'],
  ['user:profile:settings', null],
  ['sess:8f14e45fceea167a5a36dedd4bea2543:cart:0f8fad5b-d9cb-469f-a165-70867728950e', null],
  ['report:2026-11-24', null],
  ['queue:default', null],
  ['counter:1234567890123456', null],
  ['0f8fad5b-d9cb-469f-a165-70867728950e', null],
  ['', null],
])('%s stands under %s', (key, prefix) => {
  expect(prefixBeforeId(key)).toBe(prefix)
})

test('a prefix that may hold the id of a session is known as one', () => {
  const ids = [
    '8f14e45fceea167a5a36dedd4bea2543',
    '0f8fad5b-d9cb-469f-a165-70867728950e',
    'Zk3-1_aB9xQ2mN7pR4sT6uV8wX0yZ1bC',
  ]
  for (const id of ids) expect([`sess:${id}`, `sess:${id}:`].map(mayHoldId)).toEqual([true, true])
  const names = [
    'sess:',
    'laravel5_database_cache:',
    'oauth2_proxy_session_store-',
    'shop:v2:sessions:',
    'tenant-2026-11:sess:',
  ]
  expect(names.filter(mayHoldId)).toEqual([])
})

test('the keys of express-session are known by their names', () => {
  expect(usualFamilies(`sess:${'a1-_'.repeat(8)}`, formats)).toContainEqual({
    prefix: 'sess:',
    format: 'connect-redis',
  })
  expect(usualFamilies('sess:short', formats).filter(({ format }) => format === 'connect-redis')).toEqual([])
})

test('the keys of Rack are known by their names, and what stands beside them is not', () => {
  const hash = 'ab12'.repeat(16)
  expect(usualFamilies(`shop:rack:session:2::${hash}`, formats)).toContainEqual({
    prefix: 'shop:rack:session:',
    format: 'rack',
  })
  expect(usualFamilies(`session:gitlab:2::${hash}`, formats)).toContainEqual({
    prefix: 'session:gitlab:',
    format: 'gitlab',
  })
  expect(usualFamilies(`shop:_session_id:2::${hash}`, formats)).toContainEqual({
    prefix: 'shop:_session_id:',
    format: 'rails-cache',
  })
  const beside = ['session:lookup:user:gitlab:42', `session:user:gitlab::v2:42:2::${hash}`]
  expect(beside.flatMap((key) => usualFamilies(key, formats))).toEqual([])
})

const express = '{"cookie":{"originalMaxAge":60000,"expires":null},"user":{"id":42}}'
const guess = (prefix: string, values: string[], usual: string[] = []) =>
  guessFamily(
    prefix,
    values.map((value) => rawOf(Buffer.from(value, 'latin1'), { key: `${prefix}a` })),
    usual,
    formats,
  )

test.each([
  ['usual keys with values of that framework', 'x:', [express], ['connect-redis'], 'sure', 'connect-redis'],
  [
    'a prefix that says session, with people and ends',
    'a:sess:',
    [express, express, express],
    [],
    'sure',
    'connect-redis',
  ],
  ['the same of two', 'a:sess:', [express, express], [], 'maybe', 'connect-redis'],
  ['a framework’s values where nobody expects them', 'web:', [express, express, express], [], 'maybe', 'connect-redis'],
  ['usual keys with values that nobody can read', 'x:', ['\u0001\u0002'], ['connect-redis'], 'maybe', null],
  ['objects that name people', 'cache:user:', Array(9).fill('{"userId":1}'), [], 'no', null],
  ['a session among many others', 'cache:', [express, ...Array(9).fill('<p>')], [], 'no', null],
  ['nothing', 'sess:', [], [], 'no', null],
])('%s', (_, prefix, values, usual, verdict, format) => {
  expect(guess(prefix, values, usual)).toMatchObject({ verdict, format })
})

test('whatever the keys and values are, a guess is made and repeats none of them', () => {
  const text = fc.string({ maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(fc.oneof(text, fc.json()), { maxLength: 6 }), (prefix, values) => {
      prefixBeforeId(prefix)
      usualFamilies(prefix, formats)
      const { evidence } = guess(`${prefix}:canary-7f3a91`, [...values, 'canary-7f3a91'])
      expect(evidence).not.toContain('canary')
    }),
    { numRuns: 2_000 },
  )
})

test('a long key is looked at in a moment', () => {
  const startedAt = performance.now()
  for (const key of ['a'.repeat(100_000), '-'.repeat(100_000), '1:'.repeat(50_000), 'a1-'.repeat(30_000)])
    prefixBeforeId(key)
  expect(performance.now() - startedAt).toBeLessThan(500)
})
