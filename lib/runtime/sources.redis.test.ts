import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import { siteOf } from '@/e2e/support/site'
import type { SourceChoiceInput } from '@/lib/contract/source'
import { formats } from '@/lib/formats'
import { createCustomFormat } from '@/lib/formats/custom'
import type { Connection } from '@/lib/redis/connection'
import { createCensus } from '@/lib/roster/census'
import { createRoster, type Roster } from '@/lib/roster/roster'
import { parseSettings } from '@/lib/settings.mjs'
import { createChoices } from './choices'
import { createSourceShelf } from './sources'

let server: RedisServer
const ends: (() => unknown)[] = []

beforeEach(async () => {
  server = await startRedis()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await server?.stop()
})

type Console = { shelf: ReturnType<typeof createSourceShelf>; roster: Roster; connection: Connection }

async function startConsole(env: Record<string, string> = {}, home?: Connection): Promise<Console> {
  const { settings } = parseSettings({ ROLLCALL_DEMO: 'off', ...env }, (path) => readFileSync(path, 'utf8'))
  if (settings === null) throw new Error('The settings are refused')
  const connection = await connectTo(addressOf(server))
  const roster = createRoster()
  const all = [...settings.customFormats.map(createCustomFormat), ...formats]
  const choices = createChoices({ home: home ?? connection, log: silent })
  const shelf = createSourceShelf({ sites: [siteOf(connection, settings)], roster, formats: all, choices, log: silent })
  shelf.start()
  ends.push(
    () => connection.close(),
    () => shelf.close(),
  )
  return { shelf, roster, connection }
}

const choose = ({ shelf, connection }: Console, input: Partial<SourceChoiceInput>) =>
  shelf.choose({
    redis: null,
    database: 0,
    prefix: '',
    choice: 'include',
    format: null,
    ...input,
    admin: 'ada',
    at: connection.now(),
  })

const prefixes = ({ shelf }: Console) => shelf.list().map(({ source }) => source.prefix)

async function seed(prefix: string, count = 5) {
  for (let n = 0; n < count; n += 1) {
    const value = `{"cookie":{"originalMaxAge":60000,"expires":null},"userId":${n}}`
    await server.client().set(`${prefix}${n}a1B2c3D4e5F6g7H8i9J0`, value, 'PX', 600_000)
  }
}

const countOf = ({ roster, shelf }: Console, prefix: string) => {
  const found = shelf.list().find(({ source }) => source.prefix === prefix)
  return found === undefined ? null : roster.count(found.source.id)
}

test('what is surely sessions is watched by itself and says why; what may be asks', async () => {
  await seed('shop:sess:')
  await seed('web:thing:')
  const console = await startConsole()
  await until('it is found', () => countOf(console, 'shop:sess:') === 5)
  expect(console.shelf.list().find(({ source }) => source.prefix === 'shop:sess:')?.wanted.evidence).toContain(
    'express-session',
  )
  expect(console.shelf.listFound()).toMatchObject([{ prefix: 'web:thing:', state: 'asks', keys: 5, chosen: null }])
})

test('a prefix that an admin includes is watched at once, as the format that they say', async () => {
  await seed('web:thing:')
  const console = await startConsole()
  await choose(console, { prefix: 'web:thing:', format: 'plain' })
  await until('it is watched', () => countOf(console, 'web:thing:') === 5)
  const watched = console.shelf.list().find(({ source }) => source.prefix === 'web:thing:')
  expect(watched).toMatchObject({ wanted: { format: 'plain', evidence: 'Chosen by ada.' } })
  expect(createCensus(console.roster)(console.connection.now())).toMatchObject([{ format: 'plain', count: 5 }])
})

