import type { SourceState } from '@/lib/contract/source'

/** How the state of a source looks, and the word for it; null: as it should be. */
export const stateLooks: Record<SourceState, { dot: string; word: string | null }> = {
  live: { dot: 'rounded-full bg-live', word: null },
  warming: { dot: 'animate-shimmer rounded-full bg-accent', word: 'warming' },
  stale: { dot: 'rounded-[2px] bg-stale', word: 'stale' },
  unavailable: { dot: 'rounded-[2px] bg-danger', word: 'away' },
}
