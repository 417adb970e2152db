import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAuthenticator } from '@/e2e/support/authenticator'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { createAdmins } from '@/lib/admin/admins'
import { createAudit } from '@/lib/audit'
import { formats } from '@/lib/formats'
import { createHistory } from '@/lib/history'
import { createLedger } from '@/lib/jobs/ledger'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createHandles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import { parseSettings } from '@/lib/settings.mjs'
import { createHandleKeeper } from './handles'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const lines = readme.split('\n').filter((line) => line.startsWith('ACL SETUSER '))
const password = 'correct horse battery staple'
const open: { close(): unknown }[] = []
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
  for (const line of lines) await server.client().call('ACL', ...line.split(' ').slice(1))
})
afterAll(async () => {
  for (const one of open.reverse()) await one.close()
  await server?.stop()
})

async function signedIn(username: string): Promise<Connection> {
  const line = lines.find((one) => one.startsWith(`ACL SETUSER ${username} `)) ?? ''
  const given = / >(\S+)/.exec(line)?.[1] ?? ''
  const connection = await connectTo(addressOf(server, { username, password: given }))
  open.push(connection)
  return connection
}

function sourceOf(connection: Connection): Source {
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  return createSource({ connection, id: 'session', name: 'session:', prefix: 'session:', ...common })
}

async function writeSession(kind: 'string' | 'hash', length: number): Promise<Buffer> {
  const key = Buffer.from(`session:${randomBytes(8).toString('hex')}`)
  const client = server.client()
  const name = 'A'.repeat(length)
  if (kind === 'string') await client.set(key, JSON.stringify({ userId: 42, name }), 'PX', 60_000)
  else await client.multi().hset(key, { user_id: '42', name }).pexpire(key, 60_000).exec()
  return key
}

test('there are four lines, and a name has one', () => {
  const names = lines.map((line) => line.split(' ')[2])
  expect(names).toEqual(['rollcall-read', 'rollcall-revoke', 'rollcall-full', 'rollcall-home'])
})

test.each([
  ['rollcall-read', { revoke: false, undo: false, extend: false, rewrite: false }],
  ['rollcall-revoke', { revoke: true, undo: false, extend: false, rewrite: false }],
  ['rollcall-full', { revoke: true, undo: true, extend: true, rewrite: true }],
])('%s reads every kind of session, follows changes, and can do what its line says', async (username, can) => {
  const connection = await signedIn(username)
  const source = sourceOf(connection)
  expect(source.can).toEqual(can)
  expect(await source.readEstimate()).toBeTypeOf('number')
  const keys = [await writeSession('string', 10), await writeSession('string', 100_000), await writeSession('hash', 10)]
  const scanned: Buffer[] = []
  for await (const batch of source.scan(new AbortController().signal)) scanned.push(...batch)
  expect(scanned.map(String)).toEqual(expect.arrayContaining(keys.map(String)))
  for (const session of await source.read(keys)) expect(session).toMatchObject({ isReadable: true })

  const changed: string[] = []
  const stop = connection.watch(['session:'], (change) => {
    if (change !== 'everything') changed.push(...change.keys.map(String))
  })
  await until('changes are told', () => connection.feed() === 'tracking')
  const key = await writeSession('string', 10)
  await until('this change is told', () => changed.includes(String(key)))
  stop()
})

test('with rollcall-revoke a session ends, with rollcall-read it cannot', async () => {
  const key = await writeSession('string', 10)
  expect(await sourceOf(await signedIn('rollcall-read')).remove(key)).toHaveProperty('denied')
  expect(await sourceOf(await signedIn('rollcall-revoke')).remove(key)).toBe('done')
})

test('with rollcall-full sessions of both types end, come back, are rewritten and extended, and no command is missing', async () => {
  const connection = await signedIn('rollcall-full')
  const source = sourceOf(connection)
  expect(connection.missing()).toEqual([])
  for (const kind of ['string', 'hash'] as const) {
    const key = await writeSession(kind, 10)
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    expect(await source.remove(key)).toBe('done')
    expect(await source.restore(backup)).toBe('done')
    expect(await source.restore(backup)).toBe('conflict')
    expect(await source.expire(key, connection.now() + 120_000)).toBe('done')
  }
  const key = await writeSession('string', 10)
  const stored = await source.readOne(key)
  if (stored === null) throw new Error('Not read')
  const rewrite = { type: 'string', bytes: Buffer.from('{"userId":43}') } as const
  expect(await source.replace(stored.raw, rewrite)).toBe('done')
})

