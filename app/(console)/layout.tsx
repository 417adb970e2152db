import type { ReactNode } from 'react'
import { Shell } from '@/components/shell/shell'
import { freshUntilOf, wayOf } from '@/lib/admin/admin'
import { may } from '@/lib/admin/roles'
import { getRuntime } from '@/lib/runtime'
import { findAdmin } from './require-admin'

/** Draws the shell around an admin's pages. Without an admin it draws nothing of its own: the page itself leads to the sign-in, and back to itself. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const admin = await findAdmin()
  if (admin === null) return children
  const { settings, now } = getRuntime()
  const { isReadOnly, hasDemo, store, environment } = settings
  const redis = settings.sources.map(({ id, color }) => ({ id, color }))
  const can = {
    extend: !isReadOnly && may(admin.role, 'session.extend'),
    revoke: !isReadOnly && may(admin.role, 'session.revoke'),
    audit: may(admin.role, 'audit.view'),
    export: may(admin.role, 'audit.export'),
    manage: may(admin.role, 'token.view'),
    snooze: may(admin.role, 'finding.snooze'),
  }
  const { username, role, idleExpiresAt, absoluteExpiresAt } = admin
  const times = { idleExpiresAt, absoluteExpiresAt, freshUntil: freshUntilOf(admin), now: now() }
  const me = { username, role, by: wayOf(admin), ...times }
  return <Shell console={{ me, can, isReadOnly, hasDemo, store, environment, redis }}>{children}</Shell>
}
