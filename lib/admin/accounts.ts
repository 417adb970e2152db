import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import type { Audit } from '@/lib/audit'
import type { AdminChange, AdminInput, AdminList, AdminRow, AdminSaved } from '@/lib/contract/admin'
import type { EndAnswer } from '@/lib/contract/console-session'
import { Role } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import { findPasswordFault } from '@/lib/password-rules.mjs'
import type { Connection } from '@/lib/redis/connection'
import type { AdminSetting } from '@/lib/settings.mjs'
import { type AdminActor, noteDeed } from './actor'
import { isToken, needFresh } from './admin'
import { firstAdminName, generatePassword } from './first-admin'
import { createHeldHash, versionOf } from './held-hash'
import type { Passwords } from './password'

const accountsKey = 'rollcall:admins'
const mostAccounts = 500

/** `stamp` is another one after each change that ends the sessions of before: of password, role, or whether they may come in. */
const KeptAccount = z.object({
  name: z.string(),
  role: Role,
  hash: z.string(),
  isDisabled: z.boolean(),
  stamp: z.string(),
  createdAt: z.number(),
  createdBy: z.string(),
})
export type KeptAccount = z.infer<typeof KeptAccount>

/**
 * The admins that were made on the page, in one hash of the home, beside those of the settings. A change holds at the next request, at every replica. No admin takes rights away from themselves, and whoever
 * changes another is looked up in the same transaction: so however many do it at once, the last one stays. All that change throw `forbidden`, `reauth-required` and `source-unavailable`, the last also where
 * the audit does not take it.
 */
export type Accounts = {
  /** Looks again where something may have changed, for `find`. Throws and costs as `HeldHash.read` does. */
  read(): Promise<{ isVerified: boolean }>
  /** The same as Redis has it at this moment. Cost: one HGETALL. */
  readNow(): Promise<void>
  /** Of somebody who may come in, as last read. */
  find(username: string): KeptAccount | null
  /** Whether there is somebody of that name who may not. */
  isDisabled(username: string): boolean
  list(ownName: string): Promise<AdminList>
  /** Throws `conflict` for a name that is taken and `invalid` for a weak password. */
  create(actor: AdminActor, input: AdminInput): Promise<AdminSaved>
  change(actor: AdminActor, handle: string, change: AdminChange): Promise<AdminSaved>
  remove(actor: AdminActor, handle: string): Promise<EndAnswer>
  /** Whose handle this is, of all origins. Throws `not-found`. */
  nameOf(handle: string): Promise<string>
  /** Throws what an admin may not do to admins, `about` or not. */
  allow(actor: AdminActor, about?: string | null): void
  /** A new password of one's own, which the caller has checked. Their sessions of before are over. */
  replaceHash(username: string, hash: string): Promise<void>
  /** The same password with a costlier hash: nobody's session ends. */
  strengthen(username: string, hash: string): Promise<void>
  /** Throws `invalid` for a password that must not be one, with `pointer`. */
  judge(username: string, password: string, pointer: string): void
  start(): void
  close(): void
}

