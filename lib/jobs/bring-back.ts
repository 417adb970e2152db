import type { ActionContext } from '@/lib/actions/context'
import type { Job } from '@/lib/contract/job'
import type { Backup, Source } from '@/lib/session/source'
import { sayNumber } from './job'

const batchItems = 100

/** Restores what a job ended, a batch at a time; the job counts what came back and says how many could not. Never throws. Cost: one RESTORE a session. */
export async function bringBack(
  kept: Job,
  backups: readonly { source: Source; backup: Backup }[],
  { roster, changed, guard }: Pick<ActionContext, 'roster' | 'changed' | 'guard'>,
): Promise<void> {
  let refused = 0
  for (let at = 0; at < backups.length; at += batchItems) {
    const batch = backups.slice(at, at + batchItems)
    for (const { source, backup } of batch) roster.ends.forget(source.id, backup.key.toString('latin1'))
    const holdAgain = new Map<string, Awaited<ReturnType<typeof guard.lift>>>()
    for (const source of new Set(batch.map((one) => one.source.id))) {
      const keys = batch.flatMap((one) => (one.source.id === source ? [one.backup.key] : []))
      holdAgain.set(source, await guard.lift(source, keys))
    }
    const results = await Promise.all(
      batch.map(({ source, backup }) => source.restore(backup).catch(() => 'unanswered' as const)),
    )
    for (const [index, { source, backup }] of batch.entries()) {
      const result = results[index]
      // Without an answer it may be back, and may live.
      if (result !== 'done' && result !== 'unanswered') holdAgain.get(source.id)?.([backup.key])
    }
    const done = results.filter((result) => result === 'done').length
    kept.undone = (kept.undone ?? 0) + done
    refused += results.length - done
    for (const { source, backup } of batch) changed({ handle: '', source, key: backup.key })
  }
  if (refused === 0) return
  kept.note = `${sayNumber(refused)} could not be brought back: their time is over, or their key exists again.`
}
