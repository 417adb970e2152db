import { needFresh } from '@/lib/admin/admin'
import { type AuditEntry, AuditExportQuery } from '@/lib/contract/audit'
import { KnownError } from '@/lib/errors'
import { download } from '@/lib/http/download'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

const columns = [
  'time',
  'phase',
  'deed',
  'admin',
  'handle',
  'principal',
  'outcome',
  'reason',
  'ip',
  'requestId',
] as const

/** The audit as a file. The export stands in the audit before the first line is sent; where it cannot be written there, nothing is sent. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'audit.export',
    query: AuditExportQuery,
    async run({ query: { format, ...filter }, admin, requestId, ip }) {
      const { audit, auditHistory, now } = getRuntime()
      const reason = `As ${format}${Object.keys(filter).length > 0 ? ', filtered' : ''}.`
      const about = {
        admin: admin.username,
        handle: null,
        principal: null,
        outcome: 'done',
        reason,
        requestId,
        ip,
      } as const
      const deny = (why: string) =>
        void audit.write({ phase: 'outcome', deed: 'audit.export', ...about, outcome: 'denied', reason: why })
      needFresh(admin, { now: now(), what: 'export the audit', deny })
      if (!(await audit.keep({ phase: 'outcome', deed: 'audit.export', ...about }))) {
        throw new KnownError(
          'source-unavailable',
          'The export could not be written into the audit, so it was not made.',
        )
      }
      return download(withTime(auditHistory.readEntries(filter)), {
        name: 'rollcall-audit',
        format,
        columns: [...columns],
      })
    },
  },
})

async function* withTime(entries: AsyncIterable<AuditEntry>) {
  for await (const entry of entries) yield { ...entry, time: new Date(entry.at).toISOString() }
}
