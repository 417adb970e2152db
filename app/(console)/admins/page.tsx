import { cookies } from 'next/headers'
import { ConsolesView } from '@/components/admins/consoles-view'
import { NotYours } from '@/components/ui/not-yours'
import { cookieName } from '@/lib/admin/cookie'
import { may } from '@/lib/admin/roles'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** Who is signed in to this console. */
export default async function AdminsPage() {
  const admin = await requireAdmin('/admins')
  if (!may(admin.role, 'console.view')) return <NotYours title="Admins" what="This page is" role={admin.role} />
  const ownId = (await cookies()).get(cookieName)?.value ?? null
  return <ConsolesView fallback={await readOrNull(admin, ownId, getRuntime().admins.consoles.list)} />
}
