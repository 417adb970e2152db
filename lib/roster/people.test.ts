import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PeopleQuery, type PersonSortField, personSortFields } from '@/lib/contract/person'
import type { Session } from '@/lib/session/session'
import { listPeople } from './people'
import { createRoster } from './roster'

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

const contextOf = (handleOf: (principal: string) => string) => ({ now, openPerson: () => null, handleOf })

function ask(sessions: Session[], over: Partial<PeopleQuery> = {}) {
  const roster = createRoster()
  for (const session of sessions) roster.put(session, 1)
  const query: PeopleQuery = { sort: 'lastSeenAt', order: 'desc', page: 1, size: 50, ...over }
  return listPeople(
    roster,
    query,
    contextOf((principal) => `p-${principal}`),
  )
}

type Plain = { principal: string; labels: string[]; rows: Session[] }

/** Who is there, told without the roster. */
function group(sessions: Session[]): Plain[] {
  const people = new Map<string, Plain>()
  for (const session of sessions) {
    if (session.principal === null) continue
    const one = people.get(session.principal) ?? { principal: session.principal, labels: [], rows: [] }
    one.rows.push(session)
    if (session.label !== null) one.labels.push(session.label)
    people.set(session.principal, one)
  }
  return [...people.values()]
}

const maxOrNull = (times: (number | null)[]) =>
  times.reduce((most, at) => (at === null || (most !== null && most >= at) ? most : at), null)
const different = (values: (string | null)[]) => new Set(values.filter((value) => value !== null)).size

function plainValue({ principal, rows }: Plain, field: Exclude<PersonSortField, 'label'>): string | number | null {
  switch (field) {
    case 'principal':
      return principal
    case 'sources':
      return different(rows.map(({ source }) => source))
    case 'devices':
      return different(rows.map(({ device }) => device))
    case 'sessions':
      return rows.length
    case 'sizeBytes':
      return rows.reduce((sum, row) => sum + row.sizeBytes, 0)
    case 'lastSeenAt':
      return maxOrNull(rows.map((row) => row.lastSeenAt))
  }
}

const anySession = fc.record({
  source: fc.constantFrom('sess', 'session', 'spring'),
  principal: fc.option(fc.constantFrom('alice', 'Bob', '42', '7', 'böb'), { nil: null }),
  label: fc.option(fc.constantFrom('Alice', 'Bobby', 'Al', ''), { nil: null }),
  device: fc.option(fc.constantFrom('Safari', 'Chrome', 'curl'), { nil: null }),
  lastSeenAt: fc.option(fc.integer({ min: now - 1000, max: now }), { nil: null }),
  sizeBytes: fc.integer({ min: 0, max: 10_000 }),
  isReadable: fc.boolean(),
})

