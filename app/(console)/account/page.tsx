import { cookies } from 'next/headers'
import { AccountView } from '@/components/account/account-view'
import { cookieName } from '@/lib/admin/cookie'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** The account of whoever looks: password, second factor, and where they are signed in. */
export default async function AccountPage() {
  const admin = await requireAdmin('/account')
  const ownId = (await cookies()).get(cookieName)?.value ?? null
  return <AccountView fallback={await readOrNull(admin, ownId, (id) => getRuntime().admins.own.describe(admin, id))} />
}
