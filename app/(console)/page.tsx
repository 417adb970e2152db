import { OverviewView } from '@/components/overview/overview-view'
import { type Overview, OverviewQuery } from '@/lib/contract/overview'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from './require-admin'

/** The whole at a glance. Read by the function that the API asks. */
export default async function OverviewPage() {
  await requireAdmin('/')
  return <OverviewView fallback={await readFirst()} />
}

async function readFirst(): Promise<Overview | null> {
  const { overview, snoozes } = getRuntime()
  await snoozes.read()
  try {
    return await overview.read(OverviewQuery.parse({}))
  } catch (error) {
    // Redis has not answered yet: the page itself says so and goes on asking.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
