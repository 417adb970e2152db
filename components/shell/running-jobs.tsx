'use client'

import Link from 'next/link'
import { finishedOf, sayJob, sayPace } from '@/components/jobs/words'
import { sayCount } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { JobList } from '@/lib/contract/job'

/** While none runs it is asked for seldom; a job that this page starts shows at once, because starting one asks anew. */
const idleMs = 5_000
const runningMs = 1000

/** What runs over many sessions now, for whoever is on another page: how far, how fast, and the way to it. Nothing when nothing runs. */
export function RunningJobs() {
  const { data: last } = useResource('/api/jobs', JobList, { everyMs: idleMs })
  const isRunning = (last?.rows ?? []).some(isUnderWay)
  const { data } = useResource(isRunning ? '/api/jobs' : null, JobList, { everyMs: runningMs })
  const jobs = (data ?? last)?.rows.filter(isUnderWay) ?? []
  const [job] = jobs
  if (job === undefined) return null
  const finished = jobs.reduce((sum, one) => sum + finishedOf(one), 0)
  const total = jobs.reduce((sum, one) => sum + one.total, 0)
  const share = total === 0 ? 0 : finished / total
  const title = jobs.length === 1 ? sayJob(job) : `${sayCount(jobs.length)} jobs`
  return (
    <Link
      href={jobs.length === 1 ? `/jobs#${job.job}` : '/jobs'}
      prefetch={false}
      title={title}
      className="flex flex-col gap-1.5 rounded-md bg-accent-soft px-2.5 py-2 text-xs max-lg:items-center max-lg:px-1 max-md:fixed max-md:right-3 max-md:bottom-[calc(var(--bottom-bar)+8px)] max-md:z-40 max-md:min-h-11 max-md:justify-center max-md:rounded-full max-md:px-4 max-md:shadow-float"
    >
      <span className="font-medium text-ink md:max-lg:sr-only">{title}</span>
      <span
        role="progressbar"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, total)}
        aria-valuenow={finished}
        className="block h-1 w-full overflow-hidden rounded-full bg-line-strong"
      >
        <span
          className="block h-full bg-accent transition-[width] duration-quick"
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span className="text-muted max-lg:text-center">
        {Math.floor(share * 100)} %
        <span className="max-lg:hidden">{jobs.length === 1 && sayPace(job) !== null ? `, ${sayPace(job)}` : ''}</span>
      </span>
    </Link>
  )
}

function isUnderWay({ state }: JobList['rows'][number]): boolean {
  return state === 'running' || state === 'stopping'
}