describe('the people', () => {
  it('are what grouping a plain list by person gives, for any sessions, search, sort and page', () => {
    fc.assert(
      fc.property(
        fc.array(anySession, { maxLength: 60 }),
        fc.constantFrom(undefined, 'B', 'al', '4', 'nobody'),
        fc.constantFrom(...personSortFields.filter((field) => field !== 'label')),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 3, 50),
        (facts, q, sort, order, page, size) => {
          const sessions = facts.map((fact, index) => makeSession({ name: `n${index}`, ...fact }))
          const needle = q?.toLowerCase() ?? ''
          const kept = group(sessions).filter(({ principal, labels }) =>
            [principal, ...labels].some((text) => text.toLowerCase().includes(needle)),
          )
          const sign = order === 'asc' ? 1 : -1
          const values = kept
            .map((one) => plainValue(one, sort))
            .sort((a, b) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : sign * (a < b ? -1 : 1)))
          const result = ask(sessions, { ...(q === undefined ? {} : { q }), sort, order, page, size })
          expect(result.total).toBe(kept.length)
          const told = result.rows.map((row) => (sort === 'sources' ? row.sources.length : row[sort]))
          expect(told).toEqual(values.slice((page - 1) * size, page * size))
          for (const row of result.rows) {
            const one = kept.find(({ principal }) => principal === row.principal)
            expect(one).toBeDefined()
            if (one === undefined) continue
            const { label, ...rest } = row
            expect(rest).toEqual({
              person: `p-${one.principal}`,
              principal: one.principal,
              sources: [...new Set(one.rows.map(({ source }) => source))].sort(),
              sessions: one.rows.length,
              devices: plainValue(one, 'devices'),
              lastSeenAt: plainValue(one, 'lastSeenAt'),
              sizeBytes: plainValue(one, 'sizeBytes'),
            })
            expect(one.labels.length === 0 ? [null] : one.labels).toContain(label)
          }
          const nobodys = sessions.filter(({ principal }) => principal === null)
          expect(result.anonymous).toBe(nobodys.filter(({ isReadable }) => isReadable).length)
          expect(result.anonymous + result.unreadable).toBe(nobodys.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are called what the session that was seen last calls them', () => {
    const sessions = [
      makeSession({ name: '1', principal: '42', label: 'Old', lastSeenAt: now - 10 }),
      makeSession({ name: '2', principal: '42', label: 'New', lastSeenAt: now - 1 }),
      makeSession({ name: '3', principal: '42', label: null, lastSeenAt: now }),
      makeSession({ name: '4', principal: '42', label: 'Unseen', lastSeenAt: null }),
    ]
    expect(ask(sessions).rows[0]?.label).toBe('New')
    expect(ask(sessions.toReversed()).rows[0]?.label).toBe('New')
    expect(ask(sessions, { q: 'unseen' }).total).toBe(1)
  })

  it('without a name stand last in both orders', () => {
    const sessions = [
      makeSession({ name: '1', principal: 'x' }),
      makeSession({ name: '2', principal: 'b', label: 'Bert' }),
      makeSession({ name: '3', principal: 'a', label: 'Alice' }),
    ]
    const names = (order: 'asc' | 'desc') => ask(sessions, { sort: 'label', order }).rows.map(({ label }) => label)
    expect(names('asc')).toEqual(['Alice', 'Bert', null])
    expect(names('desc')).toEqual(['Bert', 'Alice', null])
  })

  it('are left by what one session of theirs fits whole, and every word by an id or a name', () => {
    const sessions = [
      makeSession({ name: '1', principal: 'a', label: 'Alice Adams', device: 'Chrome on Linux', ip: '10.0.0.1' }),
      makeSession({ name: '2', principal: 'a', label: 'Alice', device: 'Safari on iPhone', ip: '10.0.0.2' }),
      makeSession({ name: '3', principal: 'b', label: 'Bert Adams', device: 'Safari on iPhone', ip: '10.0.0.1' }),
    ]
    const left = (over: Partial<PeopleQuery>) => ask(sessions, over).rows.map(({ principal }) => principal)
    expect(left({ device: ['iphone'] }).sort()).toEqual(['a', 'b'])
    expect(left({ device: ['iphone'], ip: ['10.0.0.2'] })).toEqual(['a'])
    expect(left({ device: ['chrome'], ip: ['10.0.0.2'] })).toEqual([])
    expect(left({ words: ['adams', 'ali'] })).toEqual(['a'])
    expect(left({ q: 'iphone' })).toEqual([])
    expect(ask(sessions, { device: ['chrome'] }).rows[0]?.sessions).toBe(2)
  })

  it('leave with their last session', () => {
    const roster = createRoster()
    roster.put(makeSession({ name: '1', principal: '42' }), 1)
    roster.put(makeSession({ name: '2', principal: '43' }), 1)
    roster.drop('sess', Buffer.from('sess:1'), { cause: 'ended', at: now })
    const query: PeopleQuery = { sort: 'principal', order: 'asc', page: 1, size: 50 }
    expect(listPeople(roster, query, contextOf(String)).rows.map(({ principal }) => principal)).toEqual(['43'])
  })

  it('are no object each: a page of 100,000 sessions reads only the rows that it shows', () => {
    const roster = createRoster()
    for (let index = 0; index < 100_000; index += 1)
      roster.put(makeSession({ name: `${index}`, principal: `${index % 20_000}`, sizeBytes: index }), 1)
    let sealed = 0
    const query: PeopleQuery = { sort: 'sizeBytes', order: 'desc', page: 1, size: 200 }
    const { total, rows } = listPeople(
      roster,
      query,
      contextOf((principal) => {
        sealed += 1
        return principal
      }),
    )
    expect([total, rows.length, rows[0]?.sessions, sealed]).toEqual([20_000, 200, 5, 200])
  })
})
