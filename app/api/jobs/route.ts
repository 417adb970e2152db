import { JobInput } from '@/lib/contract/job'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Two thousand sessions named one by one. */
const mostBytes = 1024 * 1024

/** GET: the jobs of all replicas. POST: with `dryRun` a frozen preview, with its digest the job itself, which runs on after the answer. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'job.view',
    async run({ request, admin }) {
      const { jobs } = getRuntime()
      const list = await jobs.list()
      const etag = jobs.etag(list.version, admin.role)
      return isNotModified(request, etag) ? notModified(etag) : json(list, { headers: { ETag: etag } })
    },
  },
  POST: {
    deed: 'job.start',
    body: JobInput,
    mostBytes,
    async run({ body, ...actor }) {
      const { jobs } = getRuntime()
      return body.dryRun ? jobs.preview(actor, body) : json(await jobs.start(actor, body), { status: 202 })
    },
  },
})
