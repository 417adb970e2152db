import { OverviewQuery } from '@/lib/contract/overview'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The whole at a glance. A poll that finds nothing new is 304 and costs a comparison. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    query: OverviewQuery,
    async run({ request, admin, query }) {
      const { overview, snoozes } = getRuntime()
      await snoozes.read()
      const etag = overview.etag(query, admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(await overview.read(query), { headers: { ETag: etag } })
    },
  },
})
