'use client'

import { sayWarming } from '@/components/shell/live-badge'
import { sayAway, sayOthers } from '@/components/shell/source-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { sayAge, sayClock, sayCount } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import { useTicking } from '@/lib/client/clock'
import type { SessionPage } from '@/lib/contract/session'

/** Says above the rows that they are old, or not yet all; nothing while they are true. */
export function FreshnessNote({
  newest,
  total,
  problem,
}: {
  newest: SessionPage | undefined
  total: number
  problem: ApiProblem | null
}) {
  const asOf = newest?.freshness.asOf ?? newest?.now ?? null
  const age = useTicking((now) => (asOf === null ? '' : sayAge(now - asOf)))
  if (newest === undefined) return null
  const isStale = newest.freshness.state === 'stale' || newest.freshness.state === 'unavailable'
  const rows = total === 1 ? 'This 1 session is' : `These ${sayCount(total)} sessions are`
  const away = problem === null ? sayAway(newest.freshness) : null
  if (problem !== null || isStale) {
    const who =
      problem !== null && problem.code !== 'source-unavailable'
        ? problem.title
        : `${away ?? 'Redis'} has not answered${newest.freshness.asOf === null ? '' : ` for ${age}`}`
    return (
      <div className="px-4 pb-3 md:px-6">
        <ProblemNote tone="warning" title={`${who}.`}>
          <span suppressHydrationWarning>
            {away === null
              ? `${rows} as of ${asOf === null ? 'an unknown time' : sayClock(asOf)}.`
              : sayOthers(newest.freshness)}{' '}
            This page keeps trying.
          </span>
        </ProblemNote>
      </div>
    )
  }
  if (newest.freshness.state === 'warming') {
    return (
      <p className="px-4 pb-3 text-sm text-muted md:px-6">
        {sayWarming(newest.freshness)}: the first look at Redis is still under way, so this is not all of it yet.
      </p>
    )
  }
  return null
}

/** Nothing was ever read: what is wrong, and that the page goes on trying. */
export function ProblemFace({ problem }: { problem: ApiProblem }) {
  return (
    <div className="mx-auto max-w-xl px-4 py-10">
      <ProblemNote title={problem.code === 'source-unavailable' ? 'Redis has not answered yet' : problem.title}>
        <p>{problem.detail}</p>
        <p>This page keeps trying and shows the sessions as soon as they can be read.</p>
      </ProblemNote>
    </div>
  )
}