type AccountsOptions = {
  home: Connection
  audit: Audit
  passwords: Passwords
  settings: { admins: AdminSetting[]; publicUrl: string | null }
  hasFactor(username: string): boolean
  /** After a change that ends somebody's sessions. `isGone`: nobody has this name now. */
  onChange(username: string, isGone: boolean): Promise<void>
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { home, audit, passwords, settings, hasFactor, onChange } = options
  const kept = createHeldHash({ home, key: accountsKey, parse: (value) => KeptAccount.safeParse(value).data ?? null })
  const ofSettings = [{ username: firstAdminName, role: 'admin' as const }, ...settings.admins]
  const places = settings.publicUrl === null ? [] : new URL(settings.publicUrl).hostname.split('.')
  let known: ReadonlyMap<string, KeptAccount> = new Map()

  const settingOf = (username: string) => ofSettings.find((one) => one.username === username)
  const isTaken = (field: string) => ofSettings.some(({ username }) => fieldOf(username) === field)

  function findKept(username: string): KeptAccount | null {
    const field = fieldOf(username)
    const account = isTaken(field) ? undefined : known.get(field)
    return account?.name === username ? account : null
  }

  async function read() {
    const { values, isVerified } = await kept.read()
    known = values
    return { isVerified }
  }

  async function readNow(): Promise<void> {
    known = (await kept.readNow()).values
  }

  function judge(username: string, password: string, pointer: string): void {
    const detail = findPasswordFault(password, ['rollcall', username, ...places])
    if (detail === null) return
    throw new KnownError('invalid', `The password ${detail}.`, { faults: [{ pointer, detail }] })
  }

  /** What can be said before anything is looked up. */
  function allow({ admin }: AdminActor, about: string | null = null): void {
    if (isToken(admin.username)) throw new KnownError('forbidden', 'A token changes no admins; an admin does.')
    if (about === admin.username) {
      throw new KnownError(
        'forbidden',
        'Nobody changes themselves here: another admin must. The password is under Account.',
      )
    }
    needFresh(admin, { now: home.now(), what: 'change admins' })
  }

  /** They asked as an admin; meanwhile another may have taken that away. Whom others vouch for is in neither list. */
  function mustStillBeAdmin(values: ReadonlyMap<string, KeptAccount>, { admin }: AdminActor): void {
    if (admin.by !== undefined || settingOf(admin.username) !== undefined) return
    const own = values.get(fieldOf(admin.username))
    if (own?.role !== 'admin' || own.isDisabled) throw new KnownError('forbidden', 'You are no admin any more.')
  }

  function toRow({ name, role, isDisabled, createdAt, createdBy }: KeptAccount, ownName: string): AdminRow {
    const about = { origin: 'here', isDisabled, hasFactor: hasFactor(name), isYou: name === ownName } as const
    return { admin: handleOf(name), name, role, ...about, createdAt, createdBy }
  }

  async function nameOf(handle: string): Promise<string> {
    const names = [
      ...ofSettings.map(({ username }) => username),
      ...[...(await kept.readTrue()).values()].map(({ name }) => name),
    ]
    const name = names.find((one) => handleOf(one) === handle)
    if (name === undefined) throw new KnownError('not-found', 'There is no such admin.')
    return name
  }

  /** The name of somebody who can be changed here. */
  async function changeableOf(handle: string): Promise<string> {
    const name = await nameOf(handle)
    if (isTaken(fieldOf(name))) {
      throw new KnownError('unsupported', `${name} stands in the settings of Rollcall and is changed there.`)
    }
    return name
  }

  async function decide(
    actor: AdminActor,
    name: string,
    work: (account: KeptAccount | undefined, values: ReadonlyMap<string, KeptAccount>) => KeptAccount | null,
  ): Promise<void> {
    await kept.decide(fieldOf(name), (values) => {
      mustStillBeAdmin(values, actor)
      return work(values.get(fieldOf(name)), values)
    })
    await read()
  }

  return {
    read,
    readNow,
    find(username) {
      const account = findKept(username)
      return account?.isDisabled === false ? account : null
    },
    isDisabled: (username) => findKept(username)?.isDisabled === true,

    async list(ownName) {
      known = await kept.readTrue()
      const here = [...known.values()].filter(({ name }) => !isTaken(fieldOf(name)))
      here.sort((a, b) => a.name.localeCompare(b.name))
      const rows: AdminRow[] = [
        ...ofSettings.map(({ username: name, role }) => ({
          ...{ admin: handleOf(name), name, role, origin: 'settings' as const, isDisabled: false },
          ...{ hasFactor: hasFactor(name), isYou: name === ownName, createdAt: null, createdBy: null },
        })),
        ...here.map((account) => toRow(account, ownName)),
      ]
      return { version: versionOf(rows), now: home.now(), rows }
    },

    create(actor, { name: typed, role, password }) {
      const name = typed.normalize('NFC')
      const about = `${name}, ${role}`
      return noteDeed(audit, actor, { deed: 'admin.create', about, keep: audit.keep }, async () => {
        allow(actor)
        if (isTaken(fieldOf(name))) throw taken()
        if (password !== undefined) judge(name, password, '/password')
        const given = password ?? generatePassword()
        const account: KeptAccount = {
          ...{ name, role, hash: await passwords.hash(given), isDisabled: false, stamp: newStamp() },
          ...{ createdAt: home.now(), createdBy: actor.admin.username },
        }
        await decide(actor, name, (present, values) => {
          if (present !== undefined) throw taken()
          if (values.size >= mostAccounts) {
            throw new KnownError('conflict', `There are ${mostAccounts} admins already. Remove some first.`)
          }
          return account
        })
        return { admin: toRow(account, actor.admin.username), password: password === undefined ? given : null }
      })
    },

    async change(actor, handle, { role, isDisabled, password }) {
      const name = await changeableOf(handle)
      const told = [
        ...(role === undefined ? [] : [role]),
        ...(isDisabled === undefined ? [] : [isDisabled ? 'disabled' : 'enabled']),
        ...(password === undefined ? [] : ['new password']),
      ]
      const about = `${name}: ${told.join(', ')}`
      return noteDeed(audit, actor, { deed: 'admin.change', about, keep: audit.keep }, async () => {
        allow(actor, name)
        if (typeof password === 'string') judge(name, password, '/password')
        const given = password === null ? generatePassword() : password
        const fresh = given === undefined ? {} : { hash: await passwords.hash(given) }
        let saved: KeptAccount | undefined
        await decide(actor, name, (account) => {
          if (account === undefined) throw new KnownError('not-found', 'There is no such admin any more.')
          const next = {
            ...account,
            ...fresh,
            role: role ?? account.role,
            isDisabled: isDisabled ?? account.isDisabled,
          }
          const isSame = given === undefined && next.role === account.role && next.isDisabled === account.isDisabled
          saved = isSame ? account : { ...next, stamp: newStamp() }
          return saved
        })
        if (saved === undefined) throw new Error('A change was decided and is not known')
        await onChange(name, false)
        return { admin: toRow(saved, actor.admin.username), password: password === null ? (given ?? null) : null }
      })
    },

    async remove(actor, handle) {
      const name = await changeableOf(handle)
      return noteDeed<EndAnswer>(audit, actor, { deed: 'admin.remove', about: name, keep: audit.keep }, async () => {
        allow(actor, name)
        let wasThere = false
        await decide(actor, name, (account) => {
          wasThere = account !== undefined
          return null
        })
        await onChange(name, true)
        if (wasThere) return { outcome: 'done', reason: null }
        return { outcome: 'already-gone', reason: 'They had been removed already.' }
      })
    },

    nameOf,
    allow,
    judge,

    async replaceHash(username, hash) {
      await kept.decide(fieldOf(username), (values) => {
        const account = values.get(fieldOf(username))
        if (account === undefined) throw new KnownError('not-found', 'There is no such admin any more.')
        return { ...account, hash, stamp: newStamp() }
      })
      await read()
    },
    async strengthen(username, hash) {
      const before = findKept(username)?.hash
      await kept.decide(fieldOf(username), (values) => {
        const account = values.get(fieldOf(username)) ?? null
        return account?.hash === before ? account && { ...account, hash } : account
      })
      await read()
    },

    start: kept.start,
    close: kept.close,
  }
}

/** Names that differ in case or in a compatible form alone are one. */
function fieldOf(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/** Stands for a name in addresses, so that no name does. It is no secret. */
function handleOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 16)
}

const newStamp = () => randomBytes(9).toString('base64url')

const taken = () =>
  new KnownError('conflict', 'There is an admin of this name already.', {
    faults: [{ pointer: '/name', detail: 'is taken' }],
  })
