import type { Deed } from '@/lib/contract/audit'
import { type Role, roles } from '@/lib/contract/login'

/** The least role that may do each deed. The one table; a new deed does not compile without its row. */
const leastRole: Record<Deed, Role> = {
  'session.view': 'viewer',
  'session.reveal': 'admin',
  'session.revoke': 'operator',
  'session.restore': 'operator',
  'session.extend': 'operator',
  'guard.end': 'operator',
  'job.view': 'viewer',
  'job.start': 'operator',
  'job.stop': 'operator',
  'job.resume': 'operator',
  'job.undo': 'operator',
  'view.save': 'viewer',
  'view.delete': 'viewer',
  'source.choose': 'admin',
  'finding.snooze': 'operator',
  'finding.wake': 'operator',
  'audit.view': 'operator',
  'audit.export': 'admin',
  'token.view': 'admin',
  'token.create': 'admin',
  'token.revoke': 'admin',
  'console.view': 'admin',
  'console.end': 'admin',
  'admin.view': 'admin',
  'admin.create': 'admin',
  'admin.change': 'admin',
  'admin.remove': 'admin',
  'admin.reset-factor': 'admin',
  'account.view': 'viewer',
  'account.password': 'viewer',
  'account.factor': 'viewer',
  'account.end-others': 'viewer',
  'admin.sign-in': 'viewer',
  'admin.sign-out': 'viewer',
}

/** The least role that may do this deed. */
export const leastRoleOf = (deed: Deed): Role => leastRole[deed]

/** The lesser of two roles. */
export function lesserRole(one: Role, other: Role): Role {
  return roles.indexOf(one) < roles.indexOf(other) ? one : other
}

/** Whether this role may do this deed. Roles are ordered: whoever may more may all that is below. */
export function may(role: Role, deed: Deed): boolean {
  return roles.indexOf(role) >= roles.indexOf(leastRole[deed])
}
