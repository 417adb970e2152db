import type { Audit } from '@/lib/audit'
import type {
  Account,
  FactorConfirm,
  FactorOffer,
  FactorRemoval,
  FactorStart,
  OthersEnded,
  PasswordChange,
} from '@/lib/contract/account'
import type { Deed } from '@/lib/contract/audit'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import type { Accounts } from './accounts'
import { type AdminActor, noteDeed } from './actor'
import { type Admin, isToken } from './admin'
import type { ConsoleList } from './console-list'
import { type Factors, wrongCode } from './factors'
import { type FirstAdmin, firstAdminName } from './first-admin'
import { versionOf } from './held-hash'
import type { Passwords } from './password'
import type { Throttle } from './throttle'

/**
 * What everybody may do to their own account. What changes how they sign in asks for the password once more, counts towards the same limits as signing in, and throws `forbidden` for a wrong one with a
 * pointer to it, `too-many`, and `source-unavailable` also where the audit does not take it. All throw `not-found` for a token and `unsupported` for who signs in elsewhere.
 */
export type OwnAccount = {
  /** `ownId`: of the console session that asks. */
  describe(admin: Admin, ownId: string | null): Promise<Account>
  /** Ends every session of theirs, this one too, and gives the id of a new one. Throws `invalid` for a weak one, `unsupported` where the settings have it. */
  changePassword(actor: AdminActor, change: PasswordChange, userAgent?: string | null): Promise<string>
  offerFactor(actor: AdminActor, input: FactorStart): Promise<FactorOffer>
  /** Answers the recovery codes. Throws `invalid` for a wrong code, `conflict`. */
  confirmFactor(actor: AdminActor, input: FactorConfirm): Promise<string[]>
  /** Throws `invalid` for a wrong code. */
  removeFactor(actor: AdminActor, input: FactorRemoval): Promise<void>
  /** Ends their own sessions but this one. */
  endOthers(actor: AdminActor, ownId: string | null): Promise<OthersEnded>
}

type OwnAccountOptions = {
  home: Connection
  audit: Audit
  passwords: Passwords
  throttle: Throttle
  accounts: Accounts
  factors: Factors
  firstAdmin: FirstAdmin
  consoles: Pick<ConsoleList, 'list' | 'endOf'>
  /** The hash of a person's password now; null: they have none here. */
  hashOf(username: string): string | null
  open(who: { username: string; ip: string | null; userAgent: string | null }): Promise<string>
  /** What an authenticator shows beside the name. */
  issuer: string
}

export function createOwnAccount(options: OwnAccountOptions): OwnAccount {
  const { home, audit, passwords, throttle, accounts, factors, firstAdmin, consoles, hashOf, open, issuer } = options

  const canChange = (username: string) =>
    username === firstAdminName ? firstAdmin.canChange() : accounts.find(username) !== null

  function mustBePerson({ username }: Pick<Admin, 'username'>): void {
    if (isToken(username)) throw new KnownError('not-found', 'A token has no account.')
  }

  function hashOfPerson({ username }: Pick<Admin, 'username'>): string {
    mustBePerson({ username })
    const hash = hashOf(username)
    if (hash === null) throw new KnownError('unsupported', 'You do not sign in by a password of this console.')
    return hash
  }

  /** Throws `forbidden` for a wrong password and `invalid` for a wrong code, where one is asked for. Either counts like a failed sign-in. */
  async function prove(
    { admin, ip }: AdminActor,
    { password, code }: { password: string; code?: string },
  ): Promise<void> {
    const hash = hashOfPerson(admin)
    const attempt = await throttle.begin(admin.username, ip)
    if (!(await passwords.check(hash, password))) {
      throw new KnownError('forbidden', 'That is not your password.', {
        faults: [{ pointer: '/password', detail: 'is not your password' }],
      })
    }
    if (code !== undefined && !(await factors.take(admin.username, code))) throw wrongCode()
    await attempt.succeeded()
  }

  const note = <T extends object>(actor: AdminActor, deed: Deed, about: string, work: () => Promise<T>) =>
    noteDeed(audit, actor, { deed, about, keep: audit.keep }, work)

  return {
    async describe({ username, role }, ownId) {
      mustBePerson({ username })
      const { rows } = await consoles.list(ownId)
      const hasPassword = hashOf(username) !== null
      const told = {
        ...{ username, role, hasPassword, canChangePassword: canChange(username) },
        factor: hasPassword ? await factors.describe(username) : null,
        sessions: rows.filter((row) => row.username === username),
      }
      return { version: versionOf([told]), now: home.now(), ...told }
    },

    async changePassword(actor, { password, newPassword }, userAgent = null) {
      const { username } = actor.admin
      hashOfPerson(actor.admin)
      if (!canChange(username)) {
        throw new KnownError('unsupported', 'Your password stands in the settings of Rollcall and is changed there.')
      }
      const { id } = await note(actor, 'account.password', username, async () => {
        await prove(actor, { password })
        accounts.judge(username, newPassword, '/newPassword')
        const hash = await passwords.hash(newPassword)
        if (username === firstAdminName) await firstAdmin.replaceHash(hash)
        else await accounts.replaceHash(username, hash)
        await consoles.endOf(username, null)
        return { id: await open({ username, ip: actor.ip, userAgent }) }
      })
      return id
    },

    offerFactor: (actor, { password }) =>
      note(actor, 'account.factor', 'a secret to set up with', async () => {
        await prove(actor, { password })
        return factors.offer(actor.admin.username, issuer)
      }),

    async confirmFactor(actor, { enrolment, code }) {
      hashOfPerson(actor.admin)
      return note(actor, 'account.factor', 'switched on', () => factors.confirm(actor.admin.username, enrolment, code))
    },

    async removeFactor(actor, proof) {
      await note(actor, 'account.factor', 'switched off', async () => {
        await prove(actor, proof)
        await factors.remove(actor.admin.username)
        return {}
      })
    },

    async endOthers(actor, ownId) {
      const { username } = actor.admin
      mustBePerson(actor.admin)
      return noteDeed(audit, actor, { deed: 'account.end-others', about: username }, async () => ({
        ended: await consoles.endOf(username, ownId),
      }))
    },
  }
}
