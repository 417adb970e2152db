import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noNames, type SessionFilter, type SortField, sessionStatuses, sortFields } from '@/lib/contract/session'
import { findingsOf, type Session, statusOf } from '@/lib/session/session'
import { defaultThresholds } from '@/lib/session/thresholds'
import { type QueryContext, runQuery } from './query'
import { createRoster, type Roster } from './roster'

const now = 1_800_000_000_000

function makeSession(over: Partial<Session> & { name: string }): Session {
  const { name, ...rest } = over
  return {
    key: Buffer.from(`sess:${name}`),
    source: 'sess',
    format: 'plain',
    principal: null,
    label: null,
    createdAt: null,
    lastSeenAt: null,
    expiresAt: now + 3_600_000,
    sizeBytes: 100,
    companionBytes: 0,
    ip: null,
    device: null,
    isReadable: true,
    isTruncated: false,
    secretNames: null,
    ...rest,
  }
}

const context: QueryContext = {
  now,
  open: (handle) => (handle.startsWith('h-') ? { source: 'sess', key: Buffer.from(`sess:${handle.slice(2)}`) } : null),
  openPerson: (handle) => (handle.startsWith('p-') ? handle.slice(2) : null),
  prefixes: [
    { source: 'sess', prefix: 'sess:' },
    { source: 'session', prefix: 'session:' },
  ],
  handleAt: (slot) => `h-${String(slot).padStart(6, '0')}`,
}

function ask(
  roster: Roster,
  filter: SessionFilter,
  over: { sort?: SortField; order?: 'asc' | 'desc'; page?: number; size?: number } = {},
) {
  const query = { filter, sort: 'lastSeenAt', order: 'desc', page: 1, size: 50, ...over } as const
  const result = runQuery(roster, query, context)
  return { total: result.total, keys: result.slots.map((slot) => roster.at(slot).key.toString()) }
}

const time = fc.option(fc.integer({ min: now - 1000, max: now + 1000 }), { nil: null })
const text = fc.option(fc.constantFrom('alice', 'Bob', 'böb', '42', '10.0.0.1', ''), { nil: null })
const anySession = fc.record({
  source: fc.constantFrom('sess', 'session'),
  format: fc.constantFrom('plain', 'native', 'connect-redis'),
  principal: text,
  label: text,
  ip: text,
  device: text,
  createdAt: time,
  lastSeenAt: time,
  expiresAt: fc.option(fc.integer({ min: now + 1, max: now + 600_000 }), { nil: null }),
  sizeBytes: fc.integer({ min: 0, max: 10_000 }),
  companionBytes: fc.integer({ min: 0, max: 3 }),
  isReadable: fc.boolean(),
  isTruncated: fc.boolean(),
})

/** What a row is sorted by, told without the roster. */
function plainValue(session: Session, field: SortField): string | number | null {
  if (field === 'status') return sessionStatuses.indexOf(statusOf(session, now))
  if (field === 'findings') return findingsOf(session, defaultThresholds).length
  return field === 'handle' ? null : session[field]
}

