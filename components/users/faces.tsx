'use client'

import Link from 'next/link'
import { NothingFace } from '@/components/sessions/nothing-face'
import { sayWarming } from '@/components/shell/live-badge'
import { sayAway, sayOthers } from '@/components/shell/source-state'
import { Button, buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { sayAge, sayClock, sayMany } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import { useTicking } from '@/lib/client/clock'
import type { PeoplePage } from '@/lib/contract/person'

/** Says above the rows that they are old, or not yet all; nothing while they are true. */
export function FreshnessNote({ newest, problem }: { newest: PeoplePage | undefined; problem: ApiProblem | null }) {
  const asOf = newest?.freshness.asOf ?? newest?.now ?? null
  const age = useTicking((now) => (asOf === null ? '' : sayAge(now - asOf)))
  if (newest === undefined) return null
  const { total, freshness } = newest
  if (problem !== null || freshness.state === 'stale' || freshness.state === 'unavailable') {
    const away = problem === null ? sayAway(freshness) : null
    const isReached = problem !== null && problem.code !== 'source-unavailable'
    return (
      <div className="px-4 pb-3 md:px-6">
        <ProblemNote
          tone="warning"
          title={isReached ? `${problem.title}.` : `${away ?? 'Redis'} has not answered for ${age}.`}
        >
          <span suppressHydrationWarning>
            {away === null
              ? `${total === 1 ? 'This 1 person is' : `These ${sayMany(total, 'person', 'people')} are`} as of ${asOf === null ? 'an unknown time' : sayClock(asOf)}.`
              : sayOthers(freshness)}{' '}
            This page keeps trying.
          </span>
        </ProblemNote>
      </div>
    )
  }
  if (freshness.state === 'warming') {
    return (
      <p className="px-4 pb-3 text-sm text-muted md:px-6">
        {sayWarming(freshness)}: the first look at Redis is still under way, so people and counts are not all there yet.
      </p>
    )
  }
  return null
}

/** No person: the search leaves none, or only sessions of nobody live, or none at all. */
export function NobodyFace({
  newest,
  isSearched,
  clear,
}: {
  newest: PeoplePage
  isSearched: boolean
  clear: () => void
}) {
  const nobodys = newest.anonymous + newest.unreadable
  if (isSearched) {
    return (
      <EmptyState title="Nobody matches">
        <p>No name or id contains these words.</p>
        <Button onClick={clear}>Clear the search</Button>
      </EmptyState>
    )
  }
  if (nobodys === 0 || newest.freshness.state === 'warming')
    return <NothingFace isFiltered={false} clear={clear} freshness={newest.freshness} />
  return (
    <EmptyState title="Nobody is known by name">
      <p>{sayMany(nobodys, 'session lives', 'sessions live')}, and none tells whose it is.</p>
      <Link href="/sessions" prefetch={false} className={buttonClass()}>
        Show the sessions
      </Link>
    </EmptyState>
  )
}
