import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { extendOne } from '@/lib/actions/extend'
import type { Limit } from '@/lib/contract/session'
import { formats } from '@/lib/formats'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { idCandidates } from '@/lib/session/id-candidates'
import type { Source } from '@/lib/session/source'
import type { Person, RemoteApp } from './app'
import { sentCookies } from './jar'

declare module 'vitest' {
  interface TaskMeta {
    /** What a step of a proof saw, in a few words. */
    seen?: string
    /** The packages that ran. */
    versions?: Record<string, string>
  }
}

type Proof = {
  start(redisUrl: string): Promise<RemoteApp>
  /** What brings a session back whose key was deleted: then a revoke must say that it does not reach it. */
  revivedBy?: Limit
}

const person: Person = { id: '4711', name: 'Zoë Größe' }
const hourMs = 3_600_000

/** The steps by which a framework is proven: the real one signs people in, and Rollcall shows, ends, brings back and extends what it left in Redis. */
export function testProof(title: string, { start, revivedBy }: Proof): void {
  describe(`${title}, the real framework`, () => {
    let server: RedisServer
    let connection: Connection
    let app: RemoteApp
    let source: Source
    beforeAll(async () => {
      server = await startRedis()
      connection = await connectTo(addressOf(server))
      app = await start(server.url)
      source = createSource({
        ...{ connection, id: 'app', name: app.name, prefix: app.prefix, formats },
        ...{ siblings: () => [], pinnedFormat: null, isReadOnly: false, origin: 'configured' },
      })
    })
    afterAll(async () => {
      await app?.stop()
      await connection?.close()
      await server?.stop()
    })
    beforeEach(() => server.client().flushall())

    const tell = ({ task }: TestContext, seen: string) =>
      Object.assign(task.meta, { seen, versions: { ...app.versions } })
    const keys = async () => (await server.client().keys('*')).sort()

    /** The one session that is there beside these. */
    async function findKey(known: readonly string[] = []): Promise<Buffer> {
      const found: Buffer[] = []
      for await (const batch of source.scan(new AbortController().signal)) found.push(...batch)
      const own = found.filter((key) => app.isSession(String(key)) && !known.includes(String(key)))
      expect(own).toHaveLength(1)
      return own[0] ?? Buffer.alloc(0)
    }

    test('is shown with its person and its format', async (context) => {
      await app.signIn(person)
      const [session] = await source.read([await findKey()])
      const { principal, label } = app.tells(person)
      expect(session).toMatchObject({ format: app.formatId, principal, isReadable: true })
      // A record beside the session may tell the name that the session does not.
      if (label !== null) expect(session).toMatchObject({ label })
      tell(context, `shown as ${principal}${label === null ? '' : ` ${label}`}`)
    })

    test('is found by the cookies of its browser, where they are not sealed', async (context) => {
      const jar = await app.signIn(person)
      const rest = (await findKey()).toString('latin1').slice(app.prefix.length)
      expect(idCandidates(sentCookies(jar)).includes(rest)).toBe(!app.isCookieSealed)
      tell(context, app.isCookieSealed ? 'not found by its sealed cookie' : 'found by its cookie')
    })

    test('after one revoke no key names the session any more, and the next request is a stranger’s', async (context) => {
      const jar = await app.signIn(person)
      const key = await findKey()
      expect(await source.remove(key)).toBe('done')
      const id = String(key).slice(app.prefix.length)
      for (const other of await keys()) {
        const value = await server.client().call('DUMP', other)
        expect(`${other} ${String(value)}`).not.toContain(id)
      }
      if (revivedBy === undefined) {
        expect(await app.whoAmI(jar)).toBeNull()
        return tell(context, 'ended by one revoke')
      }
      expect(source.limitsOf(app.formatId)?.revoke).toContain(revivedBy)
      expect(await app.whoAmI(jar)).toEqual(person)
      tell(context, `not ended by a revoke, as the format says: ${revivedBy}`)
    })

    test('a revoke leaves no key that was not there before, and the person’s other browser signed in', async (context) => {
      const other = await app.signIn(person)
      const before = await keys()
      await app.signIn(person)
      const key = await findKey(before)
      expect(await source.remove(key)).toBe('done')
      // A pointer to the last session alone, as Auth.js keeps one, goes too.
      expect(before).toEqual(expect.arrayContaining(await keys()))
      expect(await app.whoAmI(other)).toEqual(person)
      tell(context, 'no key left')
    })

    test('after an undo the browser is signed in again', async (context) => {
      const jar = await app.signIn(person)
      const key = await findKey()
      const backup = await source.backUp(key)
      if (backup === null) throw new Error('No backup')
      const before = await keys()
      expect(await source.remove(key, backup)).toBe('done')
      expect(await source.restore(backup)).toBe('done')
      expect(await keys()).toEqual(before)
      expect(await app.whoAmI(jar)).toEqual(person)
      tell(context, 'brought back')
    })

    test('an extension survives the next request, or says that it does not', async (context) => {
      const jar = await app.signIn(person)
      const key = await findKey()
      // Past the longest life that any of these gives by itself, Flask's 31 days.
      const untilAt = connection.now() + 60 * 24 * hourMs
      const { answer } = await extendOne({ source, key }, { untilAt }, () => null)
      expect(answer.outcome).toBe('done')
      expect(await app.whoAmI(jar)).toEqual(person)
      const [session] = await source.read([key])
      if (!session || session === 'skipped') throw new Error('Not read')
      const isKept = (session.expiresAt ?? 0) > untilAt - 60_000
      const isHonest = answer.notReached.includes('app-timeout')
      if (!isHonest) expect(isKept).toBe(true)
      if (isKept) return tell(context, 'extended, kept by the next request')
      tell(context, 'extended until the next request, as the format says')
    })
  })
}
