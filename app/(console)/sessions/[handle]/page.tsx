import { SessionPageView } from '@/components/sessions/session-page-view'
import { requireAdmin } from '../../require-admin'

/** One session, loaded by its own address. */
export default async function SessionPage({ params }: { params: Promise<{ handle: string }> }) {
  const { handle } = await params
  await requireAdmin(`/sessions/${encodeURIComponent(handle)}`)
  return <SessionPageView handle={handle} />
}
