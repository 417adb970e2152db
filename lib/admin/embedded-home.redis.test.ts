import { createRedisServer } from 'js-redis-server'
import { expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { until } from '@/e2e/support/redis'
import { isKnownError } from '@/lib/errors'
import { parseSettings } from '@/lib/settings.mjs'
import { createAdmins } from './admins'

test('on the embedded store, without a feed of changes, a session lives until it is ended elsewhere, and guesses are throttled', async () => {
  const server = await createRedisServer()
  const { port } = server
  const home = await connectTo(addressOf(null, { hosts: [{ host: '127.0.0.1', port }] }))
  const { settings } = parseSettings({}, () => '')
  if (settings === null) throw new Error('The default settings are refused')
  const announced: string[] = []
  const audit = { write: async () => undefined, keep: async () => true, readFor: async () => [], count: () => 0 }
  const admins = createAdmins({ settings, home, log: silent, audit, announce: (text) => announced.push(text) })
  const signIn = (password: string) =>
    admins.signIn({ username: 'admin', password, earlierId: null, ip: '127.0.0.1', requestId: 'request' })
  try {
    admins.start()
    await until('the password was said', () => announced.length > 0)
    const id = await signIn(/Password\s+(\S+)/.exec(announced[0] ?? '')?.[1] ?? '')
    expect(await admins.find(id, { isPoll: false })).toMatchObject({ username: 'admin', isVerified: true })
    await home.client.del(...(await home.client.keys('rollcall:console:*')))
    await until(
      'a session that was ended elsewhere is seen to be',
      async () => {
        return (await admins.find(id, { isPoll: true })) === null
      },
      2000,
    )

    const guesses = await Promise.allSettled(Array.from({ length: 30 }, () => signIn('a wrong guess here')))
    const codes = guesses.map((one) => one.status === 'rejected' && isKnownError(one.reason) && one.reason.code)
    expect(codes.filter((code) => code === 'unauthenticated').length).toBeLessThanOrEqual(6)
    expect(codes.filter((code) => code === 'too-many').length).toBeGreaterThanOrEqual(24)
    for (const key of await home.client.keys('rollcall:throttle:*'))
      expect(await home.client.pttl(key)).toBeGreaterThan(0)
  } finally {
    admins.close()
    await home.close()
    await server.close()
  }
})
