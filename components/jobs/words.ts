import type { Tone } from '@/components/ui/badge'
import { sayCount, sayMany } from '@/components/ui/words'
import type { Job, JobDeed, JobState } from '@/lib/contract/job'

/** Each deed in the forms that the pages need: what a button asks, what is under way, what was done. */
export const deedWords: Record<JobDeed, { ask: string; running: string; done: string; title: string }> = {
  revoke: { ask: 'Revoke', running: 'Revoking', done: 'ended', title: 'Revoke' },
  extend: { ask: 'Extend', running: 'Extending', done: 'extended', title: 'Extend' },
  'give-expiry': { ask: 'Give an end to', running: 'Giving an end to', done: 'given an end', title: 'Give an end' },
}

export const stateWords: Record<JobState, { label: string; tone: Tone }> = {
  running: { label: 'Running', tone: 'accent' },
  stopping: { label: 'Stopping', tone: 'expiring' },
  done: { label: 'Done', tone: 'live' },
  stopped: { label: 'Stopped', tone: 'expiring' },
  interrupted: { label: 'Interrupted', tone: 'danger' },
}

/** The five counts of a report, in their order; `left` is what is still to come. They add up to the total. */
export function countsOf(job: Job): { name: string; count: number; words: string; isBad: boolean }[] {
  const { done, gone, refused, failed, unknown, total, deed } = job
  const left = Math.max(0, total - done - gone - refused - failed - unknown)
  const isOver = job.endedAt !== null
  return [
    { name: 'done', count: done, words: deedWords[deed].done, isBad: false },
    { name: 'gone', count: gone, words: 'had already ended', isBad: false },
    { name: 'refused', count: refused, words: 'refused', isBad: true },
    { name: 'failed', count: failed, words: 'failed, still there', isBad: true },
    { name: 'unknown', count: unknown, words: 'not known', isBad: true },
    { name: 'left', count: left, words: isOver ? 'not tried' : 'to go', isBad: false },
  ]
}

export function finishedOf(job: Job): number {
  return job.done + job.gone + job.refused + job.failed + job.unknown
}

/** `830 a second, 4 s left`; null before it is known. */
export function sayPace(job: Job): string | null {
  if (job.perSecond === null || job.perSecond === 0) return null
  const leftMs = ((job.total - finishedOf(job)) / job.perSecond) * 1000
  return `${sayCount(job.perSecond)} a second, ${sayRest(leftMs)} left`
}

function sayRest(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${sayCount(Math.ceil(seconds / 60))} min`
}

/** `Revoke 5,000 sessions`. */
export function sayJob(job: Job): string {
  const what = `${deedWords[job.deed].ask} ${sayMany(job.total, 'session')}`
  return job.isEverywhere ? `Log a person out everywhere: ${sayMany(job.total, 'session')}` : what
}
