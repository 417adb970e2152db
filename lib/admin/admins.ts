import type { Audit } from '@/lib/audit'
import type { EndAnswer } from '@/lib/contract/console-session'
import { isKnownError, KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Handles } from '@/lib/session/handle'
import type { Settings } from '@/lib/settings.mjs'
import { type Accounts, createAccounts } from './accounts'
import { type AdminActor, type Caller, noteDeed } from './actor'
import { stampAddresses } from './address'
import type { Admin } from './admin'
import { type ConsoleList, createConsoleList } from './console-list'
import { createConsoleSessions } from './console-sessions'
import { createFactors } from './factors'
import { type Credential, createFirstAdmin, firstAdminName } from './first-admin'
import { createGrants, type Grant } from './grant'
import { createOpenId } from './openid'
import { isOpenIdRefused } from './openid-refused'
import { createOpenIdSignIn, type OpenIdSignIn } from './openid-sign-in'
import { createOwnAccount, type OwnAccount } from './own-account'
import { createPasswords } from './password'
import { createThrottle } from './throttle'
import { createTokens, type Tokens } from './tokens'
import { createVoucher, type Vouched } from './voucher'

/** An admin as the door finds them. `isVerified` is false while the home cannot confirm the session: then they may read, never act. */
export type FoundAdmin = Admin & { isVerified: boolean }

/** The people who may use this console, their sessions in it, and the tokens that they made for scripts. */
export type Admins = {
  /**
   * Opens a console session; `id` belongs into the cookie. The session of an earlier cookie ends. Throws `unauthenticated` (one sentence for a wrong name and a wrong
   * password), `second-factor-required` for the right password of an account that has one, without its code or with a wrong one, `too-many`, and `source-unavailable` while the home is away: sign-in is
   * then closed. Cost: one argon2 hash and about ten commands.
   */
  signIn(input: SignIn & Caller): Promise<string>
  /** Signing in at a provider; null where the settings name none. */
  openId: OpenIdSignIn | null
  /** Whom a proxy vouches for in a request with these headers; null: nobody, and always where the settings name no proxy. Costs nothing. */
  vouchedBy(headers: Headers): Vouched | null
  /** Opens a console session for whoever a proxy vouches for. It holds only while the proxy says the same of each request. */
  signInVouched(
    vouched: Vouched,
    input: { earlierId: string | null; userAgent: string | null } & Caller,
  ): Promise<string>
  /** Ends the session: on the next request it is gone. Says nothing about an id that is none. */
  signOut(id: string, caller: Caller): Promise<void>
  /** Who has this session, or null; one that a proxy vouched for is nobody's where it does not say so again. Polls do not slide its idle end. Throws `source-unavailable` when nobody can tell. Costs Redis nothing as a rule. */
  find(id: string | null, options: { isPoll: boolean; vouched?: Vouched | null }): Promise<FoundAdmin | null>
  /**
   * Whom a bearer token stands for, or null: whatever is wrong with it, it is the one answer. Throws `too-many` for a client that sent many that opened nothing, and
   * `source-unavailable` when nobody can tell. A right token is never made to wait, and costs Redis nothing as a rule.
   */
  findToken(secret: string, ip: string | null): Promise<FoundAdmin | null>
  tokens: Pick<Tokens, 'list' | 'create' | 'revoke'>
  consoles: Pick<ConsoleList, 'list' | 'end'>
  accounts: Pick<Accounts, 'create' | 'change' | 'remove'> & {
    list(ownName: string): ReturnType<Accounts['list']>
    /** Takes the second factor off somebody who lost it. Throws as `change` does. */
    resetFactor(actor: AdminActor, handle: string): Promise<EndAnswer>
  }
  own: OwnAccount
  start(): void
  close(): void
}

type SignIn = {
  username: string
  password: string
  code?: string | undefined
  earlierId: string | null
  userAgent?: string | null
}

type AdminsOptions = {
  settings: Settings
  home: Connection
  /** Throws while the secret of the deployment is not known. */
  sealer(): Handles
  log: Log
  audit: Audit
  /** When nobody has this name any more. */
  onRemoved?(username: string): Promise<void>
  /** Where a generated password is said, once. Never the log. */
  announce?(text: string): void
}

