'use client'

import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { Moment } from '@/components/ui/moment'
import { VisibleText } from '@/components/ui/visible-text'
import { useResource } from '@/lib/client/resource'
import { SessionHistory } from '@/lib/contract/session'
import { GuardNote } from './guard-note'
import { History } from './session-facts'

const causes = {
  expired: 'its time was over',
  ended: 'its application or somebody else removed it, as a sign-out does; Rollcall did not',
  revoked: 'an admin revoked it here',
} as const

/** A session that is gone: when and why, as far as anybody remembers, and what admins did to it. */
export function EndedFace({ handle, level, undo }: { handle: string; level: 1 | 2; undo: (() => void) | null }) {
  const { data } = useResource(`/api/sessions/${handle}/history`, SessionHistory, { everyMs: 5000 })
  const ended = data?.ended ?? null
  const name = ended?.label ?? ended?.principal ?? null
  return (
    <>
      <EmptyState isWholePage={level === 1} title="This session has ended">
        {ended === null ? (
          <p>It is no longer in Redis: it was revoked, its person signed out, or its time was over.</p>
        ) : (
          <p data-cause={ended.cause}>
            {name === null ? (
              'It'
            ) : (
              <>
                It was <VisibleText text={name} />
                ’s. It
              </>
            )}{' '}
            ended <Moment at={ended.endedAt} />: {causes[ended.cause]}.
            {ended.cameBackAt === null ? '' : ' It came back after that.'}
          </p>
        )}
        {data?.guard ? <GuardNote guard={data.guard} now={data.now} cameBackAt={ended?.cameBackAt ?? null} /> : null}
        {data !== undefined && ended === null ? (
          <p>How it ended is not remembered: Rollcall keeps the last ten thousand ends since it started.</p>
        ) : null}
        {undo === null ? null : <Button onClick={undo}>Undo</Button>}
      </EmptyState>
      {data === undefined ? null : <History entries={data.history} level={level} />}
    </>
  )
}
