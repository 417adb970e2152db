import type { Audit } from '@/lib/audit'
import { isKnownError, KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Settings } from '@/lib/settings.mjs'
import type { Caller } from './actor'
import { stampAddresses } from './address'
import type { Admin } from './admin'
import { type ConsoleList, createConsoleList } from './console-list'
import { createConsoleSessions } from './console-sessions'
import { type Credential, createFirstAdmin, firstAdminName } from './first-admin'
import { createPasswords } from './password'
import { createThrottle } from './throttle'
import { createTokens, type Tokens } from './tokens'

/** An admin as the door finds them. `isVerified` is false while the home cannot confirm the session: then they may read, never act. */
export type FoundAdmin = Admin & { isVerified: boolean }

/** The people who may use this console, their sessions in it, and the tokens that they made for scripts. */
export type Admins = {
  /**
   * Opens a console session; `id` belongs into the cookie. The session of an earlier cookie ends. Throws `unauthenticated` (one sentence for a wrong name and a wrong
   * password), `too-many`, and `source-unavailable` while the home is away: sign-in is then closed. Cost: one argon2 hash and about ten commands.
   */
  signIn(
    input: { username: string; password: string; earlierId: string | null; userAgent?: string | null } & Caller,
  ): Promise<string>
  /** Ends the session: on the next request it is gone. Says nothing about an id that is none. */
  signOut(id: string, caller: Caller): Promise<void>
  /** Who has this session, or null. Polls do not slide its idle end. Throws `source-unavailable` when nobody can tell. Costs Redis nothing as a rule. */
  find(id: string | null, options: { isPoll: boolean }): Promise<FoundAdmin | null>
  /**
   * Whom a bearer token stands for, or null: whatever is wrong with it, it is the one answer. Throws `too-many` for a client that sent many that opened nothing, and
   * `source-unavailable` when nobody can tell. A right token is never made to wait, and costs Redis nothing as a rule.
   */
  findToken(secret: string, ip: string | null): Promise<FoundAdmin | null>
  tokens: Pick<Tokens, 'list' | 'create' | 'revoke'>
  consoles: Pick<ConsoleList, 'list' | 'end'>
  start(): void
  close(): void
}

type AdminsOptions = {
  settings: Settings
  home: Connection
  log: Log
  audit: Audit
  /** Where a generated password is said, once. Never the log. */
  announce?(text: string): void
}

export function createAdmins({ settings, home, log, audit, announce = print }: AdminsOptions): Admins {
  const passwords = createPasswords()
  const throttle = createThrottle(home)
  const firstAdmin = createFirstAdmin({ home, password: settings.adminPassword, passwords, announce, log })
  const sessions = createConsoleSessions({
    home,
    idleMs: settings.idleMs,
    absoluteMs: settings.absoluteMs,
    log,
    proofOf(username) {
      const account = findAccount(username)
      return account && `${account.role}\n${account.proof}`
    },
  })
  const roleOf = (username: string) => findAccount(username)?.role ?? null
  const tokens = createTokens({ home, log, audit, roleOf })
  const { idleMs, absoluteMs } = settings
  const consoles = createConsoleList({ home, log, audit, idleMs, absoluteMs, sessions, roleOf })
  let stopStamping: (() => void) | undefined

  function findAccount(username: string): (Credential & { role: Admin['role'] }) | null {
    if (username === firstAdminName) {
      const credential = firstAdmin.find()
      return credential && { ...credential, role: 'admin' }
    }
    const account = settings.admins.find((one) => one.username === username)
    return account ? { role: account.role, hash: account.hash, proof: account.hash } : null
  }

  function note(deed: 'admin.sign-in' | 'admin.sign-out', admin: string | null, caller: Caller, reason?: string): void {
    const outcome = reason === undefined ? 'done' : 'denied'
    const { ip, requestId } = caller
    const about = { handle: null, principal: null, reason: reason ?? null }
    void audit.write({ phase: 'outcome', deed, admin, outcome, ip, requestId, ...about })
  }

  async function raiseCost(username: string, hash: string, password: string): Promise<void> {
    if (!passwords.isWeak(hash)) return
    if (username === firstAdminName) await firstAdmin.strengthen(await passwords.hash(password))
    else log.warn('admin.weak-hash', { admin: username, advice: 'run npm run hash-password again' })
  }

  return {
    signIn: ({ username, password, earlierId, userAgent = null, ...caller }) =>
      atHome(home, 'Signing in is closed while the home Redis does not answer.', async () => {
        const attempt = await throttle.begin(username, caller.ip)
        await firstAdmin.read()
        const account = findAccount(username)
        if (!(await passwords.check(account?.hash ?? null, password)) || account === null) {
          // A name that nobody has may be a password typed into the wrong field: it is not written down.
          note('admin.sign-in', account && username, caller, account ? 'wrong password' : 'unknown name')
          throw new KnownError('unauthenticated', 'The name or the password is wrong.')
        }
        await attempt.succeeded()
        await raiseCost(username, account.hash, password)
        if (earlierId !== null) await Promise.all([sessions.end(earlierId), consoles.remove(earlierId)])
        const id = await sessions.open(username)
        await consoles.add(id, { username, ip: caller.ip, userAgent })
        note('admin.sign-in', username, caller)
        return id
      }),

    async signOut(id, caller) {
      const session = await sessions.find(id, { isPoll: true }).catch(() => null)
      await sessions.end(id)
      // The session is over either way; a list that cannot be written now forgets it with the idle timeout.
      await consoles.remove(id).catch((error) => log.warn('console-list.unwritten', { error }))
      if (session) note('admin.sign-out', session.username, caller)
    },

    async find(id, { isPoll }) {
      if (id === null) return null
      return atHome(null, 'The home Redis does not answer, so nobody can be recognised.', async () => {
        if (firstAdmin.find() === null) await firstAdmin.read()
        const session = await sessions.find(id, { isPoll })
        const role = session && roleOf(session.username)
        if (session === null || role === null) return null
        if (!isPoll && session.isVerified) consoles.see(id)
        return { ...session, role }
      })
    },

    findToken: (secret, ip) =>
      atHome(null, 'The home Redis does not answer, so no token can be recognised.', async () => {
        if (firstAdmin.find() === null) await firstAdmin.read()
        const found = await tokens.find(secret, ip)
        if (found === null) await throttle.countToken(ip)
        return found
      }),
    tokens,
    consoles,

    start() {
      stopStamping = stampAddresses(settings)
      firstAdmin.start()
      sessions.start()
      tokens.start()
      consoles.start()
    },
    close() {
      stopStamping?.()
      firstAdmin.close()
      sessions.close()
      tokens.close()
      consoles.close()
    },
  }
}

/** What the home's client throws becomes one sentence. A home that is known to be away is not asked. */
async function atHome<T>(home: Connection | null, sentence: string, work: () => Promise<T>): Promise<T> {
  const away = (cause?: unknown) => new KnownError('source-unavailable', sentence, { cause, retryAfterMs: 1000 })
  if (home !== null && home.health().state !== 'up') throw away()
  try {
    return await work()
  } catch (error) {
    throw isKnownError(error) && error.code !== 'source-unavailable' ? error : away(error)
  }
}

function print(text: string): void {
  process.stdout.write(text)
}