export function createAdmins(options: AdminsOptions): Admins {
  const { settings, home, sealer, log, audit, onRemoved, announce = print } = options
  const passwords = createPasswords()
  const throttle = createThrottle(home)
  const firstAdmin = createFirstAdmin({ home, password: settings.adminPassword, passwords, announce, log })
  const grants = createGrants(settings)
  const sessions = createConsoleSessions({
    home,
    idleMs: settings.idleMs,
    absoluteMs: settings.absoluteMs,
    log,
    proofOf(username, grant) {
      if (grant !== undefined) return grants.stands(grant) ? JSON.stringify(grant) : null
      const account = findAccount(username)
      return account && `${account.role}\n${account.proof}`
    },
    refresh: () => accounts.readNow(),
  })
  const roleOf = (username: string, grant?: Grant) =>
    grant === undefined ? (findAccount(username)?.role ?? null) : grants.stands(grant) ? grant.role : null
  const tokens = createTokens({
    ...{ home, log, audit },
    // What somebody made who had this name before is not theirs.
    roleOf: (username, since) => ((accounts.find(username)?.createdAt ?? 0) > since ? null : roleOf(username)),
  })
  const { idleMs, absoluteMs } = settings
  const consoles = createConsoleList({ home, log, audit, idleMs, absoluteMs, sessions, roleOf })
  const factors = createFactors({ home, sealer })
  const accounts = createAccounts({
    ...{ home, audit, passwords, settings, hasFactor: factors.has },
    async onChange(username, isGone) {
      try {
        await consoles.endOf(username, null)
        if (!isGone) return
        await factors.remove(username)
        await onRemoved?.(username)
      } catch (error) {
        // Their sessions open nothing any more, whatever the list says.
        log.warn('account.untidied', { error })
      }
    },
  })
  const hashOf = (username: string) => findAccount(username)?.hash ?? null
  const issuer = settings.environment === null ? 'Rollcall' : `Rollcall ${settings.environment.name}`
  const own = createOwnAccount({
    ...{ home, audit, passwords, throttle, accounts, factors, firstAdmin, consoles, hashOf, open, issuer },
  })
  let stopStamping: (() => void) | undefined

  function findAccount(username: string): (Credential & { role: Admin['role'] }) | null {
    if (username === firstAdminName) {
      const credential = firstAdmin.find()
      return credential && { ...credential, role: 'admin' }
    }
    const setting = settings.admins.find((one) => one.username === username)
    if (setting) return { role: setting.role, hash: setting.hash, proof: setting.hash }
    const account = accounts.find(username)
    return account && { role: account.role, hash: account.hash, proof: account.stamp }
  }

  /** What changes with an admin's account, as of now. Whether the home vouches for it. */
  async function readAccounts(): Promise<boolean> {
    if (firstAdmin.find() === null) await firstAdmin.read()
    await factors.read()
    return (await accounts.read()).isVerified
  }

  /** Throws unless they have no second factor, or this code of it. */
  async function proveFactor(username: string, code: string | undefined, caller: Caller): Promise<void> {
    await factors.readNow()
    if (!factors.has(username) || (code !== undefined && (await factors.take(username, code)))) return
    deny(username, caller, code === undefined ? 'right password, no code yet' : 'wrong code')
    const detail =
      code === undefined ? 'Enter the code of your authenticator.' : 'The code is wrong or was used before.'
    throw new KnownError('second-factor-required', detail)
  }

  type Noted = { deed: 'admin.sign-in' | 'admin.sign-out'; outcome: 'done' | 'denied'; reason?: string }
  function note({ deed, outcome, reason = '' }: Noted, admin: string | null, { ip, requestId }: Caller): void {
    const about = { handle: null, principal: null, reason: reason === '' ? null : reason }
    void audit.write({ phase: 'outcome', deed, admin, outcome, ip, requestId, ...about })
  }
  const deny = (admin: string | null, caller: Caller, reason: string) =>
    note({ deed: 'admin.sign-in', outcome: 'denied', reason }, admin, caller)

  type Granted = { grant: Grant; signedInAt: number | null }
  async function open(
    who: { username: string; ip: string | null; userAgent: string | null },
    granted?: Granted,
  ): Promise<string> {
    const id = await sessions.open(who.username, granted)
    await consoles.add(id, granted ? { ...who, grant: granted.grant } : who)
    return id
  }

  type Who = { username: string; earlierId: string | null; userAgent: string | null; reason?: string } & Caller
  async function signInAs(who: Who, granted?: Granted): Promise<string> {
    const { username, earlierId, userAgent, reason, ip, requestId } = who
    if (earlierId !== null) await Promise.all([sessions.end(earlierId), consoles.remove(earlierId)])
    const id = await open({ username, ip, userAgent }, granted)
    note({ deed: 'admin.sign-in', outcome: 'done', ...(reason ? { reason } : {}) }, username, { ip, requestId })
    return id
  }

  async function raiseCost(username: string, hash: string, password: string): Promise<void> {
    if (!passwords.isWeak(hash)) return
    if (username === firstAdminName) await firstAdmin.replaceHash(await passwords.hash(password))
    else if (accounts.find(username)) await accounts.strengthen(username, await passwords.hash(password))
    else log.warn('admin.weak-hash', { admin: username, advice: 'run npm run hash-password again' })
  }

  function grantOf(by: Grant['by'], role: Admin['role']): Grant {
    const grant = grants.make(by, role)
    if (grant === null) throw new KnownError('not-found', 'Nobody signs in this way here.')
    return grant
  }

  const openId =
    settings.openId === null
      ? null
      : createOpenIdSignIn({
          openId: createOpenId({ settings, setting: settings.openId, home, handles: sealer }),
          throttle,
          log,
          grantOf: ({ role }) => grantOf('openid', role),
          open: signInAs,
          deny,
          atHome: (work) => atHome(home, closed, work),
        })

  return {
    signIn: ({ username, password, code, earlierId, userAgent = null, ...caller }) =>
      atHome(home, closed, async () => {
        const attempt = await throttle.begin(username, caller.ip)
        await Promise.all([firstAdmin.read(), accounts.readNow()])
        const account = findAccount(username)
        if (!(await passwords.check(account?.hash ?? null, password)) || account === null) {
          const isDisabled = accounts.isDisabled(username)
          // A name that nobody has may be a password typed into the wrong field: it is not written down.
          const reason = account ? 'wrong password' : isDisabled ? 'disabled' : 'unknown name'
          deny(account || isDisabled ? username : null, caller, reason)
          throw new KnownError('unauthenticated', 'The name or the password is wrong.')
        }
        await proveFactor(username, code, caller)
        await attempt.succeeded()
        await raiseCost(username, account.hash, password)
        return signInAs({ username, earlierId, userAgent, ...caller })
      }),

    openId,
    vouchedBy: createVoucher(settings.proxy),
    signInVouched: ({ username, role }, who) =>
      atHome(home, closed, async () => {
        const reason = 'by the word of the proxy'
        return signInAs({ username, reason, ...who }, { grant: grantOf('proxy', role), signedInAt: null })
      }),

    async signOut(id, caller) {
      const session = await sessions.find(id, { isPoll: true }).catch(() => null)
      await sessions.end(id)
      // The session is over either way; a list that cannot be written now forgets it with the idle timeout.
      await consoles.remove(id).catch((error) => log.warn('console-list.unwritten', { error }))
      if (session) note({ deed: 'admin.sign-out', outcome: 'done' }, session.username, caller)
    },

    async find(id, { isPoll, vouched = null }) {
      if (id === null) return null
      return atHome(null, 'The home Redis does not answer, so nobody can be recognised.', async () => {
        const isVerified = await readAccounts()
        const session = await sessions.find(id, { isPoll })
        const role = session && roleOf(session.username, session.grant)
        if (session === null || role === null) return null
        const isVouched = vouched?.username === session.username && vouched.role === role
        if (session.grant?.by === 'proxy' && !isVouched) return null
        if (!isPoll && session.isVerified) consoles.see(id)
        const { grant, ...found } = session
        return { ...found, role, isVerified: session.isVerified && isVerified, ...(grant ? { by: grant.by } : {}) }
      })
    },

    findToken: (secret, ip) =>
      atHome(null, 'The home Redis does not answer, so no token can be recognised.', async () => {
        const isVerified = await readAccounts()
        const found = await tokens.find(secret, ip)
        if (found === null) await throttle.countWrong('token', ip)
        return found && { ...found, isVerified: found.isVerified && isVerified }
      }),
    tokens,
    consoles,
    own,
    accounts: {
      ...accounts,
      async list(ownName) {
        await factors.read()
        return accounts.list(ownName)
      },
      async resetFactor(actor, handle) {
        const name = await accounts.nameOf(handle)
        const note = { deed: 'admin.reset-factor', about: name, keep: audit.keep } as const
        return noteDeed<EndAnswer>(audit, actor, note, async () => {
          accounts.allow(actor, name)
          if (await factors.remove(name)) return { outcome: 'done', reason: null }
          return { outcome: 'already-gone', reason: 'They have no second factor.' }
        })
      },
    },

    start() {
      stopStamping = stampAddresses(settings)
      firstAdmin.start()
      sessions.start()
      tokens.start()
      consoles.start()
      accounts.start()
      factors.start()
    },
    close() {
      stopStamping?.()
      firstAdmin.close()
      sessions.close()
      tokens.close()
      consoles.close()
      accounts.close()
      factors.close()
    },
  }
}

const closed = 'Signing in is closed while the home Redis does not answer.'

/** What the home's client throws becomes one sentence. A home that is known to be away is not asked. */
async function atHome<T>(home: Connection | null, sentence: string, work: () => Promise<T>): Promise<T> {
  const away = (cause?: unknown) => new KnownError('source-unavailable', sentence, { cause, retryAfterMs: 1000 })
  if (home !== null && home.health().state !== 'up') throw away()
  try {
    return await work()
  } catch (error) {
    const isOurs = isOpenIdRefused(error) || (isKnownError(error) && error.code !== 'source-unavailable')
    throw isOurs ? error : away(error)
  }
}

function print(text: string): void {
  process.stdout.write(text)
}
