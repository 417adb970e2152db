import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '@/lib/session/server-facts'
import type { Session } from '@/lib/session/session'
import { defaultThresholds } from '@/lib/session/thresholds'
import { createFindingList, findAll } from './finding-list'
import { createRoster, type Roster } from './roster'
import { isShortOrNumber, neighboursOf } from './weak-id'

const now = 1_800_000_000_000
const minute = 60_000
const { hugeBytes, longestLifeMs, sessionsEach } = defaultThresholds
const healthy: ServerFacts = {
  maxMemoryBytes: 0,
  usedMemoryBytes: 1_000_000,
  evictionPolicy: 'noeviction',
  evictedKeys: 0,
  hasAppendOnlyFile: true,
  hasSnapshot: true,
  hasFailedSave: false,
  upMs: 86_400_000,
}
const handles = { seal: (source: string, key: Buffer) => `handle-${source}-${key.length}` }
const randomId = (index: number) => `q${String.fromCharCode(103 + (index % 18))}Zt-pW${'x'.repeat(index)}Kj_vvLqzT`

function makeSession(id: string, over: Partial<Session> = {}): Session {
  return {
    key: Buffer.from(`sess:${id}`, 'latin1'),
    source: 'sess',
    format: 'plain',
    principal: '42',
    label: 'Alice',
    createdAt: now - minute,
    lastSeenAt: null,
    expiresAt: now + 30 * minute,
    sizeBytes: 31,
    companionBytes: 0,
    ip: null,
    device: null,
    isReadable: true,
    isTruncated: false,
    secretNames: null,
    ...over,
  }
}

function judge(sessions: Session[], server: ServerFacts = healthy) {
  const roster = createRoster(() => now)
  for (const session of sessions) roster.put(session, 1)
  return judgeRoster(roster, server)
}

async function judgeRoster(roster: Roster, server: ServerFacts = healthy) {
  const context = { roster, now, readAt: now, placeOf: () => ({ prefix: 'sess:', suffix: '' }) }
  const answer = await findAll(context, { facts: [server] }, handles)
  return {
    ...answer,
    ids: answer.rows.map(({ id }) => id),
    of: (id: string) => answer.rows.find((row) => row.id === id),
  }
}

