import type { Feed, SourceAnswer } from '@/lib/contract/source'

export const originWords: Record<SourceAnswer['origin'], string> = {
  configured: 'By the settings',
  'built-in': 'Built in',
  found: 'Found by looking',
  chosen: 'Chosen',
  demo: 'Demo',
}

export const feedWords: Record<Feed, string> = {
  tracking: 'Redis tells of every change',
  events: 'Redis tells of changes by keyspace events, and all is looked through every ten seconds or so beside them',
  rescan: 'Looked through again and again: this Redis does not tell of changes',
  none: 'Not known yet',
}

/** What a Redis may let us do, by the names of the contract, the most needed first. */
export const powers: { id: string; label: string }[] = [
  { id: 'revoke', label: 'Revoke' },
  { id: 'undo', label: 'Undo a revoke' },
  { id: 'extend', label: 'Extend' },
  { id: 'rewrite', label: 'Rewrite times in payloads' },
]
