import { sayClock } from '@/components/ui/words'
import type { Freshness, SourceState } from '@/lib/contract/source'

/** How the state of a source looks, and the word for it; null: as it should be. */
export const stateLooks: Record<SourceState, { dot: string; word: string | null }> = {
  live: { dot: 'rounded-full bg-live', word: null },
  warming: { dot: 'animate-shimmer rounded-full bg-accent', word: 'warming' },
  stale: { dot: 'rounded-[2px] bg-stale', word: 'stale' },
  unavailable: { dot: 'rounded-[2px] bg-danger', word: 'away' },
}

/** Which of several Redis does not answer while another does, by name; null: there is but one, or all are alike. */
export function sayAway({ sources }: Freshness): string | null {
  const away = sources.filter(({ state }) => state === 'stale' || state === 'unavailable')
  const names = [...new Set(away.flatMap(({ redis }) => redis ?? []))]
  return away.length === sources.length || names.length === 0 ? null : names.join(', ')
}

/** What that means for what a page shows. */
export function sayOthers({ asOf }: Freshness): string {
  return `${asOf === null ? 'Its sessions are not known yet' : `Its sessions are as of ${sayClock(asOf)}`}; all others are live.`
}
