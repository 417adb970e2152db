import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Goes on with what has no outcome yet. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: { deed: 'job.resume', run: ({ params, ...actor }) => getRuntime().jobs.resume(actor, params.job ?? '') },
})
