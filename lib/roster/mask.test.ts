import { describe, expect, it } from 'vitest'
import { branch, bytesLeaf, leaf, toWire, typeOf } from '@/lib/session/tree'
import { mask, maskTree } from './mask'

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
    'pass\u200bword',
    'password2',
    'cookies',
    'csrftoken',
    'PHPSESSID',
  ])('hides the value of %s at any depth', (name) => {
    expect(mask({ a: [{ b: { [name]: 'canary' } }] })).toEqual({ a: [{ b: { [name]: hidden } }] })
  })

  it.each(['tokenize', 'secretary', 'passwordless', 'author', 'sidebar', 'pinned', 'spin', 'hashtag'])(
    'leaves %s alone, which only contains such a word',
    (name) => {
      expect(mask({ [name]: 'shown' })).toEqual({ [name]: 'shown' })
    },
  )

  it('the control: unmasked, the same payload shows them', () => {
    const payload = { a: [{ b: { password: 'canary' } }], note: `Bearer canary-abcdefgh` }
    expect(JSON.stringify(toWire(payload))).toContain('canary')
    expect(JSON.stringify(mask(payload))).not.toContain('canary')
  })

  it('hides what has a name too long to be taken apart, without taking time', () => {
    const name = 'aB'.repeat(400_000)
    const startedAt = process.cpuUsage().user
    expect(mask({ [name]: 'canary' })).toEqual({ [name]: hidden })
    expect(process.cpuUsage().user - startedAt).toBeLessThan(100_000)
  })

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

  it.each([
    'https://example.com/reset?user=7&reset_token=canary',
    'GET / HTTP/1.1\r\nCookie: theme=dark; connect.sid=canary',
    '{"user":"alice","password":"canary"}',
    'connect.sid=s%3Acanary',
    's:canarycanarycanary.canarycanarycanary',
    'redis://app:canary@10.0.0.5:6379',
  ])('hides a text that holds a secret with its name: %s', (text) => {
    expect(mask({ note: text, list: [text] })).toEqual({ note: hidden, list: [hidden] })
  })

  it.each(['https://example.com/shop?page=2', 'Alice signed in at 12:30', 'sort=side&theme=dark'])(
    'shows %s',
    (text) => {
      expect(mask({ note: text })).toEqual({ note: text })
    },
  )

  it('hides the id of the session itself wherever it stands, in names too', () => {
    const sessionId = 'canary-0123456789abcdef'
    const tree = { id: sessionId, link: `/carts/${sessionId}`, [sessionId]: 1, [`a ${sessionId}`]: 2, ok: 'x' }
    const shown = { id: hidden, link: hidden, 'masked name 3': 1, 'masked name 4': 2, ok: 'x' }
    expect(mask(tree, { sessionId })).toEqual(shown)
  })

  it('takes no time for a name of a million letters', () => {
    const startedAt = performance.now()
    mask({ ['A'.repeat(1_000_000)]: 'x', ['a'.repeat(1_000_000)]: 'session '.repeat(100_000) })
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('hides the names that a format adds', () => {
    expect(mask({ Odd: 'x' }, { secretNames: ['odd'] })).toEqual({ Odd: hidden })
  })

  it('shows __proto__ as a plain name and pollutes nothing', () => {
    const tree = JSON.parse('{"__proto__": {"polluted": "yes"}, "ok": 1}')
    const copy = mask(tree) as Record<string, unknown>
    expect(Object.keys(copy)).toEqual(['__proto__', 'ok'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('writes types out, and hides a typed leaf under a secret name or with a secret in it', () => {
    const tree = branch('App\\User')
    tree.seenAt = leaf('datetime', '2026-11-24T12:00:00Z')
    tree.apiKey = leaf('symbol', 'canary')
    tree.blob = bytesLeaf(Buffer.from('password=canary123'))
    tree.raw = bytesLeaf(Buffer.from([0, 1]))
    expect(mask(tree)).toEqual({
      '#type': 'App\\User',
      seenAt: { '#type': 'datetime', '#value': '2026-11-24T12:00:00Z' },
      apiKey: hidden,
      blob: hidden,
      raw: { '#type': 'bytes', '#value': '0001' },
    })
  })

  it('lets nothing in a payload pass for a type', () => {
    const forged = JSON.parse('{"#type":"datetime","#value":"x","text":"y"}')
    expect(mask({ forged })).toEqual({ forged: { '##type': 'datetime', '##value': 'x', text: 'y' } })
    expect(mask({ [typeOf]: 'kind' })).toEqual({ '#type': 'kind' })
  })
})

describe('what an admin may ask for', () => {
  const id = 'canary-0123456789abcdef'
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'
  const revealableOf = (tree: unknown, secretNames: string[] = []) =>
    Object.fromEntries(maskTree(tree, { sessionId: id, secretNames }).revealable)

  it('is what only its name hides, by its pointer, at any depth and of any type', () => {
    const tree = {
      card: '4111',
      list: [{ 'a/b~c': { ssn: 7 } }],
      iban: ['one', 'two'],
      '#salt': bytesLeaf(Buffer.of(1, 2)),
    }
    expect(revealableOf(tree)).toEqual({
      '/card': '4111',
      '/list/0/a~1b~0c/ssn': 7,
      '/iban/0': 'one',
      '/iban/1': 'two',
      '/##salt': { '#type': 'bytes', '#value': '0102' },
    })
    expect(maskTree(tree).payload).toEqual(mask(tree))
  })

  it.each([
    ...['password', 'pin', 'otp', 'accessToken', 'csrfToken', 'cookie', 'authorization', 'apiKey', 'api_key', 'jwt'],
    ...['sessionId', 'PHPSESSID', 'client_secret', 'credentials', 'card_token', 'hash of the password'],
  ])('is nothing under the name of a credential: %s', (name) => {
    expect(revealableOf({ [name]: 'canary' })).toEqual({})
  })

  it('is nothing that a format or the settings call secret', () => {
    expect(revealableOf({ hash: 'canary', shoe: 'canary' }, ['hash', 'shoe'])).toEqual({})
  })

  it.each([
    ['a JWT', jwt],
    ['a bearer credential', 'Bearer abcdefgh1234'],
    ['a secret with its name', 'token=canary1'],
    ['an address with a password', 'https://ann:canary@example.com'],
    ['the session’s own id', `see ${id}`],
    ['the id in base64', Buffer.from(id).toString('base64')],
    ['the id in base64url', Buffer.from(id).toString('base64url')],
    ['the id in hexadecimal', Buffer.from(id).toString('hex')],
    ['the id backwards', [...id].reverse().join('')],
    ['the id percent-encoded', [...id].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')],
  ])('is never %s', (_, value) => {
    expect(revealableOf({ hash: value, bytes: { salt: leaf('text', value) } })).toEqual({})
  })

  it('is nothing that is shown anyway, and bounded', () => {
    expect(revealableOf({ name: 'Ann', card: null, cvv: '' })).toEqual({})
    expect(Object.keys(revealableOf({ iban: Array.from({ length: 5_000 }, () => 'x') }))).toHaveLength(1_000)
  })
})
