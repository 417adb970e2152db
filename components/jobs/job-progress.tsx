import { sayCount } from '@/components/ui/words'
import type { Job } from '@/lib/contract/job'
import { countsOf, deedWords, finishedOf, sayPace } from './words'

/** How far a job is, as a bar and in figures that add up to its total. */
export function JobProgress({ job }: { job: Job }) {
  const finished = finishedOf(job)
  const share = job.total === 0 ? 1 : finished / job.total
  const isRunning = job.state === 'running' || job.state === 'stopping'
  const pace = isRunning ? sayPace(job) : null
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="font-medium">
          {sayCount(finished)} of {sayCount(job.total)}
        </span>
        <span className="text-muted">{pace}</span>
      </div>
      <div
        role="progressbar"
        aria-label={deedWords[job.deed].running}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, job.total)}
        aria-valuenow={job.total === 0 ? 1 : finished}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full transition-[width] duration-quick ${isRunning ? 'bg-accent' : job.state === 'done' ? 'bg-live' : 'bg-expiring'}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <ul className="mt-2.5 flex flex-wrap gap-x-5 gap-y-0.5 text-sm" aria-label="Report">
        {countsOf(job).map(({ name, count, words, isBad }) =>
          count === 0 ? null : (
            <li
              key={name}
              data-count={name}
              className={isBad ? 'text-danger' : name === 'done' ? 'text-ink' : 'text-muted'}
            >
              <span className="font-medium">{sayCount(count)}</span> {words}
            </li>
          ),
        )}
      </ul>
      {job.note === null ? null : <p className="mt-2 text-sm text-expiring">{job.note}</p>}
      {job.undone === null ? null : (
        <p className="mt-2 text-sm text-muted">
          <span className="font-medium text-ink">{sayCount(job.undone)}</span> brought back
        </p>
      )}
    </div>
  )
}
