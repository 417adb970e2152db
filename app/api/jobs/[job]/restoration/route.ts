import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Brings back what the job ended, once, within its minute. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: { deed: 'job.undo', run: ({ params, ...actor }) => getRuntime().jobs.undo(actor, params.job ?? '') },
})
