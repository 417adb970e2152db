import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import { startRedis, until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import type { AuditEntry } from '@/lib/contract/audit'
import type { Role } from '@/lib/contract/login'
import { formats } from '@/lib/formats'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import type { Source } from '@/lib/session/source'
import type { ActionContext, Actor, Target } from './context'
import { extend } from './extend'
import { inspect } from './inspect'
import { recall } from './recall'
import { restore } from './restore'
import { reveal } from './reveal'
import { revoke } from './revoke'
import { createUndoShelf, undoMs } from './undo'
import { createUpheld } from './uphold'

const alice = '{"userId":42,"name":"Alice"}'
const express =
  '{"cookie":{"originalMaxAge":60000,"expires":"2026-01-01T00:00:00.000Z","httpOnly":true,"path":"/"},"user":"alice"}'

const own = withRedis()
let source: Source
let entries: Omit<AuditEntry, 'id' | 'at'>[] = []
let offsetMs = 0

beforeAll(async () => {
  source = makeSource(own.connection)
})
beforeEach(() => {
  entries = []
  offsetMs = 0
  context = makeContext()
})
// What one test revoked must not be ended in the next.
afterEach(() => context.guard.close())

function makeSource(line: Connection): Source {
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  return createSource({ connection: line, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
}

let context: ActionContext

function makeContext(): ActionContext {
  const roster = createRoster()
  const audit: ActionContext['audit'] = {
    keep: async () => true,
    write: async (entry) => void entries.push(entry),
    readFor: async () => [],
    count: () => entries.length,
  }
  return {
    roster,
    audit,
    undo: createUndoShelf(),
    upheld: createUpheld(),
    guard: makeGuard({ source, connection: own.connection, roster, audit }),
    log: silent,
    isReadOnly: false,
    now: () => own.connection.now() + offsetMs,
    changed: () => {},
    refresh: async () => {},
  }
}

function actor(role: Role): Actor {
  const admin = { username: 'olga', role, idleExpiresAt: 0, absoluteExpiresAt: 0 }
  return { admin, requestId: 'request-1', ip: null }
}
const operator = actor('operator')
const target = (name: string, of = source): Target => ({
  handle: `handle-${name}`,
  source: of,
  key: Buffer.from(`sess:${name}`),
})

const deeds: [string, (who: Actor, of: Target) => Promise<unknown>][] = [
  ['revoke', (who, of) => revoke(context, who, of)],
  ['restore', (who, of) => restore(context, who, of)],
  ['extend', (who, of) => extend(context, who, of, { byMs: 1000 })],
]

it('what an extend promised is extended again after a failover that lost it, and the audit says so', async () => {
  const client = own.server.client()
  const endOf = (name: string) => client.pexpiretime(`sess:${name}`)
  await client.set('sess:lost', alice, 'PX', 60_000)
  await client.set('sess:kept', alice, 'PX', 60_000)
  const before = await endOf('lost')
  await extend(context, operator, target('lost'), { byMs: 600_000 })
  await extend(context, operator, target('kept'), { byMs: 600_000 })
  const promised = await endOf('lost')
  // As it stands at a primary that the extension had not come to.
  await client.pexpireat('sess:lost', before)
  entries = []
  await context.upheld.check(context, (id) => id === 'another')
  expect(await endOf('lost')).toBe(before)
  await context.upheld.check(context, (id) => id === 'sess')
  expect(await endOf('lost')).toBe(promised)
  expect(entries).toMatchObject([
    { handle: 'handle-lost', phase: 'outcome', outcome: 'done', reason: expect.stringContaining('done again') },
  ])
})

describe('every deed', () => {
  it.each(deeds)('%s is refused to a viewer, changes nothing, and the denial is audited', async (_, run) => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    await expect(run(actor('viewer'), target('a'))).rejects.toMatchObject({ code: 'forbidden' })
    expect(await own.server.client().exists('sess:a')).toBe(1)
    expect(entries).toMatchObject([{ outcome: 'denied', handle: 'handle-a' }])
  })

  it.each(deeds)('%s is refused to everybody on a read-only console', async (_, run) => {
    const readOnly = Object.assign(context, { isReadOnly: true })
    await expect(run(actor('admin'), target('a')).finally(() => (readOnly.isReadOnly = false))).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it.each(deeds.filter(([name]) => name !== 'restore'))(
    '%s that could not be sent fails at once and is not done later',
    async (_, run) => {
      const own = await startRedis()
      const line = await connectTo(addressOf(own))
      await own.kill()
      await until('Redis is seen to be down', () => line.health().state === 'down')
      await expect(run(operator, target('a', makeSource(line)))).rejects.toMatchObject({ code: 'source-unavailable' })
      expect(entries.at(-1)).not.toMatchObject({ outcome: 'done' })
      await line.close()
      await own.stop()
    },
  )
})

it('an undo that is refused leaves the session guarded', async () => {
  const body = '{"userId":42,"csrfToken":"q8Zt-pW4kLm29xAa"}'
  await own.server.client().set('sess:a', body, 'PX', 60_000)
  const refusing = target('a', { ...source, can: source.can, restore: async () => ({ denied: 'no memory' }) })
  await revoke(context, operator, refusing)
  expect(await restore(context, operator, refusing)).toMatchObject({ outcome: 'refused' })
  expect(context.guard.find('sess', refusing.key)).not.toBeNull()
  await until('the feed is armed', () => own.connection.feed() === 'tracking')
  await own.server.client().set('sess:a', body, 'PX', 60_000)
  await until('it is gone', async () => (await own.server.client().exists('sess:a')) === 0)
})

describe('revoke', () => {
  it('removes the key, and writes the intent before and the outcome after', async () => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    expect(await revoke(context, operator, target('a'))).toMatchObject({ outcome: 'done', reason: null })
    expect(await own.server.client().exists('sess:a')).toBe(0)
    expect(entries).toMatchObject([
      { phase: 'intent', deed: 'session.revoke', admin: 'olga', principal: '42' },
      { phase: 'outcome', outcome: 'done', requestId: 'request-1' },
    ])
  })

  it('says already gone of a key that is not there', async () => {
    expect(await revoke(context, operator, target('none'))).toMatchObject({ outcome: 'already-gone', undoUntil: null })
  })

  it('holds: what a request under way saves again is ended again, until an undo', async () => {
    const client = own.server.client()
    const mine = JSON.stringify({ ...JSON.parse(alice), csrfToken: 'a1b2c3d4e5f6' })
    await client.set('sess:held', mine, 'PX', 60_000)
    await revoke(context, operator, target('held'))
    await until('the feed is armed', () => own.connection.feed() === 'tracking')
    await client.set('sess:held', mine, 'PX', 60_000)
    await until('it is gone', async () => (await client.exists('sess:held')) === 0)
    await until('it is counted', () => context.guard.tally().returns === 1)
    expect(await recall(context, operator, target('held'))).toMatchObject({ guard: { returns: 1, isShort: false } })
    expect(entries.filter(({ deed }) => deed === 'guard.end')).toMatchObject([{ outcome: 'done', admin: null }])

    expect(await restore(context, operator, target('held'))).toMatchObject({ outcome: 'done' })
    await client.set('sess:held', mine, 'PX', 60_000)
    expect(await recall(context, operator, target('held'))).toMatchObject({ guard: null })
  })

  it('leaves the neighbours alone, whatever characters the key has', async () => {
    const neighbours = ['sess:*', 'sess:a*', 'sess:[a]', 'sess:ab', 'other']
    for (const key of [...neighbours, 'sess:?']) await own.server.client().set(key, alice)
    await revoke(context, operator, target('?'))
    const left = (await own.server.client().keys('*')).filter((key) => !key.startsWith('rollcall:'))
    expect(left.sort()).toEqual([...neighbours].sort())
  })
})

describe('restore', () => {
  it.each([
    ['a string', () => own.server.client().set('sess:a', alice, 'PX', 60_000)],
    ['a hash', () => own.server.client().hset('sess:a', { userId: '42', name: 'Alice' })],
    ['a value of any bytes', () => own.server.client().set('sess:a', Buffer.from([0, 255, 10, 44]), 'PX', 60_000)],
  ])('brings %s back byte for byte with its original end', async (_, make) => {
    await make()
    const before = await own.server.client().dumpBuffer('sess:a')
    const endsAt = await own.server.client().pexpiretime('sess:a')
    await revoke(context, operator, target('a'))
    expect(await restore(context, operator, target('a'))).toEqual({ outcome: 'done', reason: null })
    expect(await own.server.client().dumpBuffer('sess:a')).toEqual(before)
    expect(await own.server.client().pexpiretime('sess:a')).toBe(endsAt)
  })

  it('works once, also when asked twice at the same moment', async () => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    await revoke(context, operator, target('a'))
    const results = await Promise.allSettled([
      restore(context, operator, target('a')),
      restore(context, operator, target('a')),
    ])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('brings back what was there at the end, also where it was saved a moment before', async () => {
    await own.server.client().set('sess:a', express, 'PX', 60_000)
    const saved = express.replace('"alice"', '"alice","save":1')
    const racing: Source = {
      ...source,
      async readOne(key) {
        const stored = await source.readOne(key)
        await own.server.client().set(key, saved, 'PX', 60_000)
        return stored
      },
    }
    await revoke(context, operator, target('a', racing))
    await restore(context, operator, target('a', racing))
    expect(await own.server.client().get('sess:a')).toBe(saved)
  })

  it('is over after the undo window', async () => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    await revoke(context, operator, target('a'))
    offsetMs = undoMs + 1
    await expect(restore(context, operator, target('a'))).rejects.toMatchObject({ code: 'undo-over' })
    expect(await own.server.client().exists('sess:a')).toBe(0)
  })
})

describe('extend', () => {
  it('makes a connect-redis session last at its next request: the cookie`s age and the TTL, nothing else', async () => {
    await own.server.client().set('sess:a', express, 'PX', 60_000)
    const before = await own.server.client().pexpiretime('sess:a')
    const answer = await extend(context, operator, target('a'), { byMs: 3_600_000 })
    expect(answer).toMatchObject({ outcome: 'done', expiresAt: before + 3_600_000 })
    expect(answer.notReached).toContain('browser-cookie')
    expect(await own.server.client().pexpiretime('sess:a')).toBe(before + 3_600_000)
    const payload = JSON.parse((await own.server.client().get('sess:a')) ?? '')
    expect(payload.cookie.originalMaxAge).toBeGreaterThan(before + 3_600_000 - Date.now() - 1000)
    expect(payload).toMatchObject({ user: 'alice', cookie: { httpOnly: true, path: '/' } })
  })

  it('refuses an end that is not later, and a session without one, and changes nothing', async () => {
    await own.server.client().set('sess:a', express, 'PX', 60_000)
    const before = [await own.server.client().get('sess:a'), await own.server.client().pexpiretime('sess:a')]
    for (const untilAt of [0, Date.now(), Date.now() + 1000]) {
      expect(await extend(context, operator, target('a'), { untilAt })).toMatchObject({ outcome: 'refused' })
    }
    expect([await own.server.client().get('sess:a'), await own.server.client().pexpiretime('sess:a')]).toEqual(before)
    await own.server.client().persist('sess:a')
    expect(await extend(context, operator, target('a'), { byMs: 1000 })).toMatchObject({ outcome: 'refused' })
    expect(await own.server.client().pttl('sess:a')).toBe(-1)
  })

  it('goes no further than the last moment that a date can hold', async () => {
    await own.server.client().set('sess:a', express)
    await own.server.client().pexpireat('sess:a', 8.64e15 - 500)
    expect(await extend(context, operator, target('a'), { byMs: 60_000 })).toMatchObject({
      outcome: 'done',
      expiresAt: 8.64e15,
    })
    expect(await extend(context, operator, target('a'), { byMs: 60_000 })).toMatchObject({ outcome: 'refused' })
    expect(await own.server.client().pexpiretime('sess:a')).toBe(8.64e15)
  })

  it('refuses a session whose end is taken away between the reading and the writing', async () => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    const racing: Source = {
      ...source,
      async expire(key, untilAt) {
        await own.server.client().persist('sess:a')
        return source.expire(key, untilAt)
      },
    }
    expect(await extend(context, operator, target('a', racing), { byMs: 1000 })).toMatchObject({ outcome: 'refused' })
    expect(await own.server.client().pttl('sess:a')).toBe(-1)
  })

  it.each([
    ['payload', express],
    ['TTL alone', alice],
  ])('tells the roster what Redis holds then, without reading it again: %s', async (_, body) => {
    await own.server.client().set('sess:a', body, 'PX', 60_000)
    const told: unknown[] = []
    const refresh: ActionContext['refresh'] = async (_, known) => void told.push(known)
    await extend({ ...context, refresh }, operator, target('a'), { byMs: 600_000 })
    expect(told).toEqual(await source.read([target('a').key]))
  })

  it('never overwrites what the application saves meanwhile', async () => {
    await own.server.client().set('sess:a', express, 'PX', 60_000)
    let isSaving = true
    const application = (async () => {
      for (let save = 0; isSaving; save += 1) {
        await own.server.client().set('sess:a', express.replace('"alice"', `"alice","save":${save}`), 'PX', 60_000)
      }
      return own.server.client().get('sess:a')
    })()
    await extend(context, operator, target('a'), { byMs: 3_600_000 })
    isSaving = false
    const last = await application
    const now = await own.server.client().get('sess:a')
    const saveOf = (text: string | null) => JSON.parse(text ?? '{}').save
    expect(saveOf(now)).toBe(saveOf(last))
  })
})

describe('inspect', () => {
  it('shows the payload masked, tells what may be done, and never the key', async () => {
    await own.server.client().set('sess:the-secret-id', '{"user":"bo","token":"canary","n":1}', 'PX', 60_000)
    const detail = await inspect(context, operator, target('the-secret-id'))
    expect(detail.payload).toEqual({ user: 'bo', token: { masked: true }, n: 1 })
    expect(detail.can).toEqual({ revoke: true, extend: true, reveal: false })
    expect(JSON.stringify({ ...detail, handle: '' })).not.toMatch(/canary|the-secret-id/)
  })

  it('hides the session’s own id inside of its payload', async () => {
    const id = 'canary-0123456789abcdef'
    await own.server.client().set(`sess:${id}`, JSON.stringify({ id, userId: 42, back: `/carts/${id}` }), 'PX', 60_000)
    expect(JSON.stringify(await inspect(context, operator, { ...target(id), handle: 'h' }))).not.toContain(id)
  })

  it('tells what was done to it only to those who may read the audit', async () => {
    await own.server.client().set('sess:a', alice, 'PX', 60_000)
    const entry: AuditEntry = {
      ...{ id: '1', at: 1, phase: 'outcome', deed: 'session.extend', admin: 'olga', handle: 'a', principal: null },
      ...{ outcome: 'done', reason: null, requestId: 'request', ip: null },
    }
    const audited = { ...context, audit: { ...context.audit, readFor: async () => [entry] } }
    const told = { at: 1, deed: 'session.extend', admin: 'olga', outcome: 'done' }
    expect((await inspect(audited, operator, target('a'))).history).toEqual([told])
    expect((await inspect(audited, actor('viewer'), target('a'))).history).toEqual([])
  })

  it('is not found once the session is gone', async () => {
    await expect(inspect(context, operator, target('none'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('reveal', () => {
  const id = 'canary-id-0123456789'
  const hidden = { user: 'bo', card: '4111 1111', token: 'canary-token', hash: Buffer.from(id).toString('hex') }
  const fresh = (role: Role = 'admin', ago = 1_000): Actor => ({
    ...actor(role),
    admin: { ...actor(role).admin, signedInAt: context.now() - ago },
  })
  const kept: Omit<AuditEntry, 'id' | 'at'>[] = []
  const keeping = (keeps = true): ActionContext => {
    const keep = async (entry: Omit<AuditEntry, 'id' | 'at'>) => {
      kept.push(entry)
      return keeps
    }
    return { ...context, audit: { ...context.audit, keep } }
  }
  beforeEach(async () => {
    kept.length = 0
    await own.server.client().set(`sess:${id}`, JSON.stringify(hidden), 'PX', 60_000)
  })
  const ask = (who: Actor, pointer = '/card', where = keeping()) => reveal(where, who, target(id), { pointer })

  it('shows an admin the one value, and the audit has the field and not the value', async () => {
    const detail = await inspect(context, fresh(), target(id))
    expect(detail).toMatchObject({ can: { reveal: true }, revealable: ['/card'], payload: { card: { masked: true } } })
    expect(await ask(fresh())).toMatchObject({ value: '4111 1111' })
    expect(kept).toMatchObject([
      { deed: 'session.reveal', outcome: 'done', admin: 'olga', handle: `handle-${id}`, reason: 'The field /card' },
    ])
    expect(JSON.stringify(kept)).not.toContain('4111')
  })

  it('is for admins: others are not told what may be revealed, and the denial is audited', async () => {
    const detail = await inspect(context, fresh('operator'), target(id))
    expect(detail).toMatchObject({ can: { reveal: false }, revealable: [] })
    await expect(ask(fresh('operator'))).rejects.toMatchObject({ code: 'forbidden' })
    expect(entries).toMatchObject([{ deed: 'session.reveal', outcome: 'denied' }])
  })

  it.each([
    ['more than ten minutes ago', 10 * 60_000],
    ['at a time that is still to come', -60_000],
  ])('wants the password of now: not one given %s', async (_, ago) => {
    await expect(ask(fresh('admin', ago))).rejects.toMatchObject({ code: 'reauth-required' })
    expect(entries).toMatchObject([{ deed: 'session.reveal', outcome: 'denied' }])
  })

  it('is not for a token, which gave no password', async () => {
    await expect(ask(actor('admin'))).rejects.toMatchObject({ code: 'reauth-required' })
  })

  it.each(['/token', '/hash', '/user', '/nope', '', '/'])(
    'never shows what is no hidden value, or a credential: %j',
    async (pointer) => {
      await expect(ask(fresh(), pointer)).rejects.toMatchObject({ code: 'not-found' })
      expect(kept).toEqual([])
    },
  )

  it('shows nothing that the audit did not take', async () => {
    await expect(ask(fresh(), '/card', keeping(false))).rejects.toMatchObject({ code: 'source-unavailable' })
  })

  it('is possible where the console may only read', async () => {
    expect(await ask(fresh(), '/card', { ...keeping(), isReadOnly: true })).toMatchObject({ value: '4111 1111' })
  })
})
