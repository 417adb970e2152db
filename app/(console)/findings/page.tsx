import { FindingsView } from '@/components/findings/findings-view'
import { type FindingPage, FindingQuery } from '@/lib/contract/finding'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from '../require-admin'

/** What is wrong, how many, which, and what to change. Read by the function that the API asks. */
export default async function FindingsPage() {
  await requireAdmin('/findings')
  return <FindingsView fallback={await readFirstPage()} />
}

async function readFirstPage(): Promise<FindingPage | null> {
  const { findings, serverInfo, snoozes } = getRuntime()
  await Promise.all([serverInfo.refresh(), snoozes.read()])
  try {
    return await findings.read(FindingQuery.parse({}))
  } catch (error) {
    // Redis has not answered yet: the page itself says so and goes on asking.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
