import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { Audit } from '@/lib/audit'
import type { AuditEntry } from '@/lib/contract/audit'
import { formats } from '@/lib/formats'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import type { Source } from '@/lib/session/source'
import type { Guard } from './guard'
import { plainGuardMs } from './guard'

let redis: RedisServer
let connection: Connection
let source: Source
let entries: Omit<AuditEntry, 'id' | 'at'>[] = []
const guards: Guard[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  entries = []
  connection = await connectTo(addressOf(redis))
  source = sourceOn(connection)
})
afterEach(async () => {
  for (const guard of guards.splice(0)) guard.close()
  await connection.close()
  await redis.client().flushall()
})

const audit: Audit = {
  keep: async () => true,
  write: async (entry) => void entries.push(entry),
  readFor: async () => [],
  count: () => entries.length,
}

function sourceOn(line: Connection): Source {
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  return createSource({ connection: line, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
}

/** The guard of one replica, which hears of changes. */
async function startGuard(line = connection, guardMs = 300_000): Promise<Guard> {
  const guard = makeGuard({
    source: line === connection ? source : sourceOn(line),
    connection: line,
    roster: createRoster(),
    audit,
    guardMs,
  })
  guards.push(guard)
  guard.start()
  return guard
}

const keyOf = (name: string) => Buffer.from(`sess:${name}`)
const token = (name: string) => `csrf-${name}-a1b2c3d4e5`
const bodyOf = (name: string, csrfToken = token(name)) => JSON.stringify({ userId: name, csrfToken, cart: [1] })
const save = (name: string, body = bodyOf(name)) => redis.client().set(keyOf(name), body, 'PX', 600_000)
const count = async (pattern = 'sess:*') => (await redis.client().keys(pattern)).length
const isThere = async (name: string) => (await redis.client().exists(keyOf(name))) === 1

/** As an admin does it. */
async function revoke(guard: Guard, name: string): Promise<void> {
  const stored = await source.readOne(keyOf(name))
  if (stored === null) throw new Error(`${name} is not there`)
  guard.raise('sess', stored)
  expect(await source.remove(keyOf(name))).toBe('done')
  guard.hold('sess', keyOf(name))
}

async function saveAndRevoke(guard: Guard, name: string): Promise<void> {
  await save(name)
  await revoke(guard, name)
  await until('the feed is armed', () => connection.feed() === 'tracking')
}

/** Every session is saved again by eight requests that were under way, each as applications do it. */
async function storm(names: string[]): Promise<void> {
  const writers = Array.from({ length: 8 }, () => redis.client())
  await Promise.all(
    writers.map(async (client, writer) => {
      for (const name of names) {
        const key = keyOf(name)
        if (writer % 3 === 0) await client.setex(key, 600, bodyOf(name))
        else if (writer % 3 === 1) await client.set(key, JSON.stringify({ ...JSON.parse(bodyOf(name)), writer }))
        else await client.multi().set(key, bodyOf(name)).expire(key, 600).exec()
      }
    }),
  )
}

describe('a revoked session', () => {
  const names = Array.from({ length: 100 }, (_, index) => `stormy-${index}`)

  it('stays gone although eight requests save it again; unguarded it is back', async () => {
    const guard = await startGuard()
    await Promise.all(names.map((name) => save(name)))
    for (const name of names) await revoke(guard, name)
    await storm(names)
    await until('all are gone', async () => (await count()) === 0, 2000)
    await until('all are counted', () => names.every((name) => (guard.find('sess', keyOf(name))?.returns ?? 0) > 0))
    // One entry for the burst of each, and none of them names the key.
    expect(entries.filter(({ outcome }) => outcome === 'done')).toHaveLength(names.length)
    expect(JSON.stringify(entries)).not.toContain('stormy')

    for (const name of names) await guard.lift('sess', [keyOf(name)])
    await storm(names)
    expect(await count()).toBe(names.length)
  })

  it('stays gone as a hash that a late write brought back in part', async () => {
    const guard = await startGuard()
    await redis.client().hset(keyOf('hash'), { user_id: '42', name: 'Alice', cart: '1' })
    await revoke(guard, 'hash')
    await until('the feed is armed', () => connection.feed() === 'tracking')
    await redis.client().hset(keyOf('hash'), { cart: '2' })
    await until('it is gone', async () => !(await isThere('hash')), 2000)
  })

  it('that is a new sign-in under the same key lives and is told, and what an old request saves over it does not', async () => {
    const guard = await startGuard()
    await saveAndRevoke(guard, 'again')
    await save('again', bodyOf('again', token('another')))
    await until('it is told', () => entries.some(({ outcome }) => outcome === 'refused'))
    expect(await isThere('again')).toBe(true)
    expect(guard.find('sess', keyOf('again'))).toMatchObject({ returns: 0, isReused: true })
    await save('again')
    await until('the old one is gone', async () => !(await isThere('again')), 2000)
  })

  it('stays gone although it was saved while the feed was cut', async () => {
    const guard = await startGuard()
    for (const name of names) await save(name)
    for (const name of names) await revoke(guard, name)
    const pipeline = redis.client().pipeline().call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    for (const name of names) pipeline.set(keyOf(name), bodyOf(name))
    await pipeline.exec()
    await until('all are gone', async () => (await count()) === 0, 5000)
  })

  it('stays gone after Redis came back empty and a request saved it', async () => {
    const guard = await startGuard()
    await saveAndRevoke(guard, 'restarted')
    await redis.kill()
    await redis.restart()
    await save('restarted')
    await until('it is gone', async () => !(await isThere('restarted')), 5000)
  })

  it('is guarded by another replica and after a restart, and the home holds no id', async () => {
    const first = await startGuard()
    const line = await connectTo(addressOf(redis))
    try {
      const second = await startGuard(line)
      await saveAndRevoke(first, 'f00dfacef00dface')
      await until('the other one knows', () => second.find('sess', keyOf('f00dfacef00dface')) !== null)
      first.close()
      await save('f00dfacef00dface')
      await until('it is gone', async () => !(await isThere('f00dfacef00dface')), 2000)
      await until('it is counted', () => second.find('sess', keyOf('f00dfacef00dface'))?.returns === 1)
      const kept = JSON.stringify(await redis.client().xrange('rollcall:tombstones', '-', '+'))
      expect(kept).not.toContain('f00dface')
      expect(kept).not.toContain(Buffer.from('f00dfacef00dface').toString('base64').slice(0, 12))
      second.close()

      const third = await startGuard()
      await until('it was told', () => third.find('sess', keyOf('f00dfacef00dface')) !== null)
      await save('f00dfacef00dface')
      await until('it is gone', async () => !(await isThere('f00dfacef00dface')), 2000)
    } finally {
      await line.close()
    }
  })

  it('that is a new sign-in in the very moment in which an old save is ended lives', async () => {
    const guard = await startGuard()
    const racing = names.slice(0, 50)
    for (const name of racing) await save(name)
    for (const name of racing) await revoke(guard, name)
    await until('the feed is armed', () => connection.feed() === 'tracking')
    await Promise.all(racing.map((name) => save(name)))
    await Promise.all(racing.map((name) => save(name, bodyOf(name, token('another')))))
    await until('all are judged', () => racing.every((name) => guard.find('sess', keyOf(name))?.isReused))
    for (const name of racing) expect(await isThere(name)).toBe(true)
  })

  it('that an undo brings back is left alone by every replica', async () => {
    const first = await startGuard()
    const line = await connectTo(addressOf(redis))
    try {
      const second = await startGuard(line)
      await save('undone')
      const backup = await source.backUp(keyOf('undone'))
      await revoke(first, 'undone')
      await until('the other one knows', () => second.find('sess', keyOf('undone')) !== null)
      await first.lift('sess', [keyOf('undone')])
      if (backup !== null) expect(await source.restore(backup)).toBe('done')
      await save('witness')
      await revoke(first, 'witness')
      await save('witness')
      await until('both have judged', async () => !(await isThere('witness')))
      await until('the other one heard of it', () => second.find('sess', keyOf('undone')) === null)
      expect(await isThere('undone')).toBe(true)
    } finally {
      await line.close()
    }
  })

  it('stays gone where Redis is full, and it is said that this process guards alone', async () => {
    const guard = await startGuard()
    for (const name of names) await save(name)
    const client = redis.client()
    // A byte: neither what the revokes free nor a buffer that shrinks makes room.
    await client.config('SET', 'maxmemory', 1)
    try {
      for (const name of names) await revoke(guard, name)
      expect(await count()).toBe(0)
      await until('it is known', () => guard.find('sess', keyOf('stormy-0'))?.isShared === false)
    } finally {
      await client.config('SET', 'maxmemory', 0)
    }
    await storm(names)
    await until('all are gone', async () => (await count()) === 0, 2000)
  })

  it('stays gone where Redis tells nothing of changes', async () => {
    const rules = ['on', '>secret', '~*', '&*', '+@all', '-client|tracking']
    await redis.client().call('ACL', 'SETUSER', 'untracked', ...rules)
    const line = await connectTo(addressOf(redis, { username: 'untracked', password: 'secret' }))
    try {
      const guard = await startGuard(line)
      await save('untold')
      await revoke(guard, 'untold')
      await save('untold')
      await until('it is gone', async () => !(await isThere('untold')), 4000)
      expect(line.feed()).toBe('rescan')
    } finally {
      await line.close()
    }
  })

  it('is guarded for seconds alone where nothing but the person is in it, and else for as long as is set', async () => {
    const guard = await startGuard()
    await save('plain', '{"userId":42}')
    await revoke(guard, 'plain')
    await saveAndRevoke(guard, 'full')
    const [plain, full] = ['plain', 'full'].map((name) => guard.find('sess', keyOf(name)))
    expect(plain).toMatchObject({ isShort: true })
    expect((plain?.until ?? 0) - connection.now()).toBeLessThanOrEqual(plainGuardMs)
    expect(full).toMatchObject({ isShort: false })
    expect((full?.until ?? 0) - connection.now()).toBeGreaterThan(290_000)
  })

  it('is let go when its time is over', async () => {
    const guard = await startGuard(connection, 1000)
    await saveAndRevoke(guard, 'over')
    await until('it stands no more', () => guard.tally().standing === 0)
    await save('over')
    expect(guard.find('sess', keyOf('over'))).toMatchObject({ returns: 0 })
    // A later one is judged, so the feed has told of both.
    await saveAndRevoke(guard, 'later')
    await save('later')
    await until('the later one is gone', async () => !(await isThere('later')))
    expect(await isThere('over')).toBe(true)
  })
})

it('a revoke that did not happen guards nothing', async () => {
  const guard = await startGuard()
  await save('kept')
  const stored = await source.readOne(keyOf('kept'))
  if (stored !== null) guard.raise('sess', stored)
  await guard.lift('sess', [keyOf('kept')])
  await saveAndRevoke(guard, 'witness')
  await save('kept')
  await save('witness')
  await until('the witness is gone', async () => !(await isThere('witness')))
  expect(await isThere('kept')).toBe(true)
})
