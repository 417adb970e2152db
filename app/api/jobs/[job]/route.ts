import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** One job: GET says how far it is, DELETE stops it between two batches. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'job.view',
    async run({ request, admin, params }) {
      const { jobs } = getRuntime()
      const answer = await jobs.answer(params.job ?? '')
      const etag = jobs.etag(answer.version, admin.role)
      return isNotModified(request, etag) ? notModified(etag) : json(answer, { headers: { ETag: etag } })
    },
  },
  DELETE: { deed: 'job.stop', run: ({ params, ...actor }) => getRuntime().jobs.stop(actor, params.job ?? '') },
})
