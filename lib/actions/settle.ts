import type { Deed } from '@/lib/contract/audit'
import { isKnownError } from '@/lib/errors'
import { type ActionContext, type Actor, type Target, writeEntry } from './context'

const tryEveryMs = 500
const mostTries = 240
/** What was sent over a slow line may still arrive for so long, although a new line answers already. */
const mayArriveMs = 4000

/**
 * A deed was sent and no answer came. Re-reads the key until Redis answers, then writes into the audit how it truly ended; that it failed not before it can no longer arrive.
 * `hasHappened` judges by what is there now. Runs in the background, for two minutes at most.
 */
export function settle(
  context: ActionContext,
  actor: Actor,
  deed: Deed,
  target: Target,
  hasHappened: () => Promise<boolean>,
): void {
  let tries = 0
  const sentAt = Date.now()
  const again = () => setTimeout(() => void attempt(), tryEveryMs).unref()
  const attempt = async () => {
    tries += 1
    try {
      const outcome = (await hasHappened()) ? 'done' : 'failed'
      if (outcome === 'failed' && Date.now() - sentAt < mayArriveMs) return void again()
      context.changed(target)
      await writeEntry(context, actor, deed, target, { phase: 'outcome', outcome, reason: 'settled by re-reading' })
    } catch (error) {
      // Redis is still away: that is what this loop waits out.
      if (!isKnownError(error)) context.log.error('settle.broken', { requestId: actor.requestId, error })
      else if (tries < mostTries) again()
      else context.log.warn('settle.abandoned', { requestId: actor.requestId })
    }
  }
  again()
}
