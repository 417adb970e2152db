import type { RestoreAnswer } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { isUnanswered } from '@/lib/session/source'
import { type ActionContext, type Actor, allow, type Target, writeEntry } from './context'
import { settle } from './settle'

/**
 * Takes a revoke back: the session returns as it was, with its original end, once, within the undo window, in the process that revoked it.
 * Throws `undo-over` when there is nothing to take back. A key that exists meanwhile is left alone: `refused`.
 */
export async function restore(context: ActionContext, actor: Actor, target: Target): Promise<RestoreAnswer> {
  allow(context, actor, 'session.restore', target)
  const shelved = context.undo.find(target.handle, context.now())
  if (shelved === null) throw new KnownError('undo-over', 'There is nothing to undo: the time is over, or it was used.')
  const { source, backup, principal } = shelved
  // Off the shelf before the first await: two clicks at once must not restore twice.
  context.undo.remove(target.handle)
  const tell = (answer: RestoreAnswer) => {
    void writeEntry(context, actor, 'session.restore', target, { phase: 'outcome', principal, ...answer })
    return answer
  }
  void writeEntry(context, actor, 'session.restore', target, { phase: 'intent', principal })

  // An undo that comes to nothing leaves it as guarded as it was.
  let holdAgain = () => {}
  try {
    holdAgain = await context.guard.lift(source.id, [target.key])
    context.roster.ends.forget(source.id, target.key.toString('latin1'))
    const result = await source.restore(backup)
    if (result !== 'done') holdAgain()
    if (typeof result === 'object') {
      // Full memory may pass within the window.
      context.undo.put(target.handle, shelved)
      return tell({ outcome: 'refused', reason: result.denied })
    }
    if (result === 'gone') return tell({ outcome: 'already-gone', reason: 'Its time is over meanwhile.' })
    if (result === 'conflict') {
      return tell({ outcome: 'refused', reason: 'A session with the same key exists again; it was not overwritten.' })
    }
    context.changed(target)
    return tell({ outcome: 'done', reason: null })
  } catch (error) {
    if (isUnanswered(error)) {
      settle(context, actor, 'session.restore', target, async () => {
        const isBack = (await source.readOne(target.key)) !== null
        if (!isBack) holdAgain()
        return isBack
      })
      return tell({ outcome: 'unknown', reason: 'Redis did not answer in time; it will be checked.' })
    }
    holdAgain()
    // Nothing was sent, so the undo is not used up.
    context.undo.put(target.handle, shelved)
    tell({ outcome: 'failed', reason: 'Redis did not answer; nothing was changed.' })
    throw error
  }
}
