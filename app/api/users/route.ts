import { PeopleQuery } from '@/lib/contract/person'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** One page of people. A poll that finds nothing new is 304 and costs a comparison. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    query: PeopleQuery,
    async run({ request, admin, query }) {
      const { people } = getRuntime()
      const etag = people.etag(query, admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(await people.read(query), { headers: { ETag: etag } })
    },
  },
})
