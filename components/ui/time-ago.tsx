'use client'

import { useTicking } from '@/lib/client/clock'
import { Hint } from './tooltip'
import { sayAge, sayBothTimes } from './words'

/** How long ago something was, kept true by the shared ticker; the exact time on hover. A dash where nobody knows. */
export function TimeAgo({ at, className = '' }: { at: number | null; className?: string }) {
  const said = useTicking((now) => (at === null ? null : sayAge(now - at)))
  if (at === null) return <span className={`text-faint ${className}`}>–</span>
  return (
    <Hint text={() => sayBothTimes(at)}>
      <span className={className}>{said}</span>
    </Hint>
  )
}