test('with rollcall-home admins sign in and out, are ended, made and changed, and have a second factor, tokens come and go, guesses are throttled, deeds are audited, and the secret is kept', async () => {
  const home = await signedIn('rollcall-home')
  const faults: string[] = []
  const log = { ...silent, warn: (event: string) => void faults.push(event) }
  const { settings } = parseSettings({ ROLLCALL_IDLE_MS: '4000' }, () => '')
  if (settings === null) throw new Error('The settings are refused')
  const audit = createAudit({ home, log, chain: 'boot' })
  const announced: string[] = []
  const announce = (text: string) => announced.push(text)
  const handles = createHandleKeeper({ home, secret: null, log })
  handles.start()
  open.push(handles)
  const admins = createAdmins({ settings, home, sealer: handles.get, log, audit, announce })
  admins.start()
  open.push(admins)
  await until('the secret is kept', () => handles.find() !== null)
  await until('a password was made', () => announced.length === 1)
  await until('changes are told', () => home.feed() === 'tracking')

  const caller = { ip: '127.0.0.1', requestId: 'request', earlierId: null }
  for (let guess = 0; guess < 7; guess += 1) {
    const code = guess < 6 ? 'unauthenticated' : 'too-many'
    await expect(admins.signIn({ username: 'nobody', password, ...caller })).rejects.toMatchObject({ code })
  }
  const made = /Password +(\S+)/.exec(announced[0] ?? '')?.[1] ?? ''
  const id = await admins.signIn({ username: 'admin', password: made, ...caller })
  const before = (await admins.find(id, { isPoll: true }))?.idleExpiresAt ?? 0
  await until('the idle end slides', async () => {
    return ((await admins.find(id, { isPoll: false }))?.idleExpiresAt ?? 0) > before + 1200
  })
  const other = await admins.signIn({ username: 'admin', password: made, ...caller })
  const times = { idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 }
  const who = { username: 'admin', role: 'admin', ...times } as const
  const { rows } = await admins.consoles.list(id)
  const handle = rows.find(({ isYou }) => !isYou)?.handle ?? ''
  expect(await admins.consoles.end({ admin: who, ...caller }, handle, id)).toMatchObject({ outcome: 'done' })
  expect(await admins.find(other, { isPoll: true })).toBeNull()
  const olga = await admins.accounts.create({ admin: who, ...caller }, { name: 'olga', role: 'viewer', password })
  const change = { isDisabled: true }
  expect(await admins.accounts.change({ admin: who, ...caller }, olga.admin.admin, change)).toMatchObject({
    admin: { isDisabled: true },
  })
  const { secret: shared, enrolment } = await admins.own.offerFactor({ admin: who, ...caller }, { password: made })
  const code = readAuthenticator(shared, home.now())
  const [recovery = ''] = await admins.own.confirmFactor({ admin: who, ...caller }, { enrolment, code })
  await admins.own.removeFactor({ admin: who, ...caller }, { password: made, code: recovery })
  await admins.signOut(id, caller)
  expect(await admins.find(id, { isPoll: true })).toBeNull()

  const day = { role: 'operator', expiresInMs: 86_400_000 } as const
  const { secret } = await admins.tokens.create({ admin: who, ...caller }, { name: 'nightly', ...day })
  expect(await admins.findToken(secret, '10.0.0.1')).toMatchObject({ role: 'operator' })
  await until('its use is kept', async () => (await server.client().hlen('rollcall:tokens:used')) === 1)
  expect(await admins.tokens.revoke({ admin: who, ...caller }, 'nightly')).toMatchObject({ outcome: 'done' })
  expect(await admins.findToken(secret, '10.0.0.1')).toBeNull()

  const about = { principal: null, outcome: null, reason: null, requestId: 'request', ip: null }
  await audit.write({ phase: 'intent', deed: 'session.revoke', admin: 'admin', handle: 'h', ...about })
  expect(await audit.readFor('h', 1)).toHaveLength(1)
  expect(faults).toEqual([])
})

test('with rollcall-home jobs and the history are kept, and no command is missing', async () => {
  const home = await signedIn('rollcall-home')
  const refused: unknown[] = []
  const log = {
    ...silent,
    warn: (...told: unknown[]) => void refused.push(told),
    debug: (...told: unknown[]) => void refused.push(told),
  }
  const ledger = createLedger({ home, log, handles: () => createHandles(Buffer.from('a secret')) })
  const counts = { total: 1, done: 1, gone: 0, refused: 0, failed: 0, unknown: 0 }
  const begun = { job: 'one', deed: 'revoke', state: 'done', admin: 'olga', reason: null, byMs: null } as const
  const rest = {
    isSecurity: false,
    isEverywhere: false,
    endedAt: 2,
    perSecond: null,
    undoUntil: null,
    undone: null,
    note: null,
  }
  expect(await ledger.claim('one', 'runner')).toBe(true)
  await ledger.save({ ...begun, ...counts, ...rest, startedAt: 1, aliveAt: 1 })
  await ledger.addItems('one', [{ source: 'session', key: 'session:a', format: 'plain', principal: null }])
  await ledger.begin('one', 0, 1)
  await ledger.addOutcomes('one', 0, [{ outcome: 'done', reason: null }])
  expect((await ledger.readJobs()).map(({ job }) => job)).toEqual(['one'])
  for await (const { outcome } of ledger.readItems('one')) expect(outcome).toBe('done')
  await ledger.renew('one')
  await ledger.release('one')
  const ask = { deed: 'stop', username: 'olga', requestId: 'r', ip: null } as const
  await ledger.ask('one', ask)
  expect(await ledger.hear('one')).toEqual(ask)
  expect(await ledger.withdraw('one')).toBe(false)
  await ledger.prune(home.now())
  let clock = Math.floor(home.now() / 60_000) * 60_000 + 59_000
  const flow = { arrived: 0, expired: 0, ended: 0, revoked: 0, cameBack: 0 }
  const history = createHistory({ home: { ...home, now: () => clock }, log, look: () => ({ total: 1, ...flow }) })
  open.push(history)
  history.start()
  await until('the history was read', () => history.version() === 1)
  clock += 60_000
  await until('a minute is written', async () => (await server.client().xlen('rollcall:history')) === 1)
  expect(refused).toEqual([])
})

test('with rollcall-home nobody reads a session', async () => {
  const key = await writeSession('string', 10)
  const { client } = await signedIn('rollcall-home')
  await expect(client.get(key)).rejects.toThrow(/NOPERM/)
})
