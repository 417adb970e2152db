import { may } from '@/lib/admin/roles'
import type { SessionHistory } from '@/lib/contract/session'
import { type ActionContext, type Actor, allow, type Target } from './context'

const historyLength = 50

/**
 * What is remembered of a session, also of one that is gone: how it ended, and for those who may read the audit what admins did to it.
 * Cost: one XREVRANGE in the home.
 */
export async function recall(context: ActionContext, actor: Actor, target: Target): Promise<SessionHistory> {
  allow(context, actor, 'session.view', target)
  const { source, key, handle } = target
  const entries = may(actor.admin.role, 'audit.view') ? await context.audit.readFor(handle, historyLength) : []
  return {
    now: context.now(),
    ended: context.roster.ends.find(source.id, key.toString('latin1')),
    guard: context.guard.find(source.id, key),
    history: entries
      .filter((entry) => entry.phase === 'outcome')
      .map(({ at, deed, admin, outcome }) => ({ at, deed, admin, outcome })),
  }
}
