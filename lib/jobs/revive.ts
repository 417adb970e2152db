import type { Job } from '@/lib/contract/job'
import type { JobItem } from './frozen'
import { makeLive } from './job'
import type { Ledger } from './ledger'
import type { LiveJob } from './run'

/** A job that another process ran, as the home knows it, ready to be gone on with. Throws as the home's client does. */
export async function revive(seen: Job, ledger: Ledger): Promise<LiveJob> {
  const items: JobItem[] = []
  const outcomes: LiveJob['outcomes'] = []
  const counts = { done: 0, gone: 0, refused: 0, failed: 0, unknown: 0 }
  let begunUntil = 0
  for await (const { item, outcome, reason, isBegun } of ledger.readItems(seen.job)) {
    items.push(item)
    if (isBegun) begunUntil = items.length
    // Outcomes stand in the order of the items: behind one that was not written down all is done again.
    if (outcome === null || outcomes.length < items.length - 1) continue
    outcomes.push({ outcome, reason })
    counts[outcome === 'already-gone' ? 'gone' : outcome] += 1
  }
  const job = makeLive({ ...seen, ...counts }, items, null)
  job.outcomes.push(...outcomes)
  job.begunUntil = begunUntil
  // Who was to be logged out everywhere is known to the process that began; a resumed job ends what was frozen.
  job.kept.isEverywhere = false
  return job
}
