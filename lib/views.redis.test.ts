import { beforeEach, describe, expect, it, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import type { AuditEntry } from '@/lib/contract/audit'
import { ViewInput } from '@/lib/contract/view'
import { createViews, mostViews, type Views } from './views'

const own = withRedis()
let views: Views
let written: Omit<AuditEntry, 'id' | 'at'>[]

beforeEach(async () => {
  written = []
  const audit = { write: async (entry: Omit<AuditEntry, 'id' | 'at'>) => void written.push(entry) }
  views = createViews({
    home: own.connection,
    audit,
    namesSession: (text) => ['abc123', 'id-of-one-session'].includes(text),
  })
})

const by = (username: string) => ({ admin: { username }, requestId: 'request', ip: '10.0.0.9' })
const vera = by('vera')
const inputOf = (input: Partial<ViewInput> & { name: string }) => ViewInput.parse(input)
const save = (input: Partial<ViewInput> & { name: string }, actor = vera) => views.save(actor, inputOf(input))
const namesOf = async (username: string) => (await views.list({ username })).rows.map(({ name }) => name)

describe('a view', () => {
  it('is kept in its own words, also with people in it, and means the same when it is read again', async () => {
    const saved = await save({ name: ' Alice, nearly out ', search: 'ttl:<300s  USER:alice', sort: 'expiresAt' })
    expect(saved).toMatchObject({
      name: 'Alice, nearly out',
      list: 'sessions',
      search: 'user:alice ttl:<5m',
      filter: { who: ['alice'], maxTtlMs: 300_000 },
      sort: 'expiresAt',
      order: 'desc',
    })
    expect((await views.list(vera.admin)).rows).toEqual([saved])
    expect(saved.view).toMatch(/^[\w-]{12}$/)
  })

  it('is its admin’s alone: others neither see nor delete it', async () => {
    const { view } = await save({ name: 'mine' })
    expect(await namesOf('olga')).toEqual([])
    await expect(views.delete(by('olga'), view)).rejects.toMatchObject({ code: 'not-found' })
    expect(await namesOf('vera')).toEqual(['mine'])
    await views.delete(vera, view)
    expect(await namesOf('vera')).toEqual([])
    await expect(views.delete(vera, view)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is forgotten with its admin', async () => {
    await save({ name: 'mine' })
    await views.forget('vera')
    expect(await namesOf('vera')).toEqual([])
  })

  it('takes the place of what had its name, and keeps its address', async () => {
    const first = await save({ name: 'large', search: 'size:>4k' })
    const second = await save({ name: 'large', search: 'size:>64k' })
    const people = await save({ name: 'large', list: 'users' })
    expect(second.view).toBe(first.view)
    expect(people.view).not.toBe(first.view)
    expect((await views.list(vera.admin)).rows.map(({ search }) => search).sort()).toEqual(['', 'size:>64k'])
  })

  it('is written down with its outcome, and nothing of its words is', async () => {
    const { view } = await save({ name: 'Private name', search: 'user:alice' })
    await views.delete(vera, view)
    await views.delete(vera, view).catch(() => undefined)
    expect(written.map(({ deed, outcome, admin }) => [deed, outcome, admin])).toEqual([
      ['view.save', 'done', 'vera'],
      ['view.delete', 'done', 'vera'],
      ['view.delete', 'refused', 'vera'],
    ])
    expect(JSON.stringify(written)).not.toMatch(/private|alice/i)
  })

  it('is only under rollcall: in the own.connection, one hash an admin', async () => {
    await save({ name: 'mine' })
    expect(await own.server.client().keys('*')).toEqual(['rollcall:views:vera'])
  })
})

describe('what is refused', () => {
  test.each([
    'abc123',
    'user:id-of-one-session',
    's:Pr1v4te-session-id_0123.c2lnbmF0dXJlLW9mLWl0',
    's%3APr1v4te-session-id_0123.c2lnbmF0dXJlLW9mLWl0',
    'connect.sid=s%3APr1v4te-session-id_0123.c2lnbmF0dXJlLW9mLWl0; Path=/',
    'sid=short-but-a-cookie',
    'a8098c1af86e11dabd1a00112444be1e',
    'status:active 5f2c8a3e-0b1d-4c5e-9f00-aabbccddeeff',
    'myapp:5f2c8a3e-0b1d-4c5e-9f00-aabbccddeeff',
    'device:a8098c1af86e11dabd1a00112444be1e',
    'source:s%3APr1v4te-session-id_0123.c2lnbmF0dXJlLW9mLWl0',
    'user:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
  ])('a search that may hold a credential: %s', async (search) => {
    const refusal = await save({ name: 'pasted', search }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'invalid', faults: [{ pointer: '/search' }] })
    expect(JSON.stringify(refusal)).not.toContain(search)
    expect(await own.server.client().exists('rollcall:views:vera')).toBe(0)
  })

  it('is no person, address or word that merely looks long', async () => {
    const search =
      'user:abc123,5f2c8a3e0b1d4c5e9f00aabb ip:2001:db8::1 wilhelmina.von.hohenzollern@example.com "safari 17.2"'
    await expect(save({ name: 'people', search })).resolves.toMatchObject({ name: 'people' })
  })

  it('a name that may be a credential', async () => {
    await expect(save({ name: 'a8098c1af86e11dabd1a00112444be1e' })).rejects.toMatchObject({
      faults: [{ pointer: '/name' }],
    })
  })

  it('a search with a fault, in the words of the language, for its list', async () => {
    await expect(save({ name: 'x', search: 'size:big' })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/search', detail: 'size: needs < or > and a number such as >4k' }],
    })
    await expect(save({ name: 'x', search: 'no:user', list: 'users' })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('one view more than there is room for, and one byte', async () => {
    for (let index = 0; index < mostViews; index += 1) await save({ name: `view ${index}` })
    await expect(save({ name: 'one more' })).rejects.toMatchObject({ code: 'conflict' })
    await save({ name: 'view 7', search: 'status:active' })
    await save({ name: 'of somebody else' }, by('olga'))
    const long = `"${'wide words '.repeat(360)}"`
    for (let index = 0; index < 16; index += 1) await save({ name: `long ${index}`, search: long }, by('tom'))
    await expect(save({ name: 'long 16', search: long }, by('tom'))).rejects.toMatchObject({ code: 'conflict' })
  })
})

it('while the home is away each call says so, the deed is written down as failed, and what was kept is there again', async () => {
  await save({ name: 'mine' })
  own.server.pause()
  try {
    await expect(views.list(vera.admin)).rejects.toMatchObject({ code: 'source-unavailable' })
    await expect(save({ name: 'second' })).rejects.toMatchObject({ code: 'source-unavailable' })
    expect(written.at(-1)).toMatchObject({ deed: 'view.save', outcome: 'failed' })
  } finally {
    own.server.resume()
  }
  await expect.poll(() => namesOf('vera').catch(() => null), { timeout: 10_000 }).toContain('mine')
})
