import type { JobPreview } from '@/lib/contract/job'
import type { Roster } from '@/lib/roster/roster'
import { toRow } from '@/lib/roster/view'
import type { Handles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import type { Frozen, JobOrder } from './frozen'

const sampleSize = 20

type PreviewContext = {
  roster: Roster
  order: JobOrder
  set: Frozen
  slots: Uint32Array
  now: number
  findSource(id: string): Source | null
  handles: Handles
}

/** What somebody must know before they confirm: exact counts, a sample, and what the deed cannot reach. One pass over the frozen sessions. */
export function sayPreview({ roster, order, set, slots, now, findSource, handles }: PreviewContext): JobPreview {
  const { deed, isSecurity } = order
  const bySource: Record<string, number> = {}
  const reaches = new Map<string, number>()
  const way = deed === 'revoke' ? 'revoke' : 'extend'
  const people = new Set<string>()
  for (const { source, format, principal } of set.items) {
    bySource[source] = (bySource[source] ?? 0) + 1
    for (const limit of findSource(source)?.limitsOf(format)?.[way] ?? [])
      reaches.set(limit, (reaches.get(limit) ?? 0) + 1)
    if (principal !== null) people.add(`${source} ${principal}`)
  }
  const isAble = (id: string) => findSource(id)?.can[way] ?? false
  const unable = Object.entries(bySource).reduce((sum, [id, count]) => sum + (isAble(id) ? 0 : count), 0)
  // Slots of the sample are read back at once after freezing; one that was reused meanwhile shows what stands there now, the frozen set does not change.
  const sample = Array.from(slots.subarray(0, sampleSize), (slot) => roster.at(slot))
    .filter((session, index) => session.key.toString('latin1') === set.items[index]?.key)
    .map((session) => toRow(session, handles.seal(session.source, session.key), now, roster.thresholds))
  return {
    now,
    total: set.items.length,
    bySource,
    sample,
    people: people.size,
    notReached: [...reaches].map(([limit, count]) => ({ limit, count })),
    unable,
    canUndo: deed === 'revoke' && !isSecurity && Object.keys(bySource).every((id) => findSource(id)?.can.undo ?? false),
    digest: set.digest,
    expiresAt: set.expiresAt,
  }
}
