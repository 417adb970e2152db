'use client'

import { useJob } from '@/components/jobs/use-job'
import { LiveBadge, sayWarming } from '@/components/shell/live-badge'
import { sayAway, sayOthers } from '@/components/shell/source-state'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayClock, sayCount, sayMany } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import { refresh, useResource } from '@/lib/client/resource'
import { FindingPage } from '@/lib/contract/finding'
import { Checks } from './checks'
import { FindingCard } from './finding-card'

const target = '/api/findings?page=1&size=50'
const everyMs = 5000

/** The findings page: what is wrong, a card each, and what was looked at and is well. `fallback` is what the server already read. */
export function FindingsView({ fallback }: { fallback: FindingPage | null }) {
  const { data, problem, isLoading } = useResource(target, FindingPage, { everyMs, fallback: fallback ?? undefined })
  // Up here, for a finding that is cured takes its card along.
  const job = useJob(() => refresh('/api/findings'))
  const state = data?.freshness.state
  const isTrue = data !== undefined && problem === null && (state === 'live' || state === 'warming')
  return (
    <div className="h-full overflow-y-auto">
      {job.dialog}
      <div className="max-w-6xl px-4 pt-4 pb-10 md:px-6 md:pt-5">
        <header className="flex flex-wrap items-end gap-x-5 gap-y-1 pb-4">
          <title>{isTrue ? `${sayMany(data.total, 'finding')} · Rollcall` : 'Findings · Rollcall'}</title>
          <div>
            <h1 className="text-sm font-medium text-muted">Findings</h1>
            <p className="flex items-baseline gap-2">
              {data === undefined ? (
                problem === null ? (
                  <Skeleton className="mt-1 h-7 w-24" />
                ) : (
                  <span className="text-2xl font-semibold text-faint">–</span>
                )
              ) : (
                <>
                  <span
                    data-testid="finding-count"
                    className={`text-2xl font-semibold tracking-tight ${isTrue ? '' : 'text-faint'}`}
                  >
                    {sayCount(data.total)}
                  </span>
                  <span className="text-sm text-muted">{isTrue ? sayChecked(data) : 'when last heard'}</span>
                </>
              )}
            </p>
          </div>
          <div className="flex h-7 items-center">
            <LiveBadge freshness={data?.freshness} problem={problem} target={target} />
          </div>
        </header>
        {data === undefined ? (
          problem === null ? (
            isLoading && <SkeletonCards />
          ) : (
            <ProblemFace problem={problem} />
          )
        ) : (
          <div className="flex flex-col gap-4">
            <Caution page={data} problem={problem} />
            {data.rows.length === 0 ? <NothingFace page={data} /> : null}
            {data.rows.map((finding) => (
              <FindingCard key={finding.id} finding={finding} ask={job.ask} />
            ))}
            <Checks checks={data.checks} />
          </div>
        )}
      </div>
    </div>
  )
}

/** `10 checks of 4,210 sessions, 6 quiet`. */
function sayChecked({ checks, sessions }: FindingPage): string {
  const quiet = checks.filter(({ state }) => state === 'quiet').length
  const unknown = checks.filter(({ state }) => state === 'unknown').length
  const open = unknown === 0 ? '' : `, ${unknown} not known`
  return `${sayMany(checks.length, 'check')} of ${sayMany(sessions, 'session')}, ${quiet} quiet${open}`
}

/** Says above the cards that they are old, or not yet of all sessions; nothing while they are true. */
function Caution({ page, problem }: { page: FindingPage; problem: ApiProblem | null }) {
  const { freshness, now } = page
  if (problem !== null || freshness.state === 'stale' || freshness.state === 'unavailable') {
    const isRedis = problem === null || problem.code === 'source-unavailable'
    const away = problem === null ? sayAway(freshness) : null
    return (
      <ProblemNote tone="warning" title={isRedis ? `${away ?? 'Redis'} does not answer.` : `${problem.title}.`}>
        <span suppressHydrationWarning>
          {away === null ? `These findings are as of ${sayClock(freshness.asOf ?? now)}.` : sayOthers(freshness)} This
          page keeps trying.
        </span>
      </ProblemNote>
    )
  }
  if (freshness.state !== 'warming') return null
  return (
    <p className="text-sm text-muted">
      {sayWarming(freshness)}: the first look at Redis is still under way, so these are the findings so far.
    </p>
  )
}

function NothingFace({ page: { sessions, freshness } }: { page: FindingPage }) {
  if (freshness.state === 'warming') {
    return <EmptyState title="Nothing found so far">The first look at Redis is still under way.</EmptyState>
  }
  return sessions === 0 ? (
    <EmptyState title="No session to judge">
      As soon as an application writes sessions, they are checked here, all the time.
    </EmptyState>
  ) : (
    <EmptyState title="Nothing wrong was found">
      What was looked at stands below; it is looked at all the time.
    </EmptyState>
  )
}

/** Nothing was ever read: what is wrong, and that the page goes on trying. */
function ProblemFace({ problem }: { problem: ApiProblem }) {
  return (
    <div className="mx-auto max-w-xl py-10">
      <ProblemNote title={problem.code === 'source-unavailable' ? 'Redis has not answered yet' : problem.title}>
        <p>{problem.detail}</p>
        <p>This page keeps trying and shows the findings as soon as the sessions can be read.</p>
      </ProblemNote>
    </div>
  )
}

function SkeletonCards() {
  return (
    <div aria-hidden className="flex flex-col gap-4">
      {['first', 'second', 'third'].map((name) => (
        <div key={name} className="flex h-44 flex-col gap-3 rounded-lg border bg-raised p-5">
          <Skeleton className="h-5 w-24" />
          <Skeleton className="h-4 w-64 max-w-full" />
          <Skeleton className="h-4 w-96 max-w-full" />
        </div>
      ))}
    </div>
  )
}
