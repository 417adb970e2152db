'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { LazyDialog } from '@/components/ui/lazy-dialog'
import { showToast } from '@/components/ui/toast'
import { sayLeft } from '@/components/ui/words'
import { ApiProblem, send } from '@/lib/client/api'
import { useTicking } from '@/lib/client/clock'
import { refresh, useResource } from '@/lib/client/resource'
import { Me } from '@/lib/contract/login'
import { useConsole } from './console-context'

/** The warning comes this long before the end, or for the last quarter where the whole time is short. */
const longestWarnMs = 2 * 60_000
const askEveryMs = 10_000

/** Some time before this admin is signed out it says so, and how to stay. The polls themselves never keep anybody signed in. */
export function IdleWarning() {
  const { me: first } = useConsole()
  const { data: me = first } = useResource('/api/me', Me, { everyMs: askEveryMs, fallback: first })
  const [dismissedFor, setDismissedFor] = useState<number | null>(null)
  const endsAt = Math.min(me.idleExpiresAt, me.absoluteExpiresAt)
  const warnMs = Math.min(longestWarnMs, (first.idleExpiresAt - first.now) / 4)
  const isAbsolute = me.absoluteExpiresAt <= me.idleExpiresAt
  const left = useTicking((now) => (endsAt - now < warnMs ? sayLeft(endsAt - now) : null))
  const stay = async () => {
    try {
      await send('GET', '/api/me', Me)
      refresh('/api/me')
    } catch (error) {
      // A person who pressed the button must know that it did not help.
      showToast({
        title: 'That did not keep you signed in',
        detail: error instanceof ApiProblem ? error.detail : null,
        isBad: true,
      })
    }
  }
  return (
    <LazyDialog
      isOpen={left !== null && dismissedFor !== endsAt}
      onOpenChange={(isOpen) => (isOpen ? undefined : setDismissedFor(endsAt))}
      title={`You will be signed out in ${left ?? ''}`}
      description={
        isAbsolute
          ? 'You have been signed in for as long as is allowed. Sign in again to go on.'
          : 'Nothing was pressed here for a while.'
      }
      footer={
        isAbsolute ? (
          <Button onClick={() => setDismissedFor(endsAt)}>Understood</Button>
        ) : (
          <Button look="primary" onClick={() => void stay()}>
            Stay signed in
          </Button>
        )
      }
    />
  )
}
