import { describe, expect, it } from 'vitest'
import type { Session } from '@/lib/session/session'
import { createRoster } from './roster'

const now = 1_800_000_000_000
const minute = 60_000

function makeSession(name: string, over: Partial<Session> = {}): Session {
  return {
    key: Buffer.from(name, 'latin1'),
    source: 'sess',
    format: 'plain',
    principal: '42',
    label: 'Alice',
    createdAt: now - minute,
    lastSeenAt: null,
    expiresAt: now + 30 * minute,
    sizeBytes: 31,
    companionBytes: 0,
    ip: '192.0.2.1',
    device: 'Chrome on Windows',
    isReadable: true,
    isTruncated: false,
    secretNames: null,
    ...over,
  }
}

/** A roster on a clock that the test turns. */
function setUp() {
  let clock = now
  const roster = createRoster(() => clock)
  const pass = (ms: number) => {
    clock += ms
    roster.tick(clock)
  }
  roster.tick(now)
  return { roster, pass }
}

describe('the roster', () => {
  it('gives back every fact of a session as it was put', () => {
    const { roster } = setUp()
    const session = makeSession('sess:a', { label: null, createdAt: null, isTruncated: true })
    roster.put(session, 1)
    expect(roster.find('sess', session.key)).toEqual(session)
  })

  it('lets many that end at once leave in slices, and all of them soon', () => {
    const { roster } = setUp()
    for (let index = 0; index < 12_000; index += 1) roster.put(makeSession(`sess:${index}`), 1)
    const after = now + 31 * minute
    const left: number[] = []
    while (roster.tick(after)) left.push(roster.count())
    expect(left.length).toBeGreaterThan(1)
    expect(roster.count()).toBe(0)
  })

  it('takes no more than it has room for, and says so', () => {
    const roster = createRoster(() => now, undefined, 2)
    expect(roster.put(makeSession('sess:a'), 1)).toBe(true)
    expect(roster.put(makeSession('sess:b'), 1)).toBe(true)
    expect(roster.put(makeSession('sess:c'), 1)).toBe(false)
    expect(roster.put(makeSession('sess:a', { principal: '7' }), 1)).toBe(true)
    expect(roster.drop('sess', Buffer.from('sess:b'), { cause: 'ended', at: now })).toBe(true)
    expect(roster.put(makeSession('sess:c'), 1)).toBe(true)
    expect(roster.count()).toBe(2)
  })

  it('keeps keys of any bytes apart', () => {
    const { roster } = setUp()
    const keys = ['sess:\x00', 'sess:\xff', 'sess:,', 'sess:\r\n', 'sess:\xc3\xa9']
    for (const key of keys) roster.put(makeSession(key), 1)
    expect(roster.count('sess')).toBe(keys.length)
    for (const key of keys) expect(roster.find('sess', Buffer.from(key, 'latin1'))?.key.toString('latin1')).toBe(key)
  })

  it('keeps its version while a session is read again unchanged, and counts the reading', () => {
    const { roster, pass } = setUp()
    const session = makeSession('sess:a')
    roster.put(session, 1)
    roster.publish()
    const version = roster.version()
    const revision = roster.revision('sess', session.key) ?? 0
    roster.put(makeSession('sess:a'), 2)
    pass(1000)
    expect(roster.version()).toBe(version)
    expect(roster.revision('sess', session.key)).toBe(revision + 1)
  })

  it.each([
    ['its size', { sizeBytes: 32 }],
    ['its person', { principal: '43' }],
    ['its end', { expiresAt: now + 31 * minute }],
    ['its readability', { isReadable: false }],
  ])('raises its version when a session changes %s', (_, change) => {
    const { roster, pass } = setUp()
    roster.put(makeSession('sess:a'), 1)
    pass(1000)
    const version = roster.version()
    roster.put(makeSession('sess:a', change), 1)
    pass(1000)
    expect(roster.version()).toBeGreaterThan(version)
  })

  it('lets a session go when its time is over, without being told', () => {
    const { roster, pass } = setUp()
    roster.put(makeSession('sess:a', { expiresAt: now + 1000 }), 1)
    roster.put(makeSession('sess:b', { expiresAt: null }), 1)
    pass(999)
    expect(roster.count()).toBe(2)
    const version = roster.version()
    pass(1)
    expect(roster.count()).toBe(1)
    pass(1000)
    expect(roster.version()).toBeGreaterThan(version)
    expect(roster.find('sess', Buffer.from('sess:b'))).not.toBeNull()
  })

  it('raises its version when a session turns expiring by the clock alone', () => {
    const { roster, pass } = setUp()
    roster.put(makeSession('sess:a', { expiresAt: now + 5 * minute + 2000 }), 1)
    pass(1000)
    const version = roster.version()
    pass(900)
    expect(roster.version()).toBe(version)
    pass(200)
    pass(1000)
    expect(roster.version()).toBeGreaterThan(version)
  })

  it('follows an end that was moved, in either direction', () => {
    const { roster, pass } = setUp()
    roster.put(makeSession('sess:a', { expiresAt: now + 1000 }), 1)
    roster.put(makeSession('sess:a', { expiresAt: now + 60 * minute }), 1)
    roster.put(makeSession('sess:b', { expiresAt: now + 60 * minute }), 1)
    roster.put(makeSession('sess:b', { expiresAt: now + 2000 }), 1)
    pass(1500)
    expect(roster.count()).toBe(2)
    pass(1000)
    expect(roster.find('sess', Buffer.from('sess:b'))).toBeNull()
    expect(roster.find('sess', Buffer.from('sess:a'))).not.toBeNull()
  })

  it('drops what a complete scan did not see, of that source only', () => {
    const { roster } = setUp()
    roster.put(makeSession('sess:a'), 1)
    roster.put(makeSession('sess:b'), 1)
    roster.put(makeSession('session:c', { source: 'session' }), 1)
    roster.put(makeSession('sess:a'), 2)
    expect(roster.dropUnseen('sess', 2, now)).toBe(1)
    expect(roster.count('sess')).toBe(1)
    expect(roster.count('session')).toBe(1)
  })

  it('forgets texts that nobody has any more and reuses slots without mixing sessions up', () => {
    const { roster } = setUp()
    for (let round = 0; round < 50; round += 1) {
      for (let index = 0; index < 100; index += 1)
        roster.put(makeSession(`sess:${index}`, { label: `p${round}-${index}` }), 1)
      for (let index = 0; index < 100; index += 1)
        roster.drop('sess', Buffer.from(`sess:${index}`), { cause: 'ended', at: now })
    }
    expect(roster.count()).toBe(0)
    expect(roster.columns.end).toBeLessThanOrEqual(100)
    expect(roster.columns.texts.label.end).toBeLessThanOrEqual(102)
    roster.put(makeSession('sess:new', { label: null, principal: null }), 1)
    expect(roster.find('sess', Buffer.from('sess:new'))).toMatchObject({ label: null, principal: null })
  })

  it('grows past its first capacity with every fact intact', () => {
    const { roster } = setUp()
    for (let index = 0; index < 5000; index += 1) roster.put(makeSession(`sess:${index}`, { sizeBytes: index }), 1)
    expect(roster.find('sess', Buffer.from('sess:4321'))?.sizeBytes).toBe(4321)
    expect(roster.find('sess', Buffer.from('sess:7'))?.sizeBytes).toBe(7)
  })
})

it('forgets what a source no longer watches, and none of it has ended', () => {
  const { roster } = setUp()
  for (const name of ['sess:a', 'sess:admin:b']) roster.put(makeSession(name), 1)
  expect(roster.forget('sess', 'sess:admin:')).toBe(1)
  expect(roster.count()).toBe(1)
  expect(roster.find('sess', Buffer.from('sess:a'))).not.toBeNull()
  expect(roster.ends.minute(Math.floor(now / minute) * minute)).toMatchObject({ ended: 0, expired: 0, revoked: 0 })
})
