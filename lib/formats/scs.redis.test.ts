import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { extendOne } from '@/lib/actions/extend'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'
import { goldensOf } from './conformance'
import { scs } from './scs'

const [golden] = goldensOf('scs')
const dayMs = 86_400_000
let server: RedisServer
let connection: Connection
let source: Source

beforeAll(async () => {
  server = await startRedis()
  connection = await connectTo(addressOf(server))
  source = createSource({
    connection,
    id: 'go',
    prefix: 'scs:session:',
    formats,
    name: 'go',
    siblings: () => [],
    pinnedFormat: null,
    isReadOnly: false,
    origin: 'configured',
  })
})
afterAll(async () => {
  await connection?.close()
  await server?.stop()
})
beforeEach(() => server.client().flushall())

function theGolden() {
  if (golden?.raw.value.type !== 'string') throw new Error('no golden')
  return { key: golden.raw.key, bytes: golden.raw.value.bytes }
}

test('an extension moves deadline and TTL together, in as many bytes, and writes no other key', async () => {
  const { key, bytes } = theGolden()
  await server.client().set(key, bytes, 'PX', dayMs)
  const untilAt = Date.UTC(2100, 0, 1)
  const answer = await extendOne({ source, key }, { untilAt }, () => null)
  expect(answer.outcome).toBe('done')
  expect(await server.client().keys('*')).toEqual([String(key)])
  expect(await server.client().strlen(key)).toBe(bytes.length)
  const [session] = await source.read([key])
  expect(session).toMatchObject({ format: 'scs', principal: '42' })
  expect(await server.client().pexpiretime(key)).toBe(untilAt)
  expect(await server.client().getBuffer(key)).toEqual(rewrittenTo(untilAt))
})

test('a save that comes between the reading and the writing is not overwritten', async () => {
  const { key, bytes } = theGolden()
  await server.client().set(key, bytes, 'PX', dayMs)
  const untilAt = Date.UTC(2100, 0, 1)
  const saved = Buffer.concat([bytes])
  saved.write('bob', saved.indexOf('ann'))
  let isSaved = false
  const racing = createSource({
    connection,
    id: 'go',
    prefix: 'scs:session:',
    formats: formats.map((format) =>
      format.id !== 'scs'
        ? format
        : {
            ...scs,
            extend(raw, at) {
              // Sent before what the extension sends next; the server takes both in this order.
              if (!isSaved) void server.client().set(key, saved, 'KEEPTTL')
              isSaved = true
              return scs.extend?.(raw, at) ?? null
            },
          },
    ),
    name: 'go',
    siblings: () => [],
    pinnedFormat: null,
    isReadOnly: false,
    origin: 'configured',
  })
  await extendOne({ source: racing, key }, { untilAt }, () => null)
  expect(isSaved).toBe(true)
  expect((await server.client().getBuffer(key))?.includes('bob@example.com')).toBe(true)
})

function rewrittenTo(untilAt: number): Buffer | null {
  const rewrite = golden && scs.extend?.(golden.raw, untilAt)?.rewrite
  return rewrite?.type === 'string' ? rewrite.bytes : null
}
