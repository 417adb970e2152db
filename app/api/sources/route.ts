import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'
import { listSources } from '@/lib/runtime/answers'

/** Each source with its state, what this Redis lets us do there, and what a scan saw. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: { deed: 'session.view', run: () => listSources(getRuntime()) },
})
