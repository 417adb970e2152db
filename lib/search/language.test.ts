import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { noNames, rowFindings, SessionFilter, sessionStatuses } from '@/lib/contract/session'
import { isAddressRange } from './ip'
import { parse } from './parse'
import { print, printTerms } from './print'
import { join, settle } from './settle'
import { suggest } from './suggest'

const minute = 60_000

describe('what a text asks for', () => {
  test.each<[string, SessionFilter]>([
    ['', {}],
    ['   ', {}],
    ['alice', { q: 'alice' }],
    ['alice iphone', { words: ['alice', 'iphone'] }],
    ['"alice smith"', { q: 'alice smith' }],
    ['say "a \\"b\\""', { words: ['say', 'a "b"'] }],
    ['user:alice', { who: ['alice'] }],
    ['USER:alice user:"Smith, Bob"', { who: ['alice', 'Smith, Bob'] }],
    ['principal:42 person:p-1', { principal: ['42'], person: ['p-1'] }],
    ['ip:10.0.0.0/8,::1', { ip: ['10.0.0.0/8', '::1'] }],
    ['device:iphone', { device: ['iphone'] }],
    ['source:shop,"my shop" format:django', { source: ['shop', 'my shop'], format: ['django'] }],
    ['status:Expiring,active', { status: ['expiring', 'active'] }],
    ['finding:oversized', { finding: ['oversized'] }],
    ['no:ttl no:user', { no: ['ttl', 'user'] }],
    ['size:>4k', { minSizeBytes: 4097 }],
    ['size:>=4k size:<1m', { minSizeBytes: 4096, maxSizeBytes: 1_048_575 }],
    ['ttl:<5m', { maxTtlMs: 5 * minute }],
    ['ttl:>90s', { minTtlMs: 90_000 }],
    ['age:>30d', { minAgeMs: 43_200 * minute }],
    ['seen:<1h age:<2w', { maxIdleMs: 60 * minute, maxAgeMs: 20_160 * minute }],
    ['expires:<2026-11-25', { expiresBefore: Date.UTC(2026, 10, 25) }],
    ['created:>2026-11-25T06:30+01:00', { createdAfter: Date.UTC(2026, 10, 25, 5, 30) }],
    ['lastseen:<1700000000000', { seenBefore: 1_700_000_000_000 }],
    ['status:expiring bob', { status: ['expiring'], q: 'bob' }],
  ])('%s', (text, filter) => expect(parse(text)).toEqual({ filter, faults: [] }))

  test.each([
    's:Pr1v4te-session-id_0123.c2lnbmF0dXJl/x+y=',
    's%3APr1v4te-session-id_0123.c2lnbmF0dXJl',
    'connect.sid=s%3APr1v4te-session-id_0123.c2lnbmF0dXJl',
    'connect.sid=s:abc; Path=/; HttpOnly; SameSite=Lax',
    'Cookie: theme=dark; connect.sid=s%3APr1v4te-session-id_0123.c2lnbmF0dXJl',
    'Set-Cookie: sid=Pr1v4te; Path=/; HttpOnly',
    'session:abc123',
    'sess:abc123',
    'myapp:5f2c8a3e-0b1d-4c5e-9f00-aabbccddeeff',
    'a8098c1af86e11dabd1a00112444be1e',
  ])('a pasted credential is text as it stands and no field: %s', (text) =>
    expect(parse(text)).toEqual({ filter: { q: text }, faults: [] }),
  )
})

