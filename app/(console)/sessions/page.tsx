import { SessionsView } from '@/components/sessions/sessions-view'
import { pageSize, readView, targetOf, writeView } from '@/components/sessions/view'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
import { requireAdmin } from '../require-admin'

type Params = Promise<Record<string, string | string[] | undefined>>

/** The live table. Its first page is read by the function that the API asks, so there is something to see before any script runs. */
export default async function SessionsPage({ searchParams }: { searchParams: Params }) {
  const given = Object.entries(await searchParams).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const view = readView(given)
  const saved = given.find(([name]) => name === 'view')?.[1]
  const admin = await requireAdmin(
    saved === undefined ? `/sessions${writeView(view)}` : `/sessions?view=${encodeURIComponent(saved)}`,
  )
  // What a saved view shows is known when the browser has asked for it; until then nothing passes for it.
  const page =
    saved === undefined ? await readOrNull(admin, { ...view, page: 1, size: pageSize }, getRuntime().list.read) : null
  return <SessionsView fallback={page === null ? null : { key: targetOf(view, 1), page }} />
}
