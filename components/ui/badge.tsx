import type { ReactNode } from 'react'

const tones = {
  live: 'bg-live-soft text-live',
  expiring: 'bg-expiring-soft text-expiring',
  danger: 'bg-danger-soft text-danger',
  persistent: 'bg-persistent-soft text-persistent',
  stale: 'bg-stale-soft text-stale',
  accent: 'bg-accent-soft text-accent',
  plain: 'border border-line text-muted',
  calm: 'text-muted',
} as const

export type Tone = keyof typeof tones

/** A word with a colour; the word alone says it too. `calm`: the usual case, a live dot and no wash. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center gap-1.5 rounded-full text-xs font-medium whitespace-nowrap ${tone === 'calm' ? '' : 'px-2'} ${tones[tone]}`}
    >
      {tone === 'calm' ? <span aria-hidden className="size-1.5 rounded-full bg-live" /> : null}
      {children}
    </span>
  )
}