describe('the findings', () => {
  it('are none where nothing is wrong, and every check says so', async () => {
    const { ids, checks } = await judge([makeSession(randomId(1)), makeSession(randomId(2))])
    expect(ids).toEqual([])
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => 'quiet'))
    expect(checks).toHaveLength(12)
  })

  it('say which sessions never expire, how many and what part of all', async () => {
    const { of } = await judge([makeSession(randomId(1)), makeSession(randomId(2), { expiresAt: null })])
    expect(of('no-expiry')).toMatchObject({
      severity: 'critical',
      count: 1,
      share: 0.5,
      sources: ['sess'],
      filter: { finding: ['no-expiry'] },
      evidence: [{ status: 'persistent' }],
    })
  })

  it('warn over 4 KiB, are critical over 64 KiB, and show the largest five first', async () => {
    const at = (sizeBytes: number, index: number) => makeSession(randomId(index), { sizeBytes })
    expect((await judge([at(4096, 1)])).ids).toEqual([])
    expect((await judge([at(4097, 1)])).of('oversized')?.severity).toBe('warning')
    const { of } = await judge([5000, 9000, 6000, hugeBytes + 1, 7000, 8000].map(at))
    expect(of('oversized')?.severity).toBe('critical')
    expect(of('oversized')?.evidence.map(({ sizeBytes }) => sizeBytes)).toEqual([hugeBytes + 1, 9000, 8000, 7000, 6000])
  })

  it('tell of a key that changed its person, but not of a sign-in or of a key written anew', async () => {
    const signIn = [makeSession(randomId(1), { principal: null }), makeSession(randomId(1))]
    expect((await judge(signIn)).ids).toEqual([])
    const { of } = await judge([makeSession(randomId(1)), makeSession(randomId(1), { principal: '43' })])
    expect(of('changed-person')).toMatchObject({ severity: 'critical', count: 1 })
    const roster = createRoster(() => now)
    roster.put(makeSession(randomId(1)), 1)
    roster.drop('sess', Buffer.from(`sess:${randomId(1)}`), { cause: 'ended', at: now })
    roster.put(makeSession(randomId(1), { principal: '43' }), 1)
    expect(roster.personChanges()).toEqual({ count: 0, slots: [] })
  })

  it('alert of a session that lives again after its revoke, for as long as it lives, and of no other', async () => {
    const roster = createRoster(() => now)
    const [old, undone, flicker] = [1, 2, 3].map((index) => makeSession(randomId(index)))
    const [revoked, cameAt] = [{ cause: 'revoked', at: now - minute / 2 } as const, now - minute / 4]
    for (const session of [old, undone, flicker]) {
      if (session === undefined) continue
      roster.put(session, 1)
      roster.drop('sess', session.key, revoked)
      if (session === undone) roster.ends.forget('sess', session.key.toString('latin1'))
      // What came back this very second the guard may be about to end.
      roster.put(session, 1, session === flicker ? now - 1000 : cameAt)
    }
    const { of } = await judgeRoster(roster)
    expect(of('came-back')).toMatchObject({ severity: 'critical', count: 1, evidence: [{ principal: '42' }] })
    roster.drop('sess', Buffer.from(`sess:${randomId(1)}`), { cause: 'revoked', at: now })
    expect((await judgeRoster(roster)).of('came-back')).toBeUndefined()
  })

  it('never hold the key of a session with a weak id', async () => {
    const answer = await judge([
      makeSession('abc123'),
      makeSession('token-of-the-shop-41'),
      makeSession('token-of-the-shop-42'),
    ])
    expect(answer.of('weak-id')?.count).toBe(3)
    expect(JSON.stringify(answer)).not.toMatch(/abc123|token-of-the-shop/)
  })

  it('exempt keys that are a hash of the id', async () => {
    expect((await judge([makeSession('abc123', { format: 'native' })])).ids).toEqual([])
  })

  it('find an end that is too far, with a filter that shows the same sessions', async () => {
    const { of } = await judge([makeSession(randomId(1), { expiresAt: now + longestLifeMs + 1 })])
    expect(of('far-expiry')).toMatchObject({ count: 1, filter: { expiresAfter: now + longestLifeMs } })
    expect((await judge([makeSession(randomId(1), { expiresAt: now + longestLifeMs })])).ids).toEqual([])
  })

  it('find the same person many times over, per source', async () => {
    const many = (count: number, source: string) =>
      Array.from({ length: count }, (_, index) => makeSession(randomId(index), { source }))
    expect((await judge(many(sessionsEach, 'sess'))).ids).toEqual([])
    expect((await judge([...many(15, 'sess'), ...many(15, 'shop')])).ids).toEqual([])
    expect((await judge(many(sessionsEach + 1, 'sess'))).of('crowded')?.count).toBe(sessionsEach + 1)
  })

  it('count anonymous sessions only when they are over half, and at least a hundred', async () => {
    const of = async (nobody: number, somebody: number) =>
      (
        await judge([
          ...Array.from({ length: nobody }, (_, index) => makeSession(randomId(index), { principal: null })),
          ...Array.from({ length: somebody }, (_, index) =>
            makeSession(`y${randomId(index)}`, { principal: `person ${index}` }),
          ),
        ])
      ).ids
    expect(await of(99, 0)).toEqual([])
    expect(await of(100, 100)).toEqual([])
    expect(await of(101, 100)).toEqual(['anonymous'])
  })

  it('tell of unreadable payloads', async () => {
    expect((await judge([makeSession(randomId(1), { isReadable: false, principal: null })])).ids).toEqual([
      'unreadable',
    ])
  })

  it('stand in the order of the pitfalls: no expiry, ids, size', async () => {
    const { ids } = await judge([
      makeSession('1', { expiresAt: null, sizeBytes: 5000, isReadable: false, principal: null }),
    ])
    expect(ids).toEqual(['no-expiry', 'weak-id', 'oversized', 'unreadable'])
  })
})

