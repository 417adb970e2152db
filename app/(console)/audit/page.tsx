import './print.css'
import { AuditView } from '@/components/audit/audit-view'
import { NotYoursFace } from '@/components/audit/faces'
import { readView, targetOf, writeView } from '@/components/audit/view'
import { may } from '@/lib/admin/roles'
import { type AuditPage as Answer, AuditQuery } from '@/lib/contract/audit'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { requireAdmin } from '../require-admin'

type Params = Promise<Record<string, string | string[] | undefined>>

/** Who did what. The page under the address is read by the function that the API asks, and only for who may read it. */
export default async function AuditPage({ searchParams }: { searchParams: Params }) {
  const given = Object.entries(await searchParams).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const view = readView(given)
  const admin = await requireAdmin(`/audit${writeView(view)}`)
  if (!may(admin.role, 'audit.view')) return <NotYoursFace role={admin.role} />
  const page = await readPage(view)
  return <AuditView fallback={page === null ? null : { key: targetOf(view), page }} />
}

async function readPage(view: ReturnType<typeof readView>): Promise<Answer | null> {
  try {
    return await getRuntime().auditHistory.read(AuditQuery.parse(view))
  } catch (error) {
    // The home does not answer: the page itself says so and goes on asking.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
