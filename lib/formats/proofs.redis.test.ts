import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { App, Person, StartApp } from '@/e2e/support/apps/app'
import { apps } from '@/e2e/support/apps/apps'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { extendOne } from '@/lib/actions/extend'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'

const person: Person = { id: 'u-4711', name: 'Zoë Größe' }
const hourMs = 3_600_000
let server: RedisServer
let connection: Connection

beforeAll(async () => {
  server = await startRedis()
  connection = await connectTo(addressOf(server))
})
afterAll(async () => {
  await connection?.close()
  await server?.stop()
})

describe.each(Object.entries<StartApp>(apps))('%s, the real framework', (_, start) => {
  let app: App
  let source: Source
  beforeAll(async () => {
    app = await start(server.url, { maxAgeMs: hourMs })
    const common = {
      name: app.name,
      siblings: () => [],
      pinnedFormat: null,
      isReadOnly: false,
      origin: 'configured' as const,
    }
    source = createSource({ connection, id: 'app', prefix: app.prefix, formats, ...common })
  })
  afterAll(() => app?.stop())
  beforeEach(() => server.client().flushall())

  const keys = () => server.client().keys('*')

  async function findKey(): Promise<Buffer> {
    const found: Buffer[] = []
    for await (const batch of source.scan(new AbortController().signal)) found.push(...batch)
    const own = found.filter((key) => app.isSession(String(key)))
    expect(own).toHaveLength(1)
    return own[0] ?? Buffer.alloc(0)
  }

  test('is shown with its person and its format', async () => {
    await app.signIn(person)
    const [session] = await source.read([await findKey()])
    const { principal, label } = app.tells(person)
    expect(session).toMatchObject({ format: app.formatId, principal, isReadable: true })
    // A record beside the session may tell the name that the session does not.
    if (label !== null) expect(session).toMatchObject({ label })
  })

  test('after one revoke the next request is a stranger’s, and no key names the session any more', async () => {
    const jar = await app.signIn(person)
    const key = await findKey()
    expect(await source.remove(key)).toBe('done')
    const id = String(key).slice(app.prefix.length)
    for (const other of await keys()) {
      const value = await server.client().call('DUMP', other)
      expect(`${other} ${String(value)}`).not.toContain(id)
    }
    expect(await app.whoAmI(jar)).toBeNull()
  })

  test('after an undo the browser is signed in again', async () => {
    const jar = await app.signIn(person)
    const key = await findKey()
    const backup = await source.backUp(key)
    if (backup === null) throw new Error('No backup')
    const before = (await keys()).sort()
    expect(await source.remove(key, backup)).toBe('done')
    expect(await source.restore(backup)).toBe('done')
    expect((await keys()).sort()).toEqual(before)
    expect(await app.whoAmI(jar)).toEqual(person)
  })

  test('an extension survives the next request, or says that it does not', async () => {
    const jar = await app.signIn(person)
    const key = await findKey()
    const untilAt = connection.now() + 3 * hourMs
    const answer = await extendOne({ source, key }, { untilAt }, () => null)
    expect(answer.outcome).toBe('done')
    expect(await app.whoAmI(jar)).toEqual(person)
    const [session] = await source.read([key])
    if (!session || session === 'skipped') throw new Error('Not read')
    if (answer.notReached.includes('app-timeout')) return
    expect(session.expiresAt ?? 0).toBeGreaterThan(untilAt - 60_000)
  })
})
