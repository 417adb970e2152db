import { execFile } from 'node:child_process'
import { beforeEach, describe, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { startRedis, until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import type { AuditEntry } from '@/lib/contract/audit'
import { type Audit, createAudit } from './audit'
import { auditStream } from './audit-chain.mjs'

const about = {
  handle: 'h',
  principal: '42',
  reason: null,
  ip: '10.0.0.9',
  phase: 'outcome',
  deed: 'session.revoke',
} as const
const entryOf = (name: string): Omit<AuditEntry, 'id' | 'at'> => ({
  ...about,
  admin: name,
  outcome: 'done',
  requestId: name,
})

const own = withRedis()
let audit: Audit

beforeEach(async () => {
  audit = createAudit({ home: own.connection, log: silent, chain: 'one' })
})

/** `npm run audit:verify` as a person runs it. */
function verify(url = own.server.url): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'test' as const, REDIS_URL: url }
    execFile(process.execPath, ['scripts/audit-verify.mjs'], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

async function write(count: number, into = audit): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => into.write(entryOf(`admin-${index + 1}`))))
}

const entries = () => own.server.client().xrange(auditStream, '-', '+')

/** Writes the stream anew with the same ids, as somebody would who wants no trace in them. */
async function rewrite(change: (all: [string, string[]][]) => [string, string[]][]): Promise<void> {
  const all = await entries()
  const client = own.server.client()
  await client.del(auditStream)
  for (const [id, fields] of change(all)) await client.xadd(auditStream, id, ...fields)
}

test('parallel writes reach the stream in the order of the calls, as one chain', async () => {
  await write(200)
  const found = (await entries()).map(([, fields]) => JSON.parse(fields[1] ?? ''))
  expect(found.map(({ admin }) => admin)).toEqual(Array.from({ length: 200 }, (_, index) => `admin-${index + 1}`))
  expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
  expect(audit.count()).toBe(200)
})

describe('audit:verify', () => {
  test('a clean stream of several chains is verified', async () => {
    const other = createAudit({ home: own.connection, log: silent, chain: 'two' })
    await Promise.all([write(30), write(30, other)])
    const { code, said } = await verify()
    expect(said).toContain('60 entries in 2 chains')
    expect(said).toContain('Verified')
    expect(code).toBe(0)
  })

  test('an empty audit is verified', async () => {
    expect(await verify()).toMatchObject({ code: 0 })
  })

  test('an entry that was removed and added again, edited, is found', async () => {
    await write(5)
    const [id = '', fields = []] = (await entries())[2] ?? []
    await own.server.client().xdel(auditStream, id)
    await own.server.client().xadd(auditStream, '*', ...fields.map((text) => text.replace('admin-3', 'admin-9')))
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toMatch(/\(one, entry 3\) was edited/)
    expect(said).toMatch(/\(one, entry 4\) followed entry 3/)
  })

  test('an entry that was edited in place is found, and named by its id', async () => {
    await write(5)
    const [id = ''] = (await entries())[2] ?? []
    await rewrite((all) => all.map(([at, fields]) => [at, fields.map((text) => text.replace('admin-3', 'admin-9'))]))
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toContain(`${id} (one, entry 3) was edited`)
    expect(said).toContain('1 fault.')
  })

  test('an entry that was removed is found, by the one that followed it', async () => {
    await write(5)
    await own.server.client().xdel(auditStream, (await entries())[2]?.[0] ?? '')
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toMatch(/\(one, entry 4\) is there, but entry 3 before it was removed/)
  })

  test('the newest entry removed is found, without one that followed it', async () => {
    await write(5)
    const [id = ''] = (await entries()).at(-1) ?? []
    await own.server.client().xdel(auditStream, id)
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toContain(`${id} was the newest entry and is gone`)
  })

  test('the first entry of a chain removed is found, where older entries of another still stand', async () => {
    await audit.write(entryOf('older'))
    await write(3, createAudit({ home: own.connection, log: silent, chain: 'two' }))
    await own.server.client().xdel(auditStream, (await entries())[1]?.[0] ?? '')
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toMatch(/\(two, entry 2\) is there, but entry 1 before it was removed/)
  })

  test('two entries that changed places are found', async () => {
    await write(5)
    await rewrite((all) => {
      const texts = all.map(([, fields]) => fields)
      const swapped = [texts[0], texts[2], texts[1], texts[3], texts[4]]
      return all.map(([id], index) => [id, swapped[index] ?? []])
    })
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toMatch(/\(one, entry 3\)/)
  })

  test('an entry slipped in without a chain is found', async () => {
    await write(2)
    await own.server.client().xadd(auditStream, '*', 'entry', JSON.stringify({ ...entryOf('eve'), id: 'x', at: 1 }))
    const { code, said } = await verify()
    expect(code).toBe(1)
    expect(said).toContain('belongs to no chain')
  })

  test('trimming at the old end is no tampering, whichever chains it cuts', async () => {
    const other = createAudit({ home: own.connection, log: silent, chain: 'two' })
    await Promise.all([write(20), write(20, other)])
    await own.server.client().xtrim(auditStream, 'MAXLEN', 13)
    const { code, said } = await verify()
    expect(said).toContain('older ones trimmed')
    expect(code).toBe(0)
  })

  test('where nobody answers it says so and ends with 1', async () => {
    const { code, said } = await verify('redis://:not-to-be-told@127.0.0.1:1')
    expect(code).toBe(1)
    expect(said).toContain('does not answer')
    expect(said).not.toContain('not-to-be-told')
  })
})

describe('while the home is away', () => {
  test('what did not reach the stream is told by the next entry and is no false alarm', async () => {
    const own = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    const connection = await connectTo(addressOf(own))
    const apart = createAudit({ home: connection, log: silent, chain: 'full' })
    try {
      await write(2, apart)
      await own.client().config('SET', 'maxmemory', '1')
      await write(3, apart)
      await own.client().config('SET', 'maxmemory', '0')
      await write(2, apart)
      const found = (await own.client().xrange(auditStream, '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? ''))
      expect(found.map(({ seq, lost }) => [seq, lost])).toEqual([
        [1, 0],
        [2, 0],
        [6, 3],
        [7, 0],
      ])
      const { code, said } = await verify(own.url)
      expect(said).toContain('3 not known to have reached Redis')
      expect(code).toBe(0)
    } finally {
      await connection.close()
      await own.stop()
    }
  })

  test('an entry that arrived although its answer was lost is no false alarm', async () => {
    const own = await startRedis()
    const connection = await connectTo(addressOf(own))
    const apart = createAudit({ home: connection, log: silent, chain: 'late' })
    try {
      await write(1, apart)
      own.pause()
      const unanswered = apart.write(entryOf('unanswered'))
      await unanswered
      own.resume()
      await until('it is up again', () => connection.health().state === 'up')
      await apart.write(entryOf('after'))
      await until('both are there', async () => (await own.client().xlen(auditStream)) >= 2)
      const found = (await own.client().xrange(auditStream, '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? ''))
      expect(found.at(-1)).toMatchObject({ lost: 1, admin: 'after' })
      expect(await verify(own.url)).toMatchObject({ code: 0 })
    } finally {
      own.resume()
      await connection.close()
      await own.stop()
    }
  })
})
