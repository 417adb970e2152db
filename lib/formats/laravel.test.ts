import { expect, test } from 'vitest'
import { createCompanionTest, formatOf, formats } from '.'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { laravel } from './laravel'

const isSealed = (name: string) => name.startsWith('encrypted')
testConformance(
  laravel,
  goldensOf('laravel', (name) => !isSealed(name)),
)

const sealed = goldensOf('laravel', isSealed)

test('a sealed session is one all the same, and says that it is sealed', () => {
  expect(sealed.length).toBe(2)
  for (const { raw } of sealed) {
    expect(formatOf(raw, formats).id).toBe('laravel')
    expect(laravel.decode(raw)).toEqual({
      unreadable: "It is encrypted with the application's own key, so whose it is cannot be told.",
    })
  }
})

test('a sealed cache entry is no session', () => {
  const bytes = Buffer.from('s:40:"eyJpdiI6IjRRRGg0cHY5dFlIRWZScnJabjlBMmc9";')
  const key = 'laravel_database_laravel_cache:356a192b7913b04c54574d18c28d46e6395428ab'
  expect(laravel.recognises(rawOf(bytes, { key }))).toBe(false)
})

test('what a cache keeps beside the sessions is not taken for one', () => {
  const key = 'laravel_database_laravel_cache:356a192b7913b04c54574d18c28d46e6395428ab'
  const entries = ['i:5;', '5', 's:5:"hello";', 's:13:"a:1:{i:0;i:1;}";', 's:11:"{"name":42}";', 'b:1;', 'N;']
  for (const text of [...entries, 'a:1:{s:6:"_token";s:1:"x";}', '"hello"', 's:99:"{', '\x00\x00\x00\x02\x06\x05']) {
    expect(laravel.recognises(rawOf(Buffer.from(text, 'latin1'), { key })), text).toBe(false)
  }
})

test('the lock of a session is a companion, the session is not', () => {
  const isCompanion = createCompanionTest([laravel])
  const id = '0CUSgRoqbN412Osie4n0gg6aKL01X9Wi12ziXmno'
  expect(isCompanion(`laravel_database_laravel_cache:session:${id}`)).toBe(true)
  expect(isCompanion(`laravel_database_laravel_cache:${id}`)).toBe(false)
  expect(isCompanion(`session:${id}`)).toBe(false)
})

test('usual keys tell the prefix of each version, and leave cache entries out', () => {
  const id = '0CUSgRoqbN412Osie4n0gg6aKL01X9Wi12ziXmno'
  const prefixOf = (key: string) => laravel.usualKeys.map((pattern) => pattern.exec(key)?.[1]).find(Boolean) ?? null
  for (const prefix of [
    'laravel:',
    'laravel_database_laravel_cache:',
    'laravel_database_laravel_cache_:',
    'laravel_database_laravel_cache_',
    'laravel-database-laravel-cache-',
    'shop_database_shop_cache_',
  ]) {
    expect(prefixOf(prefix + id)).toBe(prefix)
    expect(prefixOf(`${prefix}356a192b7913b04c54574d18c28d46e6395428ab`)).toBeNull()
  }
})

const text = (tree: string) => Buffer.from(`s:${Buffer.byteLength(tree)}:"${tree}";`)
const guard = (name: string) => `login_${name}_59ba36addc2b2f9401580f014c7f58ea4e30989d`

test('of several guards that of the site counts first', () => {
  const both = `{"_token":"t","${guard('admin')}":7,"${guard('web')}":42}`
  expect(factsIn(laravel.decode(rawOf(text(both))))?.principal).toBe('42')
  expect(factsIn(laravel.decode(rawOf(text(`{"_token":"t","${guard('admin')}":"9f3"}`))))?.principal).toBe('9f3')
})

test('a text around PHP, igbinary or JSON is told in the encodings, from the outside in', () => {
  const encodingsOf = (name: string) =>
    goldensOf('laravel', (other) => other === name).map(({ raw }) => {
      const decoded = laravel.decode(raw)
      return 'encodings' in decoded ? decoded.encodings : null
    })[0]
  expect(encodingsOf('signed-in')).toEqual(['php text', 'php'])
  expect(encodingsOf('json-signed-in')).toEqual(['php text', 'json'])
  expect(encodingsOf('igbinary-zstd')).toEqual(['zstd', 'igbinary', 'php text', 'php'])
  expect(encodingsOf('json-option')).toEqual(['json', 'php text', 'php'])
})
