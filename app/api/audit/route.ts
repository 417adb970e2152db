import { AuditQuery } from '@/lib/contract/audit'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** One page of the audit, for those who may read it. A poll that finds nothing new is 304 and costs Redis one entry. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'audit.view',
    query: AuditQuery,
    async run({ request, admin, query }) {
      const { auditHistory } = getRuntime()
      const etag = await auditHistory.etag(query, admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(await auditHistory.read(query), { headers: { ETag: etag } })
    },
  },
})
