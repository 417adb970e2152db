import { SourcesView } from '@/components/sources/sources-view'
import { getRuntime } from '@/lib/runtime'
import { listSources } from '@/lib/runtime/answers'
import { requireAdmin } from '../require-admin'

/** Where the sessions are found: what is watched and why, and what may be sessions and is not. Read by the function that the API asks. */
export default async function SourcesPage() {
  const { role } = await requireAdmin('/sources')
  return <SourcesView fallback={listSources(getRuntime(), role)} />
}