test('a prefix that is left alone vanishes, and its sessions have not ended', async () => {
  await seed('sess:')
  const console = await startConsole()
  await until('it is watched', () => countOf(console, 'sess:') === 5)
  await choose(console, { prefix: 'sess:', choice: 'exclude' })
  expect(prefixes(console)).toEqual(['session:'])
  expect(console.roster.count()).toBe(0)
  const minuteAt = Math.floor(console.connection.now() / 60_000) * 60_000
  expect(console.roster.ends.minute(minuteAt)).toMatchObject({ ended: 0, expired: 0, revoked: 0 })
  expect(console.shelf.listFound()).toMatchObject([{ prefix: 'sess:', state: 'excluded', chosen: { admin: 'ada' } }])
  await choose(console, { prefix: 'sess:' })
  await until('it is back', () => countOf(console, 'sess:') === 5)
})

test('a longer prefix takes its keys from a shorter one and gives them back, and none has ended', async () => {
  await seed('sess:', 4)
  await seed('sess:admin:', 3)
  const console = await startConsole()
  await until('all are there', () => countOf(console, 'sess:') === 7)
  await choose(console, { prefix: 'sess:admin:' })
  await until('each has its own', () => countOf(console, 'sess:') === 4 && countOf(console, 'sess:admin:') === 3)
  await choose(console, { prefix: 'sess:admin:', choice: 'exclude' })
  await until('they are back', () => countOf(console, 'sess:') === 7)
  const minuteAt = Math.floor(console.connection.now() / 60_000) * 60_000
  expect(console.roster.ends.minute(minuteAt)).toMatchObject({ ended: 0, expired: 0, revoked: 0 })
})

test('what was chosen holds after a restart and at every replica', async () => {
  await seed('web:thing:')
  const first = await startConsole()
  const second = await startConsole()
  await choose(first, { prefix: 'web:thing:' })
  await until('the other replica knows', () => countOf(second, 'web:thing:') === 5)
  const third = await startConsole()
  await until('the next start knows', () => countOf(third, 'web:thing:') === 5)
  await choose(second, { prefix: 'web:thing:', choice: 'exclude' })
  await until('all know', () => [first, second, third].every((one) => !prefixes(one).includes('web:thing:')))
})

test('while the home is away what was found waits, for somebody may have left it alone', async () => {
  await seed('shop:sess:')
  const away = await connectTo(addressOf(server))
  await away.close()
  const console = await startConsole({}, away)
  await until('it was looked at', () => console.shelf.lookedAt() !== null)
  expect(prefixes(console)).toEqual(['session:', 'sess:'])
  expect(console.shelf.listFound()).toMatchObject([{ prefix: 'shop:sess:' }])
  await expect(choose(console, { prefix: 'shop:sess:' })).rejects.toMatchObject({ code: 'source-unavailable' })
})

test('where the settings name the prefixes nobody chooses, and an unknown format or database is refused', async () => {
  const named = await startConsole({ ROLLCALL_MATCH: 'app:' })
  await expect(choose(named, { prefix: 'x:' })).rejects.toMatchObject({ code: 'conflict' })
  const console = await startConsole()
  await expect(choose(console, { prefix: 'x:', format: 'none' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(choose(console, { prefix: 'x:', database: 7 })).rejects.toMatchObject({ code: 'not-found' })
  await expect(choose(console, { prefix: 'rollcall:x:' })).rejects.toMatchObject({ code: 'conflict' })
})

test('a format that the settings describe is a source from the first second, beside the others, and may be left alone', async () => {
  await seed('shop:own:', 3)
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'))
  ends.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config.json')
  writeFileSync(
    file,
    JSON.stringify({ formats: [{ id: 'shop', prefix: 'shop:own:', paths: { principal: 'userId' } }] }),
  )
  const console = await startConsole({ ROLLCALL_CONFIG: file })
  expect(prefixes(console)).toEqual(['session:', 'sess:', 'shop:own:'])
  await until('it is watched', () => countOf(console, 'shop:own:') === 3)
  expect(createCensus(console.roster)(console.connection.now())).toMatchObject([{ format: 'shop', count: 3 }])
  await choose(console, { prefix: 'shop:own:', choice: 'exclude' })
  expect(prefixes(console)).toEqual(['session:', 'sess:'])
})
