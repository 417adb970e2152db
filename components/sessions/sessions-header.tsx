'use client'

import { useConsole } from '@/components/shell/console-context'
import { LiveBadge } from '@/components/shell/live-badge'
import { Badge } from '@/components/ui/badge'
import { Skeleton } from '@/components/ui/skeleton'
import { Hint } from '@/components/ui/tooltip'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SessionPage } from '@/lib/contract/session'
import { Pulse } from './pulse'
import type { SessionPages } from './session-pages'

const storeWords = {
  private: 'A private Redis with sample sessions, started because no REDIS_URL was given. It ends with Rollcall.',
  embedded:
    'The embedded store with sample sessions, used because no REDIS_URL was given and no redis-server was found. It ends with Rollcall.',
}

type SessionsHeaderProps = {
  newest: SessionPage | undefined
  total: number
  problem: SessionPages['problem']
  target: SessionPages['target']
  isFiltered: boolean
  /** The count is that of the view before: the present one has not answered yet. */
  isPrevious: boolean
  viewKey: string
}

/** Title, the live count with its last minute, and the true state. The page's title in the browser carries the count too. */
export function SessionsHeader({
  newest,
  total,
  problem,
  target,
  isFiltered,
  isPrevious,
  viewKey,
}: SessionsHeaderProps) {
  const { store } = useConsole()
  const state = newest?.freshness.state
  const isTrue = newest !== undefined && problem === null && (state === 'live' || state === 'warming')
  const counted = isFiltered ? 'match' : state === 'warming' ? 'so far' : 'live now'
  return (
    <header className="flex flex-wrap items-end gap-x-3 gap-y-1 sm:gap-x-5 px-4 pt-4 pb-3 md:px-6 md:pt-5">
      <title>{isTrue ? `${sayMany(total, 'session')} · Rollcall` : 'Sessions · Rollcall'}</title>
      <div>
        <h1 className="text-sm font-medium text-muted">Sessions</h1>
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
                className={`text-2xl font-semibold tracking-tight ${isTrue && !isPrevious ? '' : 'text-faint transition-colors delay-300'}`}
              >
                {sayCount(total)}
              </span>
              <span className="text-sm text-muted">{isTrue ? counted : 'when last heard'}</span>
            </>
          )}
        </p>
      </div>
      {isTrue ? <Pulse key={viewKey} count={total} /> : <span className="h-7 w-20 sm:w-30" />}
      <div className="flex h-7 items-center">
        <LiveBadge freshness={newest?.freshness} problem={problem} target={target} />
      </div>
      {store === 'given' ? null : (
        <div className="flex h-7 items-center">
          <Hint text={() => storeWords[store]}>
            <button type="button" className="rounded-full">
              <Badge>Demo store</Badge>
            </button>
          </Hint>
        </div>
      )}
    </header>
  )
}
