import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { siteOf } from '@/e2e/support/site'
import { createAudit } from '@/lib/audit'
import type { AuditEntry } from '@/lib/contract/audit'
import { formats } from '@/lib/formats'
import type { Connection } from '@/lib/redis/connection'
import { createRoster } from '@/lib/roster/roster'
import { parseSettings } from '@/lib/settings.mjs'
import { createChoices } from './choices'
import { chooseSource } from './choose-source'
import { createSourceShelf } from './sources'

const actor = {
  admin: { username: 'ada', role: 'admin', idleExpiresAt: 0, absoluteExpiresAt: 0 } as const,
  ip: '10.1.2.3',
  requestId: 'request',
}
const order = { redis: null, database: 0, prefix: 'shop:', choice: 'include', format: 'plain' } as const
let server: RedisServer
let connection: Connection
let entries: Partial<AuditEntry>[]
const ends: (() => unknown)[] = []

beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.client().flushall()
  connection = await connectTo(addressOf(server))
  entries = []
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await connection.close()
})
afterAll(() => server?.stop())

function startShelf(env: Record<string, string> = {}) {
  const { settings } = parseSettings({ ROLLCALL_DEMO: 'off', ...env }, () => '')
  if (settings === null) throw new Error('The settings are refused')
  const log = { ...silent, info: (_event: string, entry?: object) => void entries.push(entry ?? {}) }
  const choices = createChoices({ home: connection, log: silent })
  const audit = createAudit({ home: connection, log, chain: 'boot' })
  const rest = { roster: createRoster(), formats, choices, log: silent }
  const sources = createSourceShelf({ sites: [siteOf(connection, settings)], ...rest })
  sources.start()
  ends.push(() => sources.close())
  return { sources, audit, now: connection.now }
}

const told = () => entries.map(({ deed, phase, outcome, admin }) => [deed, phase, outcome, admin])

test('a choice is acted on and audited, with who and what', async () => {
  const runtime = startShelf()
  await chooseSource(runtime, actor, order)
  expect(runtime.sources.list().map(({ wanted }) => wanted)).toContainEqual({
    prefix: 'shop:',
    format: 'plain',
    origin: 'chosen',
    evidence: 'Chosen by ada.',
  })
  expect(told()).toEqual([
    ['source.choose', 'intent', null, 'ada'],
    ['source.choose', 'outcome', 'done', 'ada'],
  ])
  expect(entries[1]).toMatchObject({ reason: 'include "shop:" in database 0 as plain', ip: '10.1.2.3' })
})

test('a choice that is refused changes nothing and is audited as refused', async () => {
  const runtime = startShelf({ ROLLCALL_MATCH: 'app:' })
  await expect(chooseSource(runtime, actor, order)).rejects.toMatchObject({ code: 'conflict' })
  expect(runtime.sources.list().map(({ source }) => source.prefix)).toEqual(['app:'])
  expect(told().at(-1)).toEqual(['source.choose', 'outcome', 'refused', 'ada'])
})

test('a prefix that may hold a session id is refused, kept nowhere and written down nowhere', async () => {
  const runtime = startShelf()
  const id = '8f14e45fceea167a5a36dedd4bea2543'
  const refused = chooseSource(runtime, actor, { ...order, prefix: `sess:${id}` })
  await expect(refused).rejects.toMatchObject({ code: 'invalid' })
  expect(told().at(-1)).toEqual(['source.choose', 'outcome', 'refused', 'ada'])
  expect(JSON.stringify(entries)).not.toContain(id)
  expect(await server.client().exists('rollcall:sources')).toBe(0)
})

test('while the home is away a choice fails and says so', async () => {
  const runtime = startShelf()
  await connection.close()
  await expect(chooseSource(runtime, actor, order)).rejects.toMatchObject({ code: 'source-unavailable' })
  expect(told().at(-1)).toEqual(['source.choose', 'outcome', 'failed', 'ada'])
})
