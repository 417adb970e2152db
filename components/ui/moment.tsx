'use client'

import { useSyncExternalStore } from 'react'
import { Hint } from './tooltip'
import { sayBothTimes } from './words'

const never = () => () => undefined

/** When something was, in the time of whoever looks, with UTC on hover and focus. Until the browser has taken over it is UTC. */
export function Moment({ at }: { at: number }) {
  const said = useSyncExternalStore(
    never,
    () => say(at),
    () => say(at, 'UTC'),
  )
  return (
    <Hint text={() => sayBothTimes(at)}>
      <time dateTime={new Date(at).toISOString()} className="whitespace-nowrap">
        {said}
      </time>
    </Hint>
  )
}

/** `24 Nov 2026, 14:03:22`. */
function say(at: number, timeZone?: string): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
}
