import { expect, test } from 'vitest'
import { createCompanionTest } from '.'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { php } from './php'

testConformance(php, [
  ...goldensOf('php'),
  ...goldensOf('predis').map((golden) => ({ ...golden, name: `predis ${golden.name}` })),
])

test('a lock beside a session is its companion, the session is not', () => {
  const isCompanion = createCompanionTest([php])
  const key = 'PHPREDIS_SESSION:6cb125b3bd5dfa93ef6e6daa1ea71405'
  expect(isCompanion(`${key}_LOCK`)).toBe(true)
  expect(isCompanion(key)).toBe(false)
  expect(isCompanion('orders:MY_LOCK')).toBe(false)
})

test('an empty string is no session', () => {
  const raw = rawOf(Buffer.alloc(0), { key: 'PHPREDIS_CLUSTER_SESSION:6cb125b3bd5dfa93ef6e6daa1ea71405' })
  expect(php.recognises(raw)).toBe(true)
  expect(php.decode(raw)).toHaveProperty('noSession')
  expect(php.recognises(rawOf(Buffer.alloc(0)))).toBe(false)
})

test('an array that a cache keeps under a name is not taken for a session', () => {
  const bytes = Buffer.from('a:1:{s:4:"name";s:3:"Ann";}')
  expect(php.recognises(rawOf(bytes, { key: 'shop:cache:people' }))).toBe(false)
  expect(php.recognises(rawOf(bytes, { key: 'sess:6cb125b3bd5dfa93ef6e6daa1ea71405' }))).toBe(true)
})

test('JSON, texts, numbers and other binary forms are not this format', () => {
  const others = ['{"a|i:1;":1}', 'i:5;', 's:1:"a";', 'hello', '|i:1;', 'a|b', '"a|i:1;"', '[a|i:1;', '\x04\x08{\x00']
  for (const text of [...others, 'a:5', '\x80\x04\x95', '\x00\x00\x00\x03\x14\x00', '\x81\xa1a\x01']) {
    expect(php.recognises(rawOf(Buffer.from(text, 'latin1'))), JSON.stringify(text)).toBe(false)
  }
})

test('the person of an id beyond 2^53 is told with every digit', () => {
  const decoded = php.decode(rawOf(Buffer.from('user_id|i:9223372036854775807;')))
  expect(factsIn(decoded)?.principal).toBe('9223372036854775807')
})

test.each([
  ['lzf', '0d757365725f69647c693a34323b75e0690c01323b'],
  ['zstd', '28b52ffd2082a5000068757365725f69647c693a34323b010012d2f905'],
  ['lz4', '2182000000df757365725f69647c693a34323b0d005d50693a34323b'],
])('a session that phpredis packed with %s is read', (name, hex) => {
  const raw = rawOf(Buffer.from(hex, 'hex'))
  expect(php.recognises(raw)).toBe(true)
  expect(php.decode(raw)).toMatchObject({ facts: { principal: '42' }, encodings: [name, 'php'] })
})
