import { KnownError } from '@/lib/errors'

/** A request may take this long in all. What it waits for has shorter deadlines of its own; this one is for what nobody thought of. */
const deadlineMs = 4500

/** How far a request has come when its time is over. */
export type Progress = { hasBegun: boolean; isLate: boolean }

/** What is thrown when the time is over. */
export const tooLate = () => new KnownError('source-unavailable', 'This took too long and was given up.')

/** A deed that nobody knows the end of yet, in the shape of every deed's answer. */
export const underWay = {
  outcome: 'unknown',
  undoUntil: null,
  expiresAt: null,
  notReached: [],
  reason: 'Redis takes its time; the audit will say how it ended.',
} as const

/** The work's result, or `tooLate` when it takes longer; the work is not stopped by that, but can look at `progress`. */
export async function withinDeadline<T>(work: Promise<T>, progress: Progress): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      progress.isLate = true
      reject(tooLate())
    }, deadlineMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
