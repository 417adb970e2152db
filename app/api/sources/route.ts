import { SourceChoiceInput } from '@/lib/contract/source'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'
import { listSources } from '@/lib/runtime/answers'
import { chooseSource } from '@/lib/runtime/choose-source'

/** Each source with its state, what this Redis lets us do there, and what a scan saw; POST says whether a prefix is one, and of which format. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: { deed: 'session.view', run: ({ admin }) => listSources(getRuntime(), admin.role) },
  POST: {
    deed: 'source.choose',
    body: SourceChoiceInput,
    async run({ body, ...actor }) {
      await chooseSource(getRuntime(), actor, body)
      return listSources(getRuntime(), actor.admin.role)
    },
  },
})
