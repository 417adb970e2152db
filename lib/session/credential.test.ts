import { expect, test } from 'vitest'
import { holdsCredential, sessionIdOf } from './credential'

test.each([
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
  'Authorization: Bearer abcdefgh1234',
  's%3Aabcdefghijklmnop.abcdefghijklmnop',
])('%s is a credential', (text) => expect(holdsCredential(text)).toBe(true))

test.each(['42', 'alice@example.com', 'Alice Bearer', 'tests:a.b'])('%s is none', (text) =>
  expect(holdsCredential(text)).toBe(false),
)

test.each([
  ['sess:abcdefghijklmnop', 'sess:', 'abcdefghijklmnop'],
  ['sess:abcdefghijklmnop', '', 'abcdefghijklmnop'],
  ['rack:session:2::abcdefghijklmnop', 'rack:session:', 'abcdefghijklmnop'],
  ['session:42', 'session:', null],
  ['session:somebody@example.com', 'session:', null],
])('the id in %s under "%s" is %s', (key, prefix, id) => expect(sessionIdOf(Buffer.from(key), prefix)).toBe(id))
