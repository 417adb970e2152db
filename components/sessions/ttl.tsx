'use client'

import { Hint } from '@/components/ui/tooltip'
import { sayBothTimes, sayLeft } from '@/components/ui/words'
import { useTicking } from '@/lib/client/clock'
import { expiringMs, type SessionStatus } from '@/lib/contract/session'

const fullMs = 30 * 24 * 60 * 60 * 1000
const unitMs = 10_000

/** How much of the track is filled: the same scale in every row, logarithmic, full at 30 days, so that bars can be compared and the last minutes show. */
function share(leftMs: number): number {
  return Math.min(1, Math.log1p(Math.max(0, leftMs) / unitMs) / Math.log1p(fullMs / unitMs))
}

type TtlProps = { expiresAt: number | null; status: SessionStatus; size?: 'row' | 'large'; tabIndex?: number }

/** The TTL bar: what is left, counting down, and a track that drains with it. The exact end on hover and focus. */
export function Ttl({ expiresAt, status, size = 'row', tabIndex }: TtlProps) {
  const said = useTicking((now) => (expiresAt === null ? '∞' : expiresAt <= now ? 'ended' : sayLeft(expiresAt - now)))
  const filled = useTicking((now) => (expiresAt === null ? 100 : Math.round(share(expiresAt - now) * 400) / 4))
  const isEnding = useTicking((now) => expiresAt !== null && expiresAt - now < expiringMs)
  const tone =
    expiresAt === null ? 'bg-persistent' : isEnding ? 'bg-expiring' : status === 'unreadable' ? 'bg-stale' : 'bg-live'
  const ink = expiresAt === null ? 'text-persistent' : isEnding ? 'text-expiring' : 'text-ink'
  const isLarge = size === 'large'
  return (
    <Hint
      text={() =>
        expiresAt === null ? 'No expiry: Redis keeps it until somebody removes it' : `Ends ${sayBothTimes(expiresAt)}`
      }
    >
      <span className={`min-w-0 ${isLarge ? 'flex flex-col gap-2' : 'ttl-row'}`} tabIndex={tabIndex}>
        <span
          className={`${ink} whitespace-nowrap ${isLarge ? 'text-2xl font-semibold tracking-tight' : expiresAt === null ? 'text-lg leading-5' : ''}`}
        >
          {said}
          {expiresAt === null ? <span className="sr-only"> no expiry</span> : null}
        </span>
        <span
          aria-hidden
          className={`block overflow-hidden rounded-full bg-line ${isLarge ? 'h-1.5 w-full' : 'h-[3px]'}`}
        >
          <span
            className={`block h-full rounded-full ${tone} transition-[width] duration-1000 ease-linear`}
            style={{ width: `${filled}%` }}
          />
        </span>
      </span>
    </Hint>
  )
}
