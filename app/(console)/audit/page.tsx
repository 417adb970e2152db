import './print.css'
import { AuditView } from '@/components/audit/audit-view'
import { NotYoursFace } from '@/components/audit/faces'
import { readView, targetOf, writeView } from '@/components/audit/view'
import { may } from '@/lib/admin/roles'
import { AuditQuery } from '@/lib/contract/audit'
import { getRuntime } from '@/lib/runtime'
import { readOrNull } from '../read-or-null'
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
  const page = await readOrNull(admin, AuditQuery.parse(view), getRuntime().auditHistory.read)
  return <AuditView fallback={page === null ? null : { key: targetOf(view), page }} />
}