describe('what INFO tells', () => {
  const found = (server: Partial<ServerFacts>) => judge([], { ...healthy, ...server })
  it('warns of eviction, and is critical when memory is nearly full or keys were evicted', async () => {
    const limited = { maxMemoryBytes: 1000, usedMemoryBytes: 100, evictionPolicy: 'allkeys-lru' }
    expect((await found(limited)).of('eviction')?.severity).toBe('warning')
    expect((await found({ ...limited, usedMemoryBytes: 950 })).of('eviction')?.severity).toBe('critical')
    expect((await found({ ...limited, evictedKeys: 3 })).of('eviction')?.severity).toBe('critical')
    expect((await found({ ...limited, evictionPolicy: 'noeviction' })).ids).toEqual([])
    expect(
      (await found({ ...limited, evictionPolicy: 'noeviction', usedMemoryBytes: 950 })).of('eviction')?.severity,
    ).toBe('critical')
  })

  it('tells that nothing is kept on disk only once a snapshot was due', async () => {
    const nothing = { hasAppendOnlyFile: false, hasSnapshot: false }
    expect((await found(nothing)).of('persistence')).toMatchObject({ severity: 'info', count: null, share: null })
    const young = await found({ ...nothing, upMs: 60_000 })
    expect(young.ids).toEqual([])
    expect(young.checks.find(({ id }) => id === 'persistence')?.state).toBe('unknown')
    expect((await found({ hasFailedSave: true })).of('persistence')?.severity).toBe('critical')
  })

  it('is called unknown where it is refused, not quiet', async () => {
    const context = {
      roster: createRoster(() => now),
      now,
      readAt: now,
      snoozes: { latest: () => new Map(), version: () => 0 },
      placeOf: () => ({ prefix: '', suffix: '' }),
    }
    const { checks } = await findAll(context, { unknown: 'refused' }, handles)
    expect(checks.slice(-2)).toMatchObject([
      { state: 'unknown', reason: 'refused' },
      { state: 'unknown', reason: 'refused' },
    ])
  })
})

describe('the list of findings', () => {
  it('is computed once a version and keeps its ETag until something changes', async () => {
    let at = now
    const roster = createRoster(() => at)
    let passes = 0
    const list = createFindingList({
      roster,
      bootId: 'boot',
      handles: () => handles,
      freshness: () => ({ state: 'live', since: now, asOf: now, scanned: 0, estimated: null, capped: 0, sources: [] }),
      stateVersion: () => 1,
      server: () => {
        passes += 1
        return { facts: [healthy] }
      },
      snoozes: { latest: () => new Map(), version: () => 0 },
      placeOf: () => ({ prefix: 'sess:', suffix: '' }),
      now: () => now,
    })
    const query = { page: 1, size: 50 }
    const before = await list.etag(query, 'viewer')
    expect(await list.read(query)).toMatchObject({ total: 0, sessions: 0 })
    expect(await list.etag(query, 'viewer')).toBe(before)
    expect(passes).toBe(1)
    roster.put(makeSession('1'), 1)
    at += 1000
    await expect.poll(() => list.etag(query, 'viewer')).not.toBe(before)
    expect((await list.read(query)).sessions).toBe(1)
  })

  it('refuses to say anything while Redis never answered', async () => {
    const list = createFindingList({
      roster: createRoster(() => now),
      bootId: 'boot',
      handles: () => null,
      freshness: () => ({
        state: 'unavailable',
        since: now,
        asOf: null,
        scanned: 0,
        estimated: null,
        capped: 0,
        sources: [],
      }),
      stateVersion: () => 1,
      server: () => ({ unknown: '' }),
      snoozes: { latest: () => new Map(), version: () => 0 },
      placeOf: () => ({ prefix: '', suffix: '' }),
      now: () => now,
    })
    await expect(list.read({ page: 1, size: 50 })).rejects.toThrow(/not answered/)
  })
})

describe('a weak id', () => {
  it.each(['abc123', '12345678901234567890123', 'deadbeef', 'user-42', ''])('is %j', (id) => {
    expect(isShortOrNumber(id, 64)).toBe(true)
  })
  it.each(['9f86d081884c7d65', 'k3J_aaZpQ-1', '0b8f7c9e-8a5d-4a55-9a53-1d0b6f1c2d3e'])('is not %j', (id) => {
    expect(isShortOrNumber(id, 64)).toBe(false)
  })
  it('has neighbours where it ends in a number', async () => {
    expect(neighboursOf('shop-42')).toEqual(['shop-41', 'shop-43'])
    expect(neighboursOf('a0')).toEqual(['a1'])
    expect(neighboursOf('a09')).toEqual(['a08', 'a10'])
    expect(neighboursOf('abc')).toEqual([])
  })
})
