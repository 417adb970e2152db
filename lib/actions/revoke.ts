import type { RevokeAnswer } from '@/lib/contract/session'
import { isUnanswered } from '@/lib/session/source'
import { type ActionContext, type Actor, allow, type Target, writeEntry } from './context'
import { settle } from './settle'
import { undoMs } from './undo'

/**
 * An admin ends a session: its key and the companions that its format names are removed.
 * `undoUntil` is null where this Redis or this user cannot bring it back. Throws `source-unavailable` when Redis was away: nothing was sent and nothing will be.
 */
export async function revoke(context: ActionContext, actor: Actor, target: Target): Promise<RevokeAnswer> {
  allow(context, actor, 'session.revoke', target)
  const { source, key } = target
  const stored = await source.readOne(key)
  const principal = stored?.session.principal ?? null
  const tell = (answer: RevokeAnswer) => {
    void writeEntry(context, actor, 'session.revoke', target, { phase: 'outcome', principal, ...answer })
    return answer
  }
  void writeEntry(context, actor, 'session.revoke', target, { phase: 'intent', principal })
  if (stored !== null) context.guard.raise(source.id, stored)
  const lift = () => void context.guard.lift(source.id, [key])

  try {
    context.roster.ends.expect(source.id, key.toString('latin1'), 'revoked', context.now())
    // In one go: the copy is of what the removal finds.
    const copying = stored !== null && source.can.undo ? source.backUp(key, stored).catch(() => null) : null
    const result = await source.remove(key, copying, stored)
    const backup = await copying
    if (typeof result === 'object') {
      lift()
      return tell({ outcome: 'refused', undoUntil: null, reason: result.denied })
    }
    context.guard.hold(source.id, key)
    const cause = result === 'done' ? 'revoked' : 'ended'
    context.roster.ends.expect(source.id, key.toString('latin1'), cause, context.now())
    context.roster.drop(source.id, key, { cause, at: context.now() })
    context.roster.publish()
    context.changed(target)
    if (result !== 'done') return tell({ outcome: 'already-gone', undoUntil: null, reason: 'It had ended already.' })
    const undoUntil = backup === null ? null : context.now() + undoMs
    if (backup !== null && undoUntil !== null) {
      context.undo.put(target.handle, { source, backup, undoUntil, principal })
    }
    return tell({ outcome: 'done', undoUntil, reason: null })
  } catch (error) {
    lift()
    if (!isUnanswered(error)) {
      tell({ outcome: 'failed', undoUntil: null, reason: 'Redis did not answer; nothing was changed.' })
      throw error
    }
    settle(context, actor, 'session.revoke', target, async () => {
      const isGone = (await source.readOne(key)) === null
      if (isGone && stored !== null) {
        context.guard.raise(source.id, stored)
        context.guard.hold(source.id, key)
      }
      return isGone
    })
    return tell({ outcome: 'unknown', undoUntil: null, reason: 'Redis did not answer in time; it will be checked.' })
  }
}
