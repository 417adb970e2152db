'use client'

import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { ProblemNote } from '@/components/ui/problem-note'
import { TimeAgo } from '@/components/ui/time-ago'
import { showToast } from '@/components/ui/toast'
import { sayMany } from '@/components/ui/words'
import { useAction } from '@/lib/client/action'
import { refresh } from '@/lib/client/resource'
import { OthersEnded } from '@/lib/contract/account'
import type { ConsoleSessionRow } from '@/lib/contract/console-session'

/** Where somebody is signed in, and how to end it all but here. */
export function OwnSessions({ sessions }: { sessions: ConsoleSessionRow[] }) {
  const { run, isRunning, problem } = useAction<undefined, OthersEnded>('DELETE', '/api/account/sessions', OthersEnded)
  const others = sessions.filter(({ isYou }) => !isYou).length
  const end = async () => {
    const answer = await run(undefined)
    refresh('/api/account')
    if (answer !== null) showToast({ title: `${sayMany(answer.ended, 'other session')} ended`, detail: null })
  }
  return (
    <section className="rounded-lg border bg-raised">
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-3.5">
        <h2 className="text-base font-semibold">Where you are signed in</h2>
        {others === 0 ? null : (
          <Button disabled={isRunning} onClick={() => void end()}>
            End {others === 1 ? 'the other one' : `all ${others} others`}
          </Button>
        )}
      </header>
      {problem === null ? null : (
        <div className="px-4 pb-3">
          <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>
        </div>
      )}
      <ul className="border-t">
        {sessions.map(({ handle, isYou, device, ip, lastSeenAt }) => (
          <li
            key={handle}
            className="flex flex-wrap items-center gap-x-2.5 gap-y-1 border-b px-4 py-2.5 text-sm last:border-b-0"
          >
            <span className="font-medium">{device ?? 'Device not known'}</span>
            {isYou ? <Badge tone="accent">This one is you</Badge> : null}
            <span className="text-muted">
              Seen <TimeAgo at={lastSeenAt} /> ago
            </span>
            {ip === null ? null : <span className="font-mono text-xs text-muted">{ip}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
