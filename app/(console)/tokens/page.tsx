import { TokensView } from '@/components/tokens/tokens-view'
import { NotYours } from '@/components/ui/not-yours'
import { may } from '@/lib/admin/roles'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** What lets scripts in. */
export default async function TokensPage() {
  const admin = await requireAdmin('/tokens')
  if (!may(admin.role, 'token.view')) return <NotYours title="API tokens" what="API tokens are" role={admin.role} />
  return <TokensView fallback={await readOrNull(admin, null, getRuntime().admins.tokens.list)} />
}
