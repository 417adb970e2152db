'use client'

import Link from 'next/link'
import { LiveBadge } from '@/components/shell/live-badge'
import { Skeleton } from '@/components/ui/skeleton'
import { sayCount, sayMany } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import type { Target } from '@/lib/client/resource'
import type { PeoplePage } from '@/lib/contract/person'

type PeopleHeaderProps = {
  newest: PeoplePage | undefined
  problem: ApiProblem | null
  target: Target
  isSearched: boolean
}

/** Title, how many people, the true state, and which sessions have no row here. */
export function PeopleHeader({ newest, problem, target, isSearched }: PeopleHeaderProps) {
  const state = newest?.freshness.state
  const isTrue = newest !== undefined && problem === null && (state === 'live' || state === 'warming')
  const counted = isSearched ? 'match' : state === 'warming' ? 'so far' : 'signed in now'
  const total = newest?.total ?? 0
  return (
    <header className="flex flex-wrap items-end gap-x-3 gap-y-1 px-4 pt-4 pb-3 sm:gap-x-5 md:px-6 md:pt-5">
      <title>{isTrue ? `${sayMany(total, 'person', 'people')} · Rollcall` : 'People · Rollcall'}</title>
      <div>
        <h1 className="text-sm font-medium text-muted">People</h1>
        <p className="flex items-baseline gap-2" aria-live="off">
          {newest === undefined ? (
            problem === null ? (
              <Skeleton className="mt-1 h-7 w-24" />
            ) : (
              <span className="text-2xl font-semibold text-faint">–</span>
            )
          ) : (
            <>
              <span
                data-testid="count"
                className={`text-2xl font-semibold tracking-tight ${isTrue ? '' : 'text-faint'}`}
              >
                {sayCount(total)}
              </span>
              <span className="text-sm text-muted">{isTrue ? counted : 'when last heard'}</span>
            </>
          )}
        </p>
      </div>
      <div className="flex h-7 items-center">
        <LiveBadge freshness={newest?.freshness} problem={problem} target={target} />
      </div>
      {newest === undefined ? null : <NobodysSessions {...newest} />}
    </header>
  )
}

/** Sessions that belong to nobody are counted, so that the rows can be seen not to be all there is. */
function NobodysSessions({ anonymous, unreadable }: Pick<PeoplePage, 'anonymous' | 'unreadable'>) {
  const kinds = [
    { finding: 'anonymous', count: anonymous, word: 'anonymous' },
    { finding: 'unreadable', count: unreadable, word: 'unreadable' },
  ].filter(({ count }) => count > 0)
  if (kinds.length === 0) return null
  return (
    <p className="flex min-h-7 flex-wrap items-center gap-x-1 text-sm text-muted">
      <span>and nobody’s:</span>
      {kinds.map(({ finding, count, word }, index) => (
        <span key={finding}>
          <Link
            href={`/sessions?finding=${finding}`}
            prefetch={false}
            className="rounded-sm underline decoration-line-strong underline-offset-2 hover:text-ink hover:decoration-current"
          >
            {sayMany(count, `${word} session`)}
          </Link>
          {index < kinds.length - 1 ? ',' : ''}
        </span>
      ))}
    </p>
  )
}
