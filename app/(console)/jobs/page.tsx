import { JobsView } from '@/components/jobs/jobs-view'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** What was done to many at once, by whom, and how far it is. */
export default async function JobsPage() {
  const admin = await requireAdmin('/jobs')
  return <JobsView fallback={await readOrNull(admin, null, getRuntime().jobs.list)} />
}
