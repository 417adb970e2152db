import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSecretNames } from './payload-secrets'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'

describe('secrets inside a payload', () => {
  it.each([
    [{ password: 'hunter2!' }, 'password'],
    [{ user: { newPassword: 'hunter2!', passwordConfirmation: 'hunter2!' } }, 'newPassword, passwordConfirmation'],
    [{ refresh_token: 'k3JaaZpQwLmVbTx9RrYh' }, 'refresh_token'],
    [{ tokens: ['k3JaaZpQwLmVbTx9RrYh'] }, 'tokens'],
    [{ stripe: { apiKey: 'k3JaaZpQwLmVbTx9RrYh' } }, 'apiKey'],
    [{ clientSecret: 'k3JaaZpQwLmVbTx9RrYh' }, 'clientSecret'],
    [{ card: '4111 1111 1111 1111' }, 'card'],
    [{ note: 4111111111111111 }, 'note'],
    [{ cvc: 123 }, 'cvc'],
    [{ note: jwt }, 'note'],
    [{ header: 'Bearer abcdefgh12345678' }, 'header'],
    [{ pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIE' }, 'pem'],
    [{ key: `sk_live_${'a1B2'.repeat(6)}` }, 'key'],
    [{ database: 'postgres://app:hunter2@10.0.0.5/shop' }, 'database'],
    [{ [jwt]: { token: 'k3JaaZpQwLmVbTx9RrYh' } }, 'token'],
    [{ 'alice@example.com': jwt }, 'a field whose name is not shown'],
  ])('%j holds one in %s', (tree, names) => {
    expect(findSecretNames(tree)).toBe(names)
  })

  it.each([
    [{ cookie: { path: '/', originalMaxAge: 1_800_000, expires: '2026-11-25T06:00:00.000Z' }, views: 3 }],
    [{ csrfToken: 'k3JaaZpQwLmVbTx9RrYh', _csrf_token: 'k3JaaZpQwLmVbTx9RrYh', csrfSecret: 'k3JaaZpQwLmVbTx9RrYh' }],
    [{ CSRF_TOKEN: { token: 'k3JaaZpQwLmVbTx9RrYh', headerName: 'X-CSRF-TOKEN' } }],
    [{ password: '$2y$13$fixturefixturefixture', password_hash_web: '9f86d081884c7d659a2feaa0c55ad015' }],
    [{ password: 'pbkdf2_sha256$600000$salt$9f86d081884c7d65' }],
    [{ nonce: 'k3JaaZpQwLmVbTx9RrYh', sessionId: 'k3JaaZpQwLmVbTx9RrYh' }],
    [{ hasPassword: true, passwordChangedAt: '2026-11-25', tokenType: 'Bearer', tokenExpiresAt: 1_795_000_000 }],
    [{ password: null, token: '', secret: '[Filtered]', apiKey: '****************', pwd: '********' }],
    [{ tokens: 4096, tokenCount: 12, secretary: 'Bert the secretary', author: 'Alice' }],
    [{ orderId: '4111111111111112', at: 1_795_000_000_000, phone: '+49 30 901820', snowflake: '175928847299117063' }],
    [{ userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36' }],
    [{ url: 'https://example.com/shop?page=2', locale: 'sk-SK', name: 'Alice Featherstone' }],
  ])('%j holds none', (tree) => {
    expect(findSecretNames(tree)).toBeNull()
  })

  it('is none where the format itself needs it', () => {
    const tree = { _token: 'k3JaaZpQwLmVbTx9RrYh' }
    expect(findSecretNames(tree)).toBe('_token')
    expect(findSecretNames(tree, ['_token'])).toBeNull()
  })

  it('is never told with its value, whatever stands where', () => {
    const secret = fc.constantFrom(jwt, 'hunter2-hunter2!', '4111111111111111', `ghp_${'a1B2'.repeat(9)}`)
    const name = fc.constantFrom('password', 'token', 'a', jwt, 'hunter2-hunter2!', '4111111111111111', 'apiKey')
    const tree = fc.dictionary(name, fc.oneof(secret, fc.array(secret), fc.dictionary(name, secret)))
    fc.assert(
      fc.property(tree, (payload) => {
        const said = findSecretNames(payload) ?? ''
        for (const value of [jwt, 'hunter2-hunter2!', '4111111111111111', 'ghp_']) expect(said).not.toContain(value)
        expect(said.length).toBeLessThan(150)
      }),
    )
  })

  it('takes no time for long texts and names', () => {
    const startedAt = performance.now()
    for (const part of ['A', 'a', '4', 'eyJ', 'bearer ', '://a:', 's:a.', '-----BEGIN ']) {
      findSecretNames({ note: part.repeat(1_000_000 / part.length), [part.repeat(100_000)]: 'x'.repeat(20) })
    }
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
