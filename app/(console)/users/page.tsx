import { PeopleView } from '@/components/users/people-view'
import { pageSize, readView, targetOf, writeView } from '@/components/users/view'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

type Params = Promise<Record<string, string | string[] | undefined>>

/** Everybody who has a session. Its first page is read by the function that the API asks, so there is something to see before any script runs. */
export default async function UsersPage({ searchParams }: { searchParams: Params }) {
  const given = Object.entries(await searchParams).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const view = readView(given)
  const saved = given.find(([name]) => name === 'view')?.[1]
  const admin = await requireAdmin(
    saved === undefined ? `/users${writeView(view)}` : `/users?view=${encodeURIComponent(saved)}`,
  )
  // What a saved view shows is known when the browser has asked for it; until then nothing passes for it.
  const page =
    saved === undefined ? await readOrNull(admin, { ...view, page: 1, size: pageSize }, getRuntime().people.read) : null
  return <PeopleView fallback={page === null ? null : { key: targetOf(view, 1), page }} />
}
