import { ReportQuery } from '@/lib/contract/job'
import { download } from '@/lib/http/download'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** One line a session: how it came out, and why where it was not done. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'audit.view',
    query: ReportQuery,
    async run({ params, query }) {
      const { jobs } = getRuntime()
      const { job } = await jobs.answer(params.job ?? '')
      const columns = ['handle', 'source', 'format', 'principal', 'outcome', 'reason'] as const
      return download(jobs.report(job), { name: `rollcall-job-${job}`, format: query.format, columns: [...columns] })
    },
  },
})
