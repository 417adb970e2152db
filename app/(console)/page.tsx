import { OverviewView } from '@/components/overview/overview-view'
import { OverviewQuery } from '@/lib/contract/overview'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from './read-or-null'
import { requireAdmin } from './require-admin'

/** The whole at a glance. Read by the function that the API asks. */
export default async function OverviewPage() {
  const admin = await requireAdmin('/')
  const { overview, snoozes } = getRuntime()
  await snoozes.read()
  return <OverviewView fallback={await readOrNull(admin, OverviewQuery.parse({}), overview.read)} />
}
