import { FindingQuery } from '@/lib/contract/finding'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** What is wrong with the sessions and their Redis. A poll that finds nothing new is 304; once a minute it asks Redis for INFO. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    query: FindingQuery,
    async run({ request, admin, query }) {
      const { findings, serverInfo, snoozes } = getRuntime()
      await Promise.all([serverInfo.refresh(), snoozes.read()])
      const etag = await findings.etag(query, admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(await findings.read(query), { headers: { ETag: etag } })
    },
  },
})
