import { expect, test } from 'vitest'
import { codeOf, otpauthUri, stepMs, stepOf, toBase32 } from './totp'

const secret = Buffer.from('12345678901234567890')

test.each([
  // RFC 6238, appendix B, SHA-1: the last six of its eight figures.
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %d the code is that of the standard', (second, code) => {
  expect(codeOf(secret, Math.floor((second * 1000) / stepMs))).toBe(code)
})

test('a code is known in its own step, one before and one after, and in no other', () => {
  const now = 1_234_567_890_000
  const present = Math.floor(now / stepMs)
  const known = [-3, -2, -1, 0, 1, 2, 3].filter((off) => stepOf(secret, codeOf(secret, present + off), now) !== null)
  expect(known).toEqual([-1, 0, 1])
  for (const code of ['', '00592', '0059241', '００５９２４', 'abcdef']) expect(stepOf(secret, code, now)).toBeNull()
})

test('a secret is told in base32, and in an address that authenticators read', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
    ...['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
  ])
  expect(otpauthUri({ secret, issuer: 'Rollcall', account: 'olga & co?' })).toBe(
    'otpauth://totp/Rollcall:olga%20%26%20co%3F?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rollcall',
  )
})
