import { describe, expect, it } from 'vitest'
import { formatOf, formats } from '@/lib/formats'
import { rawOf } from '@/lib/formats/conformance'
import { createHandles } from '@/lib/session/handle'
import type { StoredValue } from '@/lib/session/raw'
import type { StoredSession } from '@/lib/session/source'
import { isPlain, isReturn, type Mark, markOf } from './mark'

const { digest } = createHandles(Buffer.from('a secret for the marks'))

function markOfValue(value: StoredValue): Mark {
  const raw = { ...rawOf(Buffer.alloc(0)), value }
  const format = formatOf(raw, formats)
  const decoded = format.decode(raw)
  if ('noSession' in decoded) throw new Error(decoded.noSession)
  const { principal = null, createdAt = null } = 'facts' in decoded ? decoded.facts : {}
  // A mark is made of these alone.
  return markOf({ raw, decoded, session: { principal, createdAt } } as StoredSession, digest)
}
const json = (value: unknown) =>
  markOfValue({ type: 'string', bytes: Buffer.from(JSON.stringify(value)), isTruncated: false })
const hash = (fields: Record<string, string>) =>
  markOfValue({
    type: 'hash',
    fields: Object.entries(fields).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]),
    isTruncated: false,
  })

const cookie = { originalMaxAge: 600_000, expires: '2031-01-01T00:00:00.000Z', path: '/' }
const token = '3q2-7wAAAAAbcdef01234567'
const other = 'Zk9x1QwertyAAA99887766aa'

describe('a session that came back is told from a new sign-in', () => {
  it.each([
    ['the same bytes', { userId: 42 }, { userId: 42 }, true],
    [
      'the same token against forgery, a fuller cart',
      { userId: 42, csrfToken: token },
      { userId: 42, csrfToken: token, cart: [1] },
      true,
    ],
    ['another token against forgery', { userId: 42, csrfToken: token }, { userId: 42, csrfToken: other }, false],
    ['no token yet', { userId: 42, csrfToken: token }, { userId: 42 }, false],
    ['a person where nobody was', { cookie, cart: [1] }, { cookie, userId: 42 }, false],
    ['another person', { userId: 42 }, { userId: 43 }, false],
    ['nothing but the person, and changed', { userId: 42 }, { userId: 42, cart: [1] }, true],
    [
      'created later',
      { userId: 42, createdAt: 1_700_000_000_000 },
      { userId: 42, createdAt: 1_700_000_600_000 },
      false,
    ],
    [
      'created then',
      { userId: 42, createdAt: 1_700_000_000_000 },
      { userId: 42, createdAt: 1_700_000_000_000, n: 1 },
      true,
    ],
    ['the same access token', { userId: 42, accessToken: token }, { userId: 42, accessToken: token, n: 1 }, true],
    ['another access token', { userId: 42, accessToken: token }, { userId: 42, accessToken: other }, false],
    [
      'only what is the person’s stays',
      { userId: 42, csrfToken: token, avatarUrl: `x/${other}` },
      { userId: 42, csrfToken: other, avatarUrl: `x/${other}` },
      false,
    ],
    ['its person lost, its token kept', { userId: 42, csrfToken: token }, { csrfToken: token, flash: 'bye' }, true],
    ['its person lost, and all else', { userId: 42, csrfToken: token }, { flash: 'bye' }, false],
  ])('%s', (_, before, after, isOld) => {
    expect(isReturn(json(before), json(after))).toBe(isOld)
  })

  it('what cannot be read any more is held for the old one', () => {
    const unreadable = { ...json({ userId: 42 }), content: 'x', isReadable: false, person: null }
    expect(isReturn(json({ userId: 42 }), unreadable)).toBe(true)
  })

  it('what a late write left of a hash is held for the old one', () => {
    expect(isReturn(hash({ user_id: '42', name: 'Alice', cart: '1' }), hash({ cart: '2' }))).toBe(true)
    expect(isReturn(hash({ user_id: '42', name: 'Alice' }), hash({ user_id: '43', name: 'Bert' }))).toBe(false)
  })
})

describe('a mark', () => {
  it('is plain where it holds nothing but the person', () => {
    expect(isPlain(json({ userId: 42, name: 'Alice' }))).toBe(true)
    expect(isPlain(json({ userId: 42, csrfToken: token }))).toBe(false)
    expect(isPlain(json({ userId: 42, createdAt: 1_700_000_000_000 }))).toBe(false)
  })

  it('holds no value, no name and no key', () => {
    const text = JSON.stringify(json({ userId: 'alice-canary', csrfToken: token, name: 'Alice Canary' }))
    for (const canary of ['canary', 'Canary', token]) expect(text).not.toContain(canary)
  })

  it('of hostile payloads is bounded', () => {
    let deep: unknown = token
    for (let level = 0; level < 500; level += 1) deep = { csrf: deep }
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, `${token}${index}`]))
    const startedAt = performance.now()
    expect(json({ userId: 1, deep }).uniques.length).toBeLessThanOrEqual(8)
    expect(json({ userId: 1, wide }).uniques.length).toBeLessThanOrEqual(8)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})
