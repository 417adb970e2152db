import { bench, describe } from 'vitest'
import type { PeopleQuery } from '@/lib/contract/person'
import { listPeople } from '@/lib/roster/people'
import { type Query, runQuery } from '@/lib/roster/query'
import { createRoster } from '@/lib/roster/roster'
import type { Session } from '@/lib/session/session'

const count = 100_000
const now = 1_800_000_000_000

function makeSession(index: number): Session {
  const person = index % 20_000
  return {
    key: Buffer.from(`sess:${index}`),
    source: 'sess',
    format: 'connect-redis',
    principal: String(person),
    label: `Person ${person}`,
    createdAt: now - index,
    lastSeenAt: now - ((index * 7919) % count),
    expiresAt: now + 600_000 + ((index * 104_729) % count),
    sizeBytes: index % 5000,
    companionBytes: 0,
    ip: `192.0.2.${index % 250}`,
    device: 'Chrome on Windows',
    isReadable: true,
    isTruncated: false,
    secretNames: null,
  }
}

const sessions = Array.from({ length: count }, (_, index) => makeSession(index))
const roster = createRoster()
for (const session of sessions) roster.put(session, 1)

const context = {
  now,
  open: () => null,
  openPerson: () => null,
  prefixes: [{ source: 'sess', prefix: 'sess:' }],
  handleAt: String,
}
const ask = (over: Partial<Query>) =>
  runQuery(roster, { filter: {}, sort: 'lastSeenAt', order: 'desc', page: 1, size: 200, ...over }, context)

/** The limit: one bare pass over one column. The peer: an array of objects, filtered, sorted and sliced. */
describe(`the first page of ${count.toLocaleString('en')} sessions`, () => {
  bench('limit: a bare pass over one column', () => {
    let newest = 0
    const { lastSeenAt } = roster.columns.numbers
    for (let slot = 0; slot < count; slot += 1) newest = Math.max(newest, lastSeenAt[slot] ?? 0)
    if (newest === 0) throw new Error('nothing was read')
  })
  bench('the roster, by last seen', () => void ask({}))
  bench('the roster, by end', () => void ask({ sort: 'expiresAt', order: 'asc' }))
  bench('the roster, by name', () => void ask({ sort: 'label', order: 'asc' }))
  bench('the roster, text in name or address', () => void ask({ filter: { q: 'person 77' } }))
  bench('peer: an array of objects, sorted and sliced', () => {
    sessions.toSorted((a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0)).slice(0, 200)
  })
})

describe(`the first page of people of ${count.toLocaleString('en')} sessions`, () => {
  const query = { order: 'desc', page: 1, size: 200 } as const
  const askPeople = (over: Partial<PeopleQuery>) =>
    void listPeople(
      roster,
      { ...query, sort: 'lastSeenAt', ...over },
      { now: 0, openPerson: () => null, handleOf: String },
    )
  bench('by last seen', () => askPeople({}))
  bench('by name', () => askPeople({ sort: 'label' }))
  bench('by devices', () => askPeople({ sort: 'devices' }))
  bench('text in name or id', () => askPeople({ q: 'person 77' }))
})
