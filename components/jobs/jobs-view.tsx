'use client'

import { LiveBadge } from '@/components/shell/live-badge'
import { Badge } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { TimeAgo } from '@/components/ui/time-ago'
import { visibleString } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { type Job, JobList } from '@/lib/contract/job'
import { JobDeeds } from './job-deeds'
import { JobProgress } from './job-progress'
import { sayJob, stateWords } from './words'

/** The jobs page: what was done to many at once, by whom, and how far it is. */
export function JobsView({ fallback }: { fallback: JobList | null }) {
  const { data, problem } = useResource('/api/jobs', JobList, { everyMs: 1000, fallback: fallback ?? undefined })
  const running = (data?.rows ?? []).filter(({ endedAt, state }) => endedAt === null && state !== 'interrupted').length
  const isComplete = data?.isComplete ?? true
  return (
    <div className="h-full overflow-y-auto">
      <div className="max-w-4xl px-4 pt-4 pb-10 md:px-6 md:pt-5">
        <header className="flex flex-wrap items-end gap-x-5 gap-y-1 pb-4">
          <title>{running > 0 ? `${sayCount(running)} running · Rollcall` : 'Jobs · Rollcall'}</title>
          <div>
            <h1 className="text-sm font-medium text-muted">Jobs</h1>
            <p className="flex items-baseline gap-2">
              {data === undefined ? (
                <span className="text-2xl font-semibold text-faint">–</span>
              ) : (
                <>
                  <span className="text-2xl font-semibold tracking-tight">{sayCount(data.rows.length)}</span>
                  <span className="text-sm text-muted">
                    in the last 7 days{running > 0 ? `, ${sayCount(running)} running` : ''}
                  </span>
                </>
              )}
            </p>
          </div>
          <div className="flex h-7 items-center">
            {isComplete ? (
              <LiveBadge freshness={data === undefined ? undefined : null} problem={problem} target="/api/jobs" />
            ) : null}
          </div>
        </header>
        {isComplete ? null : (
          <div className="pb-4">
            <ProblemNote title="The home Redis does not answer." tone="warning">
              Only the jobs of the server that this page talks to are known now. This page keeps trying.
            </ProblemNote>
          </div>
        )}
        {problem === null ? null : (
          <div className="pb-4">
            <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
              {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
            </ProblemNote>
          </div>
        )}
        {data === undefined ? (
          problem === null && <Skeleton className="h-28 w-full" />
        ) : data.rows.length === 0 && !isComplete ? null : data.rows.length === 0 ? (
          <EmptyState title="No job yet">
            Select sessions in the table, or act on all that match a filter: what is done to many at once shows up here.
          </EmptyState>
        ) : (
          <ul className="flex flex-col gap-3">
            {data.rows.map((job) => (
              <JobCard key={job.job} job={job} />
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function JobCard({ job }: { job: Job }) {
  const { label, tone } = stateWords[job.state]
  return (
    <li
      id={job.job}
      data-job={job.job}
      className="scroll-mt-4 target:border-accent flex flex-col gap-3 rounded-lg border bg-raised p-4"
    >
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-2 text-base font-semibold">
            {sayJob(job)} <Badge tone={tone}>{label}</Badge>
            {job.isSecurity ? <Badge tone="danger">Incident</Badge> : null}
          </h2>
          <p className="text-sm text-muted wrap-anywhere">
            {visibleString(job.admin)}, <TimeAgo at={job.startedAt} /> ago
            {job.reason === null ? '' : `: ${visibleString(job.reason)}`}
          </p>
        </div>
        <JobDeeds job={job} />
      </div>
      <JobProgress job={job} />
      {job.state === 'interrupted' ? (
        <p className="text-sm text-danger">
          The server that ran it is gone. {sayMany(job.total - job.done - job.gone, 'session')} may be left: resume it.
        </p>
      ) : null}
    </li>
  )
}