describe('a fault', () => {
  test.each([
    ['size:', 0, 5, 'size: needs < or > and a number such as >4k'],
    ['alice size:big', 6, 14, 'size: needs < or > and a number such as >4k'],
    ['size:<0', 0, 7, 'size: needs < or > and a number such as >4k'],
    ['size:>99999999999999999g', 0, 24, 'size: needs < or > and a number such as >4k'],
    ['ttl:5m', 0, 6, 'ttl: needs < or > and a duration such as <5m'],
    ['created:<2026-02-31', 0, 19, 'created: needs < or > and a time such as <2026-11-25 or <2026-11-25T06:30Z'],
    ['size:>4k size:>8k', 9, 17, 'size: has this bound twice'],
    ['status:expiring,gone', 16, 20, 'status: is one of active, expiring, persistent, unreadable'],
    ['ip:10.0.0.0/33', 3, 14, 'ip: needs an address or a range such as 10.0.0.0/8'],
    ['user:', 0, 5, 'user: needs a part of a person’s name or id'],
    ['user:a,,b', 0, 9, 'user: needs a part of a person’s name or id'],
    ['userr:alice', 0, 11, 'There is no field userr. Put it in quotes to look for it as text.'],
    ['say "alice', 4, 10, 'This quote is not closed.'],
  ])('of %s is pointed at', (text, start, end, detail) => expect(parse(text).faults).toEqual([{ start, end, detail }]))

  it('is told for each term, in their order', () => {
    expect(parse('size:x ok ttl:y').faults.map(({ start }) => start)).toEqual([0, 10])
  })

  it('is what belongs to nobody, where people are listed', () => {
    for (const text of ['no:user', 'finding:anonymous', 'finding:unreadable', 'status:unreadable']) {
      expect(parse(text).faults).toEqual([])
      expect(parse(text, 'users').faults).toHaveLength(1)
    }
    expect(parse('no:ttl user:alice ip:::1', 'users').faults).toEqual([])
  })
})

const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom(
    'a b',
    '"',
    '\\',
    'x"y',
    'size:>4k',
    'foo:bar',
    'a,b',
    's:0123456789abcdef.sig',
    'a=b;',
    '; c',
    '<5m',
  ),
)
const said = value.filter((text) => text.trim() !== '')
const some = (item: fc.Arbitrary<string>) => fc.uniqueArray(item, { minLength: 1, maxLength: 4 })
const whole = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 1, 1024, 4097, 86_400_000, 1_700_000_000_000))
const anyFilter = fc
  .record(
    {
      source: some(said),
      format: some(said),
      status: fc.uniqueArray(fc.constantFrom(...sessionStatuses), { minLength: 1 }),
      finding: fc.uniqueArray(fc.constantFrom(...rowFindings), { minLength: 1 }),
      no: fc.uniqueArray(fc.constantFrom(...noNames), { minLength: 1 }),
      principal: some(said),
      person: some(said),
      who: some(said),
      ip: some(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.0/8'))),
      device: some(said),
      free: fc.array(said, { maxLength: 4 }),
      minSizeBytes: whole,
      maxSizeBytes: whole,
      minTtlMs: whole,
      maxTtlMs: whole,
      minAgeMs: whole,
      maxAgeMs: whole,
      minIdleMs: whole,
      maxIdleMs: whole,
      expiresBefore: whole,
      expiresAfter: whole,
      createdBefore: whole,
      createdAfter: whole,
      seenBefore: whole,
      seenAfter: whole,
    },
    { requiredKeys: [] },
  )
  .map(({ free = [], ...filter }) => {
    const [q] = free
    return { ...filter, ...(free.length > 1 ? { words: free } : q === undefined ? {} : { q }) }
  })

describe('a filter', () => {
  it('is what its own text asks for, whatever is in it', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parse(print(filter))).toEqual({ filter, faults: [] })
      }),
      { numRuns: 2000 },
    )
  })

  it('is printed in one way, whatever way it was typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const { filter, faults } = parse(text)
        if (faults.length === 0) expect(parse(print(filter))).toEqual({ filter, faults: [] })
      }),
      { numRuns: 2000 },
    )
    expect(print(parse('bob  size:>=1024  SEEN:<=60m user:b,a  "c d"').filter)).toBe(
      'user:b,a size:>=1k seen:<1h bob "c d"',
    )
  })

  it('is one that the server takes, or there is a fault', () => {
    const part = fc.oneof(
      said,
      fc.constantFrom('size:>4k', 'ttl:<5m', 'ip:1.2.3.4', 'status:active', 'created:>2020-01-01'),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const { filter, faults } = parse(parts.join(' '))
        if (faults.length === 0) expect(SessionFilter.safeParse(filter).success).toBe(true)
      }),
    )
  })

  it('has a term for each of its parts', () => {
    expect(printTerms({ status: ['active'], minSizeBytes: 4097, q: 'x', who: ['a b'] })).toEqual([
      { name: 'who', text: 'user:"a b"' },
      { name: 'status', text: 'status:active' },
      { name: 'minSizeBytes', text: 'size:>4k' },
    ])
  })
})

