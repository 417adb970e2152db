import { AuditSearch } from '@/lib/contract/audit'
import { json, noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The same page for words that must not stand in a URL. 204 when the version that the caller has is still true. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'audit.view',
    body: AuditSearch,
    async run({ body: { version, ...query } }) {
      const { auditHistory } = getRuntime()
      if (version !== undefined && version === (await auditHistory.version())) return noContent()
      return json(await auditHistory.read(query))
    },
  },
})
