import { expect, test } from 'vitest'
import { holdsCredential, mayBeCredential, sessionIdOf } from './credential'

test.each([
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
  'Authorization: Bearer abcdefgh1234',
  's%3Aabcdefghijklmnop.abcdefghijklmnop',
])('%s is a credential', (text) => expect(holdsCredential(text)).toBe(true))

test.each(['42', 'alice@example.com', 'Alice Bearer', 'tests:a.b'])('%s is none', (text) =>
  expect(holdsCredential(text)).toBe(false),
)

test.each([
  's%3Aabcdefghijklmnop.abcdefghijklmnop',
  'connect.sid=abcdefgh',
  'Cookie: sid=abcdefgh',
  'a8098c1af86e11dabd1a00112444be1e',
  '5f2c8a3e-0b1d-4c5e-9f00-aabbccddeeff',
  '12345678901234567890',
])('%s may be a credential', (text) => expect(mayBeCredential(text)).toBe(true))

test.each(['Wilhelmina-von-Hohenzollern', 'alice.smith.1990@example.com', '2001:db8::1', 'Safari 17.2', 'a=b', '42'])(
  '%s may be searched for and kept',
  (text) => expect(mayBeCredential(text)).toBe(false),
)

test.each([
  ['sess:abcdefghijklmnop', 'sess:', 'abcdefghijklmnop'],
  ['sess:abcdefghijklmnop', '', 'abcdefghijklmnop'],
  ['rack:session:2::abcdefghijklmnop', 'rack:session:', 'abcdefghijklmnop'],
  ['session:42', 'session:', null],
  ['session:somebody@example.com', 'session:', null],
])('the id in %s under "%s" is %s', (key, prefix, id) => expect(sessionIdOf(Buffer.from(key), prefix)).toBe(id))

test('the id stands before the suffix, too', () => {
  expect(sessionIdOf(Buffer.from('cart:abcdefghijklmnop:state'), 'cart:', ':state')).toBe('abcdefghijklmnop')
})
