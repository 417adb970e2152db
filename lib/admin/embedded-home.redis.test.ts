import { createRedisServer } from 'js-redis-server'
import { expect, test } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { until } from '@/e2e/support/redis'
import { isKnownError } from '@/lib/errors'
import { createHandles } from '@/lib/session/handle'
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
  const sealer = () => createHandles(Buffer.from('of the deployment'))
  const announce = (text: string) => void announced.push(text)
  const admins = createAdmins({ settings, home, sealer, log: silent, audit, announce })
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

test('on the embedded store another replica knows at once who was made, and who has a new password; that somebody is disabled within a second or so', async () => {
  const server = await createRedisServer()
  const at = () => connectTo(addressOf(null, { hosts: [{ host: '127.0.0.1', port: server.port }] }))
  const homes = [await at(), await at()]
  const { settings } = parseSettings({}, () => '')
  if (settings === null) throw new Error('The default settings are refused')
  const password = 'correct horse battery staple'
  const audit = { write: async () => undefined, keep: async () => true, readFor: async () => [], count: () => 0 }
  const sealer = () => createHandles(Buffer.from('of the deployment'))
  const [one, two] = homes.map((home) =>
    createAdmins({ settings: { ...settings, adminPassword: password }, home, sealer, log: silent, audit }),
  )
  if (one === undefined || two === undefined) throw new Error('Two replicas are needed')
  const caller = { ip: '127.0.0.1', requestId: 'request' }
  const as = (username: string, role: 'admin' | 'viewer') => ({
    ...caller,
    admin: { username, role, idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() - 1000 },
  })
  try {
    for (const admins of [one, two]) {
      admins.start()
      await admins.find('a'.repeat(43), { isPoll: true })
    }
    const made = await one.accounts.create(as('admin', 'admin'), { name: 'olga', role: 'viewer', password })
    const first = await two.signIn({ username: 'olga', password, earlierId: null, ...caller })
    expect(await two.find(first, { isPoll: false })).toMatchObject({ username: 'olga' })
    const change = { password, newPassword: 'maple tuba ladder fog' }
    const second = await one.own.changePassword(as('olga', 'viewer'), change)
    expect(await two.find(second, { isPoll: false })).toMatchObject({ username: 'olga' })
    await one.accounts.change(as('admin', 'admin'), made.admin.admin, { isDisabled: true })
    await until('they are out', async () => (await two.find(second, { isPoll: true })) === null, 2000)
  } finally {
    for (const admins of [one, two]) admins.close()
    await Promise.all(homes.map((home) => home.close()))
    await server.close()
  }
})
