import { describe, expect, test } from 'vitest'
import { localPath } from './next-path'

describe('localPath', () => {
  test.each([
    '/sessions',
    '/sessions?status=expiring&sort=expiresAt',
    '/sessions/AbC_-123',
    '/demo',
    '/sessions?source=a%20b',
  ])('%s is where one comes back to', (path) => {
    expect(localPath(path)).toBe(path)
  })

  test.each([
    undefined,
    null,
    42,
    ['/', '//evil.example'],
    '',
    '/',
    'sessions',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/%09//evil.example',
    '/%2f%2fevil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/a/../..//evil.example',
    'http://evil.example',
    'https:evil.example',
    'https:/evil.example',
    'HTTPS://evil.example',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,hello',
    '@evil.example',
    '.evil.example',
    '/\u0000//evil.example',
    '/\u2028/evil.example',
    '/／evil.example',
    '/login',
    '/login?next=//evil.example',
    '/LOGIN',
    '/api/login',
    '/sessions/../login',
    `/${'a'.repeat(3000)}`,
  ])('%j leads to the overview', (path) => {
    expect(localPath(path)).toBe('/')
  })
})
