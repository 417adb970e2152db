import { SessionSearch } from '@/lib/contract/session'
import { json, noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The same page for a filter that must not stand in a URL. 204 when the version that the caller has is still true. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'session.view',
    body: SessionSearch,
    async run({ body: { version, ...query } }) {
      const { list } = getRuntime()
      return version === list.version(query) ? noContent() : json(await list.read(query))
    },
  },
})
