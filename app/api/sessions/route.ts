import { SessionQuery } from '@/lib/contract/session'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** One page of sessions. A poll that finds nothing new is 304 and costs a comparison. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    query: SessionQuery,
    async run({ request, admin, query }) {
      const { list } = getRuntime()
      const etag = list.etag(query, admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(await list.read(query), { headers: { ETag: etag } })
    },
  },
})
