import { type Admins, createAdmins } from '@/lib/admin/admins'
import type { AuditEntry } from '@/lib/contract/audit'
import { isKnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { createHandles } from '@/lib/session/handle'
import { parseSettings, type Settings } from '@/lib/settings.mjs'
import { addressOf, connectTo, silent } from './connection'
import { type RedisServer, until } from './redis'

export const password = 'correct horse battery staple'
export const caller = { ip: '127.0.0.1', requestId: 'request' }
const open: { admins: Admins; home: Connection }[] = []

/** One replica of the console, started, with the test's Redis as its home. `stopReplicas` ends it. */
export async function startReplica(server: RedisServer, given: Partial<Settings> = {}, secret = 'of the deployment') {
  const { settings } = parseSettings({}, () => '')
  if (settings === null) throw new Error('The default settings are refused')
  const home = await connectTo(addressOf(server))
  const entries: Omit<AuditEntry, 'id' | 'at'>[] = []
  const announced: string[] = []
  const audit = { isKept: true }
  const admins = createAdmins({
    settings: { ...settings, adminPassword: password, ...given },
    home,
    sealer: () => createHandles(Buffer.from(secret)),
    log: silent,
    audit: {
      write: async (entry) => void entries.push(entry),
      keep: async (entry) => {
        if (audit.isKept) entries.push(entry)
        return audit.isKept
      },
      readFor: async () => [],
      count: () => 0,
    },
    announce: (text) => announced.push(text),
  })
  admins.start()
  open.push({ admins, home })
  await until('changes are told', () => home.feed() === 'tracking')
  // As the door does before any deed: from then on it is known who `admin` is.
  if (given.adminPassword !== null) await admins.find('a'.repeat(43), { isPoll: true })
  const signIn = (username = 'admin', typed = password, code?: string) =>
    admins.signIn({ username, password: typed, code, earlierId: null, ...caller })
  return { admins, home, entries, audit, announced, signIn }
}

export async function stopReplicas(): Promise<void> {
  for (const { admins, home } of open.splice(0)) {
    admins.close()
    await home.close()
  }
}

/** The code of what `work` throws, or `done`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!isKnownError(error)) throw error
    return error.code
  }
}

/** Everything that Redis holds, as text. */
export async function dump(server: RedisServer): Promise<string> {
  const client = server.client()
  const keys = await client.keys('*')
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await client.type(key)
      return type === 'string' ? client.get(key) : type === 'hash' ? client.hgetall(key) : client.dump(key)
    }),
  )
  return JSON.stringify([keys, values])
}
