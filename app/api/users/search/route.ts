import { PeopleSearch } from '@/lib/contract/person'
import { json, noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The same page for words that must not stand in a URL. 204 when the version that the caller has is still true. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'session.view',
    body: PeopleSearch,
    async run({ body: { version, ...query } }) {
      const { people } = getRuntime()
      return version === people.version(query) ? noContent() : json(await people.read(query))
    },
  },
})
