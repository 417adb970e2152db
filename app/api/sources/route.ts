import { SourceChoiceInput } from '@/lib/contract/source'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'
import { etagOfSources, listSources } from '@/lib/runtime/answers'
import { chooseSource } from '@/lib/runtime/choose-source'

/** Each source with its state, what this Redis lets us do there, and what a scan saw; POST says whether a prefix is one, and of which format. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    run({ request, admin }) {
      const etag = etagOfSources(getRuntime(), admin.role)
      if (isNotModified(request, etag)) return notModified(etag)
      return json(listSources(getRuntime(), admin.role), { headers: { ETag: etag } })
    },
  },
  POST: {
    deed: 'source.choose',
    body: SourceChoiceInput,
    async run({ body, ...actor }) {
      await chooseSource(getRuntime(), actor, body)
      return listSources(getRuntime(), actor.admin.role)
    },
  },
})
