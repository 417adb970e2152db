import { beforeAll, describe, expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { extendOne } from '@/lib/actions/extend'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'
import { formats } from '.'
import { goldensOf } from './conformance'
import { scs } from './scs'

const [golden] = goldensOf('scs')
const dayMs = 86_400_000
const own = withRedis()
let source: Source

beforeAll(async () => {
  source = createSource({
    connection: own.connection,
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

function theGolden() {
  if (golden?.raw.value.type !== 'string') throw new Error('no golden')
  return { raw: golden.raw, key: golden.raw.key, bytes: golden.raw.value.bytes }
}

test('an extension moves deadline and TTL together, in as many bytes, and writes no other key', async () => {
  const { key, bytes } = theGolden()
  await own.server.client().set(key, bytes, 'PX', dayMs)
  const untilAt = Date.UTC(2100, 0, 1)
  const { answer, after } = await extendOne({ source, key }, { untilAt }, () => null)
  expect(answer.outcome).toBe('done')
  expect(await own.server.client().keys('*')).toEqual([String(key)])
  expect(await own.server.client().strlen(key)).toBe(bytes.length)
  const [session] = await source.read([key])
  expect(session).toMatchObject({ format: 'scs', principal: '42' })
  expect(after).toEqual(session)
  expect(await own.server.client().pexpiretime(key)).toBe(untilAt)
  expect(await own.server.client().getBuffer(key)).toEqual(rewrittenTo(untilAt))
})

describe('a save that comes between the reading and the writing', () => {
  const untilAt = Date.UTC(2100, 0, 1)

  /** Extends a session of Ann's that the application saves as Bob's just before the extension writes; `write` is how it does. */
  async function race(write: Source['replace']): Promise<Buffer | null> {
    const { key, bytes } = theGolden()
    const redis = own.server.client()
    await redis.set(key, bytes, 'PX', dayMs)
    const saved = Buffer.from(bytes)
    saved.write('bob', saved.indexOf('ann'))
    let isSaved = false
    const replace: Source['replace'] = async (raw, rewrite) => {
      if (!isSaved) await redis.set(key, saved, 'KEEPTTL')
      isSaved = true
      return write(raw, rewrite)
    }
    const racing: Source = Object.create(source, { replace: { value: replace } })
    await extendOne({ source: racing, key }, { untilAt }, () => null)
    expect(isSaved).toBe(true)
    return redis.getBuffer(key)
  }

  test('is not overwritten, and lasts as long as was asked', async () => {
    const value = await race((raw, rewrite) => source.replace(raw, rewrite))
    expect(value?.includes('bob@example.com')).toBe(true)
    expect(scs.decode({ ...theGolden().raw, value: stringOf(value) })).toMatchObject({ facts: { expiresAt: untilAt } })
  })

  test('would be lost to a writing that does not look: this test would see it', async () => {
    const value = await race(async (raw, rewrite) => {
      if (rewrite.type === 'string') await own.server.client().set(raw.key, rewrite.bytes, 'KEEPTTL')
      return 'done'
    })
    expect(value?.includes('bob@example.com')).toBe(false)
  })
})

const stringOf = (bytes: Buffer | null) => ({
  type: 'string' as const,
  bytes: bytes ?? Buffer.of(),
  isTruncated: false,
})

function rewrittenTo(untilAt: number): Buffer | null {
  const rewrite = golden && scs.extend?.(golden.raw, untilAt)?.rewrite
  return rewrite?.type === 'string' ? rewrite.bytes : null
}