describe('what is suggested', () => {
  const known = { source: ['shop', 'my shop'], format: ['native', 'plain'] }
  const at = (text: string, caret = text.length) => {
    const { start, end, options } = suggest(text, caret, known)
    return [start, end, options.map((option) => option.text)]
  }

  it('are the fields that begin so', () => {
    expect(at('s')).toEqual([0, 1, ['source:', 'status:', 'size:', 'seen:']])
    expect(at('bob st')).toEqual([4, 6, ['status:']])
    expect(at('bob')).toEqual([0, 3, []])
    expect(at('bob ')[2]).toContain('user:')
  })

  it('are the values of a field that are known, without those already named', () => {
    expect(at('status:')).toEqual([7, 7, [...sessionStatuses]])
    expect(at('status:active,e')).toEqual([14, 15, ['expiring']])
    expect(at('source:')).toEqual([7, 7, ['shop', '"my shop"']])
    expect(at('size:>')).toEqual([5, 6, ['>4k', '>64k']])
    expect(at('status:act x', 10)).toEqual([7, 10, ['active']])
  })

  it('are never people', () => expect(at('user:a')).toEqual([5, 6, []]))

  it('are only what makes sense among people', () => {
    expect(suggest('no:', 3, known, 'users').options.map(({ text }) => text)).toEqual(['ttl'])
  })
})

test('an address is what the server takes for one', () => {
  const near = fc
    .array(fc.constantFrom('0', '1', 'a', 'ffff', '255', '256', ':', '::', '.', '10.0.0.1'), { maxLength: 9 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), near), (text) => {
      expect(isAddressRange(text)).toBe(isIP(text) !== 0)
    }),
    { numRuns: 3000 },
  )
})

describe('while it is typed', () => {
  it('a term leaves the text when it is complete, and free words stay', () => {
    expect(settle('bob status:active size:>4k x', 28, 'sessions')).toEqual({
      filter: { status: ['active'], minSizeBytes: 4097 },
      words: { words: ['bob', 'x'] },
      rest: 'bob x',
      faults: [],
    })
  })

  it('the term at the caret is neither judged nor taken, until it is left', () => {
    expect(settle('bob size:bi', 11, 'sessions')).toMatchObject({ filter: {}, words: { q: 'bob' }, faults: [] })
    expect(settle('bob size:bi', null, 'sessions').faults).toMatchObject([{ start: 4, end: 11 }])
    expect(settle('say "ali', 8, 'sessions')).toMatchObject({ words: { q: 'say' }, faults: [] })
  })

  it('with a fault nothing is taken', () => {
    const text = 'status:active size:big '
    expect(settle(text, text.length, 'sessions')).toMatchObject({ filter: {}, rest: text, faults: [{ start: 14 }] })
  })

  it('lists grow, a bound takes the place of the one before, and the words are these alone', () => {
    const before: SessionFilter = { status: ['active'], minSizeBytes: 1, q: 'old' }
    expect(join(before, settle('status:expiring size:>4k new', null, 'sessions'))).toEqual({
      status: ['active', 'expiring'],
      minSizeBytes: 4097,
      q: 'new',
    })
  })
})
