import { Moment } from '@/components/ui/moment'
import { sayMany } from '@/components/ui/words'
import type { Guarded } from '@/lib/contract/session'

/** What keeps a revoked session from coming back, until when, and whether it had to. */
export function GuardNote({ guard, now, cameBackAt }: { guard: Guarded; now: number; cameBackAt: number | null }) {
  const { until, returns, returnedAt, isShort, isShared } = guard
  const isOver = until <= now
  return (
    <div className="flex flex-col items-center gap-1" data-guard={isOver ? 'over' : 'standing'}>
      <p>
        {isOver ? 'It was guarded until ' : 'Guarded until '}
        <Moment at={until} />: {isOver ? 'what a request under way saved until then' : 'what a request under way saves'}{' '}
        {isOver ? 'was' : 'is'} ended again.
      </p>
      {returns > 0 && returnedAt !== null ? (
        <p className="font-medium text-expiring">
          {sayMany(returns, 'return', 'returns')} blocked, the last <Moment at={returnedAt} />.
        </p>
      ) : null}
      {isOver && cameBackAt !== null ? (
        <p role="alert" className="font-medium text-danger">
          It came back after that. Revoke it again.
        </p>
      ) : null}
      {isShort ? (
        <p>
          For seconds only: nothing in it tells it from their next session, and nobody is to be kept from signing in.
        </p>
      ) : null}
      {isShared || isOver ? null : <p>By this server only: the home Redis did not take the note.</p>}
    </div>
  )
}
