import { PeopleView } from '@/components/users/people-view'
import { pageSize, readView, targetOf, writeView } from '@/components/users/view'
import type { PeoplePage } from '@/lib/contract/person'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from '../require-admin'

type Params = Promise<Record<string, string | string[] | undefined>>

/** Everybody who has a session. Its first page is read by the function that the API asks, so there is something to see before any script runs. */
export default async function UsersPage({ searchParams }: { searchParams: Params }) {
  const given = Object.entries(await searchParams).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const view = readView(given)
  const saved = given.find(([name]) => name === 'view')?.[1]
  await requireAdmin(saved === undefined ? `/users${writeView(view)}` : `/users?view=${encodeURIComponent(saved)}`)
  // What a saved view shows is known when the browser has asked for it; until then nothing passes for it.
  const page = saved === undefined ? await readFirstPage(view) : null
  return <PeopleView fallback={page === null ? null : { key: targetOf(view, 1), page }} />
}

async function readFirstPage(view: ReturnType<typeof readView>): Promise<PeoplePage | null> {
  try {
    return await getRuntime().people.read({ ...view, page: 1, size: pageSize })
  } catch (error) {
    // Redis has not answered yet: the page itself says so and goes on asking.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
