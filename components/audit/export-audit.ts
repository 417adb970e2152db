import { askPassword } from '@/components/shell/overlays'
import { showToast } from '@/components/ui/toast'
import { ApiProblem, send } from '@/lib/client/api'
import { Me } from '@/lib/contract/login'
import { type AuditFilter, exportOf } from './view'

/** So long before its end a password counts as too old already: the request is still on its way then. */
const marginMs = 5000

/** Downloads these entries as a file. The password is asked for first where it was given too long ago: a download that is refused would say nothing on the page. */
export async function exportAudit(filter: AuditFilter, format: 'csv' | 'json'): Promise<void> {
  const download = () => window.location.assign(exportOf(filter, format))
  try {
    const me = await send('GET', '/api/me', Me)
    if (me !== null && (me.freshUntil ?? 0) - me.now > marginMs) download()
    else askPassword('The audit is exported by whoever gave their password in the last ten minutes.', download)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    showToast({ title: 'The audit was not exported', detail: error.detail, isBad: true })
  }
}
