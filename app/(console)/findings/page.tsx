import { FindingsView } from '@/components/findings/findings-view'
import { FindingQuery } from '@/lib/contract/finding'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

/** What is wrong, how many, which, and what to change. Read by the function that the API asks. */
export default async function FindingsPage() {
  const admin = await requireAdmin('/findings')
  const { findings, serverInfo, snoozes } = getRuntime()
  await Promise.all([serverInfo.refresh(), snoozes.read()])
  return <FindingsView fallback={await readOrNull(admin, FindingQuery.parse({}), findings.read)} />
}
