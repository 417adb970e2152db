import { SessionsView } from '@/components/sessions/sessions-view'
import { pageSize, readView, targetOf, writeView } from '@/components/sessions/view'
import type { SessionPage } from '@/lib/contract/session'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from '../require-admin'

type Params = Promise<Record<string, string | string[] | undefined>>

/** The live table. Its first page is read by the function that the API asks, so there is something to see before any script runs. */
export default async function SessionsPage({ searchParams }: { searchParams: Params }) {
  const given = Object.entries(await searchParams).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const view = readView(given)
  const saved = given.find(([name]) => name === 'view')?.[1]
  await requireAdmin(
    saved === undefined ? `/sessions${writeView(view)}` : `/sessions?view=${encodeURIComponent(saved)}`,
  )
  // What a saved view shows is known when the browser has asked for it; until then nothing passes for it.
  const page = saved === undefined ? await readFirstPage(view) : null
  return <SessionsView fallback={page === null ? null : { key: targetOf(view, 1), page }} />
}

async function readFirstPage(view: ReturnType<typeof readView>): Promise<SessionPage | null> {
  try {
    return await getRuntime().list.read({ ...view, page: 1, size: pageSize })
  } catch (error) {
    // Redis has not answered yet: the page itself says so and goes on asking.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
