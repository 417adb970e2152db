import { describe, expect, it } from 'vitest'
import { mask } from './mask'

const hidden = { masked: true }

describe('masking', () => {
  it.each([
    'password',
    'accessToken',
    'access_token',
    'ACCESS-TOKEN',
    'csrfToken',
    '_csrf',
    'apiKey',
    'api_key',
    'XSRFToken',
    'sessionId',
    'clientSecret',
    'jwt',
    'otp',
    'ｐassword',
  ])('hides the value of %s at any depth', (name) => {
    expect(mask({ a: [{ b: { [name]: 'canary' } }] })).toEqual({ a: [{ b: { [name]: hidden } }] })
  })

  it.each(['tokenize', 'secretary', 'passwordless', 'author', 'sidebar', 'pinned', 'spin', 'hashtag'])(
    'leaves %s alone, which only contains such a word',
    (name) => {
      expect(mask({ [name]: 'shown' })).toEqual({ [name]: 'shown' })
    },
  )

  it('keeps an object under a secret name readable and judges its leaves by their own names', () => {
    expect(mask({ cookie: { path: '/', secure: true, signature: 'x' } })).toEqual({
      cookie: { path: '/', secure: true, signature: hidden },
    })
  })

  it('hides every leaf of a list under a secret name, and numbers too', () => {
    expect(mask({ tokens: ['a', 'b'], otp: 123456 })).toEqual({ tokens: [hidden, hidden], otp: hidden })
  })

  it('hides what looks like a JWT or a bearer credential under any name', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'
    expect(mask({ note: jwt, header: `Bearer abcdefgh1234`, text: `see ${jwt}` })).toEqual({
      note: hidden,
      header: hidden,
      text: hidden,
    })
  })

  it('hides the names that a format adds', () => {
    expect(mask({ Odd: 'x' }, ['odd'])).toEqual({ Odd: hidden })
  })

  it('shows __proto__ as a plain name and pollutes nothing', () => {
    const tree = JSON.parse('{"__proto__": {"polluted": "yes"}, "ok": 1}')
    const copy = mask(tree) as Record<string, unknown>
    expect(Object.keys(copy)).toEqual(['__proto__', 'ok'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
