'use client'

import { useTicking } from '@/lib/client/clock'
import { Hint } from './tooltip'
import { sayBothTimes, sayLeft } from './words'

/** How long until something is over, kept true by the shared ticker; the exact time on hover and focus. */
export function TimeLeft({ at }: { at: number }) {
  const said = useTicking((now) => sayLeft(at - now))
  return (
    <Hint text={() => sayBothTimes(at)}>
      <span>{said}</span>
    </Hint>
  )
}
