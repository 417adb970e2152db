'use client'

import { sayAge, sayCount } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import { useTicking } from '@/lib/client/clock'
import { answeredAt, type Target } from '@/lib/client/resource'
import type { Freshness } from '@/lib/contract/source'
import { sayAway } from './source-state'

const looks = {
  live: 'text-live',
  warming: 'text-accent',
  stale: 'text-stale',
  unavailable: 'text-danger',
} as const

type LiveBadgeProps = {
  /** Null: what the page shows comes from Rollcall's own records and is true as of the last answer. Undefined: not answered yet. */
  freshness: Freshness | null | undefined
  problem: ApiProblem | null
  target: Target
}

/** The true state of what the page shows, and how old it is: live, warming, stale, or that nobody answers. */
export function LiveBadge({ freshness, problem, target }: LiveBadgeProps) {
  const state =
    problem?.code === 'source-unavailable'
      ? 'unavailable'
      : problem
        ? 'stale'
        : freshness === null
          ? 'live'
          : freshness?.state
  const said = useTicking((now) => {
    const askedAt = answeredAt(target)
    const age = askedAt === null ? null : Math.max(0, Date.now() - askedAt)
    if (problem?.code === 'source-unavailable')
      return freshness ? `Redis away, ${sayAge(now - (freshness.asOf ?? now))}` : 'Redis away'
    if (problem) return `No answer for ${sayAge(age ?? 0)}`
    if (freshness === undefined) return 'Connecting'
    if (freshness === null || freshness.state === 'live') {
      const way = freshness === null || isPushed(freshness) ? 'Live' : 'Live by re-scan'
      const word = freshness?.capped ? `${way}, capped: ${sayCount(freshness.capped)} left out` : way
      return age === null || age > 59_000 ? word : `${word}, ${(age / 1000).toFixed(1)} s ago`
    }
    if (freshness.state === 'warming') return sayWarming(freshness)
    const away = sayAway(freshness)
    return `${away === null ? 'Stale' : `${away} away`} for ${sayAge(now - (freshness.asOf ?? freshness.since))}`
  })
  return (
    <span
      title={freshness ? explain(freshness) : undefined}
      role="status"
      aria-live="off"
      className={`inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap ${looks[state ?? 'warming']}`}
    >
      <span
        aria-hidden
        className={`size-2 ${state === 'live' ? 'rounded-full bg-live' : state === 'warming' ? 'animate-shimmer rounded-full bg-accent' : 'rounded-[2px] bg-current'}`}
      />
      {said}
    </span>
  )
}

function explain(freshness: Freshness): string | undefined {
  if (freshness.capped > 0) {
    return 'There are more sessions than Rollcall holds (ROLLCALL_MAX_SESSIONS). Those left out were read last, whoever they belong to: counts and lists are of the rest.'
  }
  return isPushed(freshness)
    ? undefined
    : 'This Redis does not announce changes, so it is looked through again and again.'
}

const isPushed = ({ sources }: Freshness) => sources.every(({ feed }) => feed !== 'rescan')

/** `Warming 43 %`, or how many were read where nobody knows of how many. */
export function sayWarming({ scanned, estimated }: Freshness): string {
  if (!estimated) return `Warming, ${sayCount(scanned)} read`
  return `Warming ${Math.min(99, Math.floor((scanned / estimated) * 100))} %`
}
