import { JobsView } from '@/components/jobs/jobs-view'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from '../require-admin'

/** What was done to many at once, by whom, and how far it is. */
export default async function JobsPage() {
  await requireAdmin('/jobs')
  return <JobsView fallback={await getRuntime().jobs.list()} />
}
