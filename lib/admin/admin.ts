import type { Me, Role } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import type { Voucher } from './grant'

/** A person signed in to this console. */
export type Admin = {
  username: string
  role: Role
  idleExpiresAt: number
  absoluteExpiresAt: number
  /** When they gave their password, here or at the provider. Absent for an API token, and where nobody knows. */
  signedInAt?: number
  /** Who vouches for them; absent: this console itself. */
  by?: Voucher
}

/** By whose word somebody is who they are. */
export function wayOf({ username, by }: Pick<Admin, 'username' | 'by'>): Me['by'] {
  return by ?? (isToken(username) ? 'token' : 'password')
}

/** Whether this name, as it stands in the audit, is a token's. No admin's name has a colon: the settings part name and role by it. */
export function isToken(username: string): boolean {
  return username.startsWith('token:')
}

/** A password that was given longer ago than this is asked for again, before what would be worst in the hands of somebody who found an open browser. */
export const freshMs = 10 * 60_000

/** Until when this session needs no password again; null: an API token, which has none, or nobody knows. */
export function freshUntilOf({ signedInAt }: Pick<Admin, 'signedInAt'>): number | null {
  return signedInAt === undefined ? null : signedInAt + freshMs
}

/** Whether the password was given in the last ten minutes. A time that is still to come was told by another clock. */
export function isFresh({ signedInAt }: Pick<Admin, 'signedInAt'>, now: number): boolean {
  return signedInAt !== undefined && signedInAt <= now && now - signedInAt < freshMs
}

/**
 * Throws `reauth-required` for a person whose password is not fresh, after `deny` was told why. A token passes: it was made with a fresh one, for scripts, which have nobody to ask.
 */
export function needFresh(
  admin: Pick<Admin, 'signedInAt' | 'username' | 'by'>,
  { now, what, deny }: { now: number; what: string; deny?: (reason: string) => void },
): void {
  if (isFresh(admin, now) || isToken(admin.username)) return
  deny?.('The password was not given in the last ten minutes.')
  throw new KnownError('reauth-required', `${again[wayOf(admin)]} to ${what}.`)
}

const again: Record<Me['by'], string> = {
  password: 'Sign in again with your password',
  openid: 'Sign in again at your provider',
  // A proxy cannot be made to ask.
  proxy: 'Sign in with a password of this console',
  token: 'Ask an admin',
}
