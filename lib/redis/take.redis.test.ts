import { beforeAll, describe, expect, it } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { formats } from '@/lib/formats'
import type { Source, StoredSession } from '@/lib/session/source'
import { createSource } from './source'

const own = withRedis()
const key = Buffer.from('sess:contested')
const old = JSON.stringify({ userId: 42, cart: 1 })
const signIn = JSON.stringify({ userId: 43 })
let source: Source

beforeAll(() => {
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  source = createSource({ connection: own.connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
})

/** Refuses the person 43, and has `meanwhile` happen between the reading and the end: it is sent first on the same line. */
const refuseAfter = (meanwhile: () => unknown) => {
  let isFirst = true
  return ({ session }: StoredSession) => {
    if (isFirst) meanwhile()
    isFirst = false
    return session.principal === '43' ? 'a new sign-in' : null
  }
}

describe('a key that is written while it is ended', () => {
  it('is put back with its own end where what stood there must live', async () => {
    const { client } = own.connection
    await client.set(key, old, 'PX', 600_000)
    const refuse = refuseAfter(() => void client.set(key, signIn, 'PX', 100_000))
    expect(await source.removeContested([key], refuse)).toEqual([{ refused: 'a new sign-in' }])
    expect(await client.get(key)).toBe(signIn)
    const ttl = await client.pttl(key)
    expect(ttl).toBeGreaterThan(90_000)
    expect(ttl).toBeLessThanOrEqual(100_000)
  })

  it('is put back as a hash, too', async () => {
    const { client } = own.connection
    await client.hset(key, { user_id: '42', cart: '1' })
    const refuse = refuseAfter(() => void client.hset(key, { user_id: '43' }))
    expect(await source.removeContested([key], refuse)).toEqual([{ refused: 'a new sign-in' }])
    expect(await client.hgetall(key)).toEqual({ user_id: '43', cart: '1' })
    expect(await client.pttl(key)).toBe(-1)
  })

  it('is ended where what stood there is the old one, changed or not, and it is gone where nothing stood there', async () => {
    const { client } = own.connection
    for (const value of [old, JSON.stringify({ userId: 42, cart: 2 })]) {
      await client.set(key, old)
      const refuse = refuseAfter(() => void client.set(key, value))
      expect(await source.removeContested([key], refuse)).toEqual(['done'])
      expect(await client.exists(key)).toBe(0)
    }
    await client.set(key, old)
    expect(
      await source.removeContested(
        [key],
        refuseAfter(() => void client.del(key)),
      ),
    ).toEqual(['gone'])
  })

  it('dies with the old one in a plain removal: that is what this is for', async () => {
    const { client } = own.connection
    await client.set(key, old)
    expect(
      await source.removeMany(
        [key],
        refuseAfter(() => void client.set(key, signIn)),
      ),
    ).toEqual(['done'])
    expect(await client.exists(key)).toBe(0)
  })
})
