import { expect, test } from 'vitest'
import { mask } from '@/lib/roster/mask'
import { factsIn, type Golden, goldensOf, rawOf, testConformance } from './conformance'
import { expressOpenidConnect } from './express-openid-connect'

const now = Date.UTC(2026, 10, 25, 8)
const second = Math.floor(now / 1000)
const claims = { sub: 'auth0|42', name: 'Ann', email: 'ann@example.com', iat: second - 60 }
const token = ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** Built to the letter of the library's `appSession.js`, for what is tried below. */
const value = {
  header: { iat: second - 60, uat: second, exp: second + 86_400 },
  data: {
    id_token: token,
    access_token: 'a'.repeat(40),
    refresh_token: 'r'.repeat(40),
    token_type: 'Bearer',
    expires_at: second + 3600,
  },
  cookie: { expires: (second + 86_400) * 1000, maxAge: 86_400_000 },
}

// A golden has a header.
const timesOf = (tree: unknown) => [(tree as typeof value).header.exp, (tree as typeof value).header.uat]

const golden: Golden = {
  name: 'by hand',
  raw: rawOf(Buffer.from(JSON.stringify(value)), { now, redisExpiresAt: now + 86_400_000 }),
  facts: {
    principal: 'auth0|42',
    label: 'Ann',
    createdAt: (second - 60) * 1000,
    lastSeenAt: second * 1000,
    expiresAt: (second + 86_400) * 1000,
  },
  tree: value,
  timesOf,
}

testConformance(expressOpenidConnect, [
  golden,
  ...goldensOf('express-openid-connect').map((real) => ({ ...real, timesOf })),
])

test('a token that is none, or whose middle is no JSON, leaves the session without a person', () => {
  for (const id_token of ['', 'a.b', 'a.!!!.c', 7, null]) {
    const raw = rawOf(Buffer.from(JSON.stringify({ ...value, data: { id_token } })), { now })
    expect(factsIn(expressOpenidConnect.decode(raw))).toMatchObject({ principal: null, label: null })
  }
})

test('an extension moves the header and the cookie, and no token', () => {
  const untilAt = (second + 200_000) * 1000
  const extension = expressOpenidConnect.extend?.(golden.raw, untilAt)
  expect(JSON.parse(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes))).toEqual({
    ...value,
    header: { ...value.header, exp: second + 200_000 },
    cookie: { ...value.cookie, expires: untilAt },
  })
  expect(extension?.notReached).toEqual(['app-timeout', 'absolute-timeout', 'browser-cookie'])
})

test('without a cookie in it the header alone is moved', () => {
  const { cookie: _, ...bare } = value
  const raw = rawOf(Buffer.from(JSON.stringify(bare)), { now })
  expect(expressOpenidConnect.extend?.(raw, (second + 200_000) * 1000)?.rewrite).not.toBeNull()
})

test('the tokens are masked, whatever is shown', () => {
  const masked = JSON.stringify(mask(value, { secretNames: expressOpenidConnect.secretNames }))
  for (const secret of [token, value.data.access_token, value.data.refresh_token]) expect(masked).not.toContain(secret)
})

test('the provider’s own end is obeyed before that of the header, and no extension goes past it', () => {
  const capped = { ...value, data: { ...value.data, sessionExpiresAt: second + 90_000 } }
  const raw = rawOf(Buffer.from(JSON.stringify(capped)), { now })
  expect(factsIn(expressOpenidConnect.decode(raw))).toMatchObject({ expiresAt: (second + 86_400) * 1000 })
  expect(expressOpenidConnect.extend?.(raw, (second + 200_000) * 1000)?.expiresAt).toBe((second + 90_000) * 1000)
  const sooner = { ...value, data: { ...value.data, sessionExpiresAt: second - 1 } }
  const dead = expressOpenidConnect.decode(rawOf(Buffer.from(JSON.stringify(sooner)), { now }))
  expect(factsIn(dead)).toMatchObject({ expiresAt: (second - 1) * 1000 })
})
