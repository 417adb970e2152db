import { SourcesView } from '@/components/sources/sources-view'
import { getRuntime } from '@/lib/runtime'
import { listSources } from '@/lib/runtime/answers'
import { shownTo } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** What is watched and why, what was found beside it, and what admins left alone. Read by the function that the API asks. */
export default async function SourcesPage() {
  const admin = await requireAdmin('/sources')
  return <SourcesView fallback={shownTo(admin, listSources(getRuntime(), admin.role))} />
}
