import { cookies } from 'next/headers'
import { AdminsView } from '@/components/admins/admins-view'
import { NotYours } from '@/components/ui/not-yours'
import { cookieName } from '@/lib/admin/cookie'
import { may } from '@/lib/admin/roles'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** Who may sign in to this console, and who is signed in now. */
export default async function AdminsPage() {
  const admin = await requireAdmin('/admins')
  if (!may(admin.role, 'admin.view')) return <NotYours title="Admins" what="This page is" role={admin.role} />
  const ownId = (await cookies()).get(cookieName)?.value ?? null
  const { accounts, consoles } = getRuntime().admins
  return (
    <AdminsView
      accounts={await readOrNull(admin, admin.username, accounts.list)}
      consoles={await readOrNull(admin, ownId, consoles.list)}
    />
  )
}
