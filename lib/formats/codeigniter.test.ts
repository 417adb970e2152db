import { expect, test } from 'vitest'
import { createCompanionTest } from '.'
import { codeigniter } from './codeigniter'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'

testConformance(codeigniter, goldensOf('codeigniter'))

const id = '7dc2de38060fb02be857694e95566c0a'
const bytes = Buffer.from('__ci_last_regenerate|i:1795589674;user|a:1:{s:2:"id";s:2:"42";}')

test('the lock beside a session is its companion, the session is not', () => {
  const isCompanion = createCompanionTest([codeigniter])
  for (const key of [`ci_session:ci_session:${id}`, `ci_session:ci_session:203.0.113.9:${id}`]) {
    expect(isCompanion(`${key}:lock`)).toBe(true)
    expect(isCompanion(key)).toBe(false)
  }
  expect(isCompanion('bull:orders:lock')).toBe(false)
})

test('the address in a key is the session’s, of either kind and behind any prefix', () => {
  const ipOf = (key: string, prefix: string) => factsIn(codeigniter.decode(rawOf(bytes, { key, prefix })))?.ip
  expect(ipOf(`ci_session:ci_session:203.0.113.9:${id}`, 'ci_session:ci_session:')).toBe('203.0.113.9')
  expect(ipOf(`ci_session:ci_session:203.0.113.9:${id}`, 'ci_session:')).toBe('203.0.113.9')
  expect(ipOf(`ci_session:ci_session:2001:db8::7:${id}`, 'ci_session:ci_session:')).toBe('2001:db8::7')
  expect(ipOf(`ci_session:ci_session:${id}`, 'ci_session:ci_session:')).toBeNull()
})

test('usual keys tell the prefix with the name of the cookie', () => {
  const prefixOf = (key: string) => codeigniter.usualKeys[0]?.exec(key)?.[1] ?? null
  expect(prefixOf(`ci_session:ci_session:${id}`)).toBe('ci_session:ci_session:')
  expect(prefixOf(`ci_session:shop:203.0.113.9:${id}`)).toBe('ci_session:shop:')
  expect(prefixOf(`ci_session:${id}`)).toBe('ci_session:')
  expect(prefixOf(`ci_session:ci_session:${id}:lock`)).toBeNull()
})

test('a PHP session under another prefix is CodeIgniter’s only by its own mark', () => {
  expect(codeigniter.recognises(rawOf(bytes))).toBe(true)
  expect(codeigniter.recognises(rawOf(Buffer.from('user_id|i:42;')))).toBe(false)
  expect(codeigniter.recognises(rawOf(Buffer.from('1795589734'), { key: `ci_session:${id}` }))).toBe(false)
})
