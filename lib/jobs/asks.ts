import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '@/lib/actions/context'
import type { Ask, KeptJob, Ledger } from './ledger'

/** Whoever asks waits for the other replica this long, and looks this often: fewer than a dozen commands in all. */
const patienceMs = 3000
const lookEveryMs = 300

/**
 * Asks the replica that runs or ran this job and waits until the home shows that it was done, or was heard. False: nobody heard it, and nobody will: it was taken back.
 * Throws as the home's client does.
 */
export async function askRunner(
  ledger: Ledger,
  job: string,
  ask: Ask,
  isDone: (job: KeptJob) => boolean,
): Promise<boolean> {
  await ledger.ask(job, ask)
  const endsAt = Date.now() + patienceMs
  while (Date.now() < endsAt) {
    await sleep(lookEveryMs)
    const seen = (await ledger.readAll()).find((one) => one.job === job)
    if (seen !== undefined && isDone(seen)) return true
  }
  return !(await ledger.withdraw(job))
}

export const hasStopped = ({ state }: KeptJob) => state !== 'running'

export function toAsk(deed: Ask['deed'], { admin, requestId, ip }: Actor): Ask {
  return { deed, username: admin.username, requestId, ip }
}
