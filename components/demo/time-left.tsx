'use client'

import { sayLeft } from '@/components/ui/words'
import { useTicking } from '@/lib/client/clock'

const idleMs = 15 * 60_000

/** How long the session still has, counting down beside a track that drains. */
export function TimeLeft({ expiresAt }: { expiresAt: number | null }) {
  const said = useTicking((now) => (expiresAt === null ? '∞' : sayLeft(expiresAt - now)))
  const share = useTicking((now) => (expiresAt === null ? 1 : Math.min(1, Math.max(0, (expiresAt - now) / idleMs))))
  return (
    <div>
      <p className="text-2xl font-semibold" data-testid="demo-ttl">
        {said}
      </p>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" className="mt-2 h-1 w-full rounded-full" aria-hidden="true">
        <rect width="100" height="1" className="fill-line" />
        <rect width={share * 100} height="1" className={share < 1 / 3 ? 'fill-expiring' : 'fill-accent'} />
      </svg>
    </div>
  )
}