describe('a query', () => {
  it('gives what filtering and sorting a plain list gives, for any rows, filter, sort and page', () => {
    fc.assert(
      fc.property(
        fc.array(anySession, { maxLength: 60 }),
        fc.record(
          {
            source: fc.constant<string[]>(['sess']),
            format: fc.constant<string[]>(['plain', 'native']),
            status: fc.subarray([...sessionStatuses], { minLength: 1 }),
            principal: fc.constant<string[]>(['alice', '42']),
            person: fc.constant<string[]>(['p-alice', 'p-Bob', 'nobody']),
            q: fc.constantFrom('B', 'alice', '10.'),
            minSizeBytes: fc.constant(2000),
            expiresBefore: fc.constant(now + 300_000),
            who: fc.subarray(['b', 'ALICE'], { minLength: 1 }),
            words: fc.subarray(['b', '10.'], { minLength: 1 }),
            no: fc.subarray([...noNames], { minLength: 1 }),
            maxTtlMs: fc.constantFrom(0, 500),
            minTtlMs: fc.constant(500),
            maxIdleMs: fc.constant(500),
            minAgeMs: fc.constant(500),
            ip: fc.constantFrom<string[][]>(['10.0.0.0/8'], ['::1', '10.0.0.1'], ['10.0.0.2']),
            device: fc.constantFrom<string[][]>(['BOB', 'nothing'], ['42']),
            createdAfter: fc.constant(now),
            seenBefore: fc.constant(now + 200),
          },
          { requiredKeys: [] },
        ),
        fc.constantFrom(...sortFields.filter((field) => field !== 'handle')),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, 7, 50),
        (facts, filter, sort, order, page, size) => {
          const roster = createRoster()
          const sessions = facts.map((fact, index) => makeSession({ name: `n${index}`, ...fact }))
          for (const session of sessions) roster.put(session, 1)
          const kept = sessions.filter((session) => {
            if (filter.source && !filter.source.includes(session.source)) return false
            if (filter.format && !filter.format.includes(session.format)) return false
            if (filter.status && !filter.status.includes(statusOf(session, now))) return false
            if (filter.principal && !filter.principal.includes(session.principal ?? '\0')) return false
            if (filter.person && !filter.person.includes(`p-${session.principal}`)) return false
            if (filter.minSizeBytes && session.sizeBytes < filter.minSizeBytes) return false
            if (filter.expiresBefore && !(session.expiresAt !== null && session.expiresAt < filter.expiresBefore))
              return false
            const has = (value: string | null, part: string) => value?.toLowerCase().includes(part.toLowerCase())
            const { who, device, createdAfter, seenBefore } = filter
            if (who && !who.some((part) => has(session.principal, part) || has(session.label, part))) return false
            const within = (ms: number | null, isWithin: (ms: number) => boolean) => ms !== null && isWithin(ms)
            const ago = (at: number | null) => (at === null ? null : now - at)
            const { no, maxTtlMs, minTtlMs, maxIdleMs, minAgeMs } = filter
            const leftMs = session.expiresAt === null ? null : session.expiresAt - now
            if (maxTtlMs !== undefined && !within(leftMs, (ms) => ms < maxTtlMs)) return false
            if (minTtlMs !== undefined && !within(leftMs, (ms) => ms > minTtlMs)) return false
            if (maxIdleMs !== undefined && !within(ago(session.lastSeenAt), (ms) => ms < maxIdleMs)) return false
            if (minAgeMs !== undefined && !within(ago(session.createdAt), (ms) => ms > minAgeMs)) return false
            if (no?.includes('ttl') && session.expiresAt !== null) return false
            if (no?.includes('user') && !(session.isReadable && session.principal === null)) return false
            if (filter.ip && (filter.ip[0] === '10.0.0.2' || session.ip !== '10.0.0.1')) return false
            if (device && !device.some((part) => has(session.device, part))) return false
            if (createdAfter && !(session.createdAt !== null && session.createdAt > createdAfter)) return false
            if (seenBefore && !(session.lastSeenAt !== null && session.lastSeenAt < seenBefore)) return false
            const needle = filter.q?.toLowerCase()
            const hay = [session.principal, session.label, session.ip, session.device]
            const holds = (part: string) => hay.some((value) => value?.toLowerCase().includes(part.toLowerCase()))
            return [...(needle === undefined ? [] : [needle]), ...(filter.words ?? [])].every(holds)
          })
          const sign = order === 'asc' ? 1 : -1
          const wanted = kept
            .map((session, index) => ({ session, index, value: plainValue(session, sort) }))
            .sort((a, b) => {
              if (a.value === b.value) return a.index - b.index
              if (a.value === null) return 1
              if (b.value === null) return -1
              return sign * (a.value < b.value ? -1 : 1)
            })
            .slice((page - 1) * size, page * size)
          const result = ask(roster, filter, { sort, order, page, size })
          expect(result.total).toBe(kept.length)
          expect(result.keys).toEqual(wanted.map(({ session }) => session.key.toString()))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('puts rows without a value last in both orders', () => {
    const roster = createRoster()
    roster.put(makeSession({ name: 'none', lastSeenAt: null }), 1)
    roster.put(makeSession({ name: 'old', lastSeenAt: now - 10_000 }), 1)
    roster.put(makeSession({ name: 'new', lastSeenAt: now - 1000 }), 1)
    expect(ask(roster, {}, { order: 'desc' }).keys).toEqual(['sess:new', 'sess:old', 'sess:none'])
    expect(ask(roster, {}, { order: 'asc' }).keys).toEqual(['sess:old', 'sess:new', 'sess:none'])
  })

  it('covers every row once over its pages, whatever many of them tie', () => {
    const roster = createRoster()
    for (let index = 0; index < 1000; index += 1) roster.put(makeSession({ name: `${index}`, sizeBytes: index % 3 }), 1)
    const seen = new Set<string>()
    for (let page = 1; page <= 20; page += 1)
      for (const key of ask(roster, {}, { sort: 'sizeBytes', page }).keys) seen.add(key)
    expect(seen.size).toBe(1000)
  })

  it('sorts by what is found without making a session of every row that it compares', () => {
    const roster = createRoster()
    for (let index = 0; index < 20_000; index += 1)
      roster.put(makeSession({ name: `${index}`, sizeBytes: (index * 7919) % 9000 }), 1)
    let made = 0
    const counting: Roster = Object.create(roster, {
      at: {
        value(slot: number) {
          made += 1
          return roster.at(slot)
        },
      },
    })
    expect(runQuery(counting, { filter: {}, sort: 'findings', order: 'desc', page: 1, size: 50 }, context).total).toBe(
      20_000,
    )
    expect(made).toBe(0)
  })

  it.each([
    ['a handle', 'h-abc123'],
    ['a session id', 'abc123'],
    ['a whole key', 'sess:abc123'],
    ['a signed cookie value', 's:abc123.kDf3/sig+x='],
    ['a percent-encoded signed cookie value', 's%3Aabc123.kDf3%2Fsig%2Bx%3D'],
    ['a cookie with its name', 'connect.sid=s%3Aabc123.kDf3'],
    ['a cookie line with attributes', 'sid=abc123; Path=/; HttpOnly'],
  ])('finds exactly one session by %s', (_, pasted) => {
    const roster = createRoster()
    roster.put(makeSession({ name: 'abc123' }), 1)
    roster.put(makeSession({ name: 'abc1234', label: 'abc123 look-alike' }), 1)
    expect(ask(roster, { q: pasted })).toEqual({ total: 1, keys: ['sess:abc123'] })
  })

  it('finds a session whose key holds only the SHA-256 of the pasted id', () => {
    const roster = createRoster()
    const key = createHash('sha256').update('the-id').digest('base64url')
    roster.put(makeSession({ name: key }), 1)
    expect(ask(roster, { q: 'the-id' }).total).toBe(1)
  })

  it('answers no row for a pasted id that another filter excludes', () => {
    const roster = createRoster()
    roster.put(makeSession({ name: 'abc123' }), 1)
    expect(ask(roster, { q: 'abc123', format: ['native'] }).total).toBe(0)
  })

  it('takes pattern characters as themselves', () => {
    const roster = createRoster()
    roster.put(makeSession({ name: 'a', label: 'plain' }), 1)
    roster.put(makeSession({ name: 'b', label: 'star * [x]' }), 1)
    expect(ask(roster, { q: '*' }).keys).toEqual(['sess:b'])
    expect(ask(roster, { q: '[x]' }).keys).toEqual(['sess:b'])
  })

  it('finds addresses by range, also of version 6, and never by a part of their text', () => {
    const roster = createRoster()
    for (const ip of ['10.1.2.3', '110.1.2.3', '2001:db8::7', 'no address'])
      roster.put(makeSession({ name: ip, ip }), 1)
    expect(ask(roster, { ip: ['10.0.0.0/8'] }).keys).toEqual(['sess:10.1.2.3'])
    expect(ask(roster, { ip: ['2001:db8::/32'] }).keys).toEqual(['sess:2001:db8::7'])
  })

  it.each(['10.0.0', '10.0.0.0/33', '::/129', 'home'])('refuses %s as an address and points at it', (ip) => {
    const refused = () => ask(createRoster(), { ip: ['10.0.0.1', ip] })
    expect(refused).toThrow(
      expect.objectContaining({ code: 'invalid', faults: [expect.objectContaining({ pointer: '/ip/1' })] }),
    )
  })
})
