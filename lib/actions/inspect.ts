import { may } from '@/lib/admin/roles'
import type { SessionDetail } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { maskTree } from '@/lib/roster/mask'
import { toRow } from '@/lib/roster/view'
import { sessionIdOf } from '@/lib/session/credential'
import { type ActionContext, type Actor, allow, type Target } from './context'

const historyLength = 20

/**
 * One session whole, read from Redis now: its row, its payload with every secret masked, what Redis says, what this admin may do with it, and for those who may
 * read the audit what was done to it.
 * Throws `not-found` when it is gone. Cost: the commands of `Source.readOne` and one XREVRANGE in the home.
 */
export async function inspect(context: ActionContext, actor: Actor, target: Target): Promise<SessionDetail> {
  allow(context, actor, 'session.view', target)
  const { source, key, handle } = target
  const { role } = actor.admin
  const [stored, entries] = await Promise.all([
    source.readOne(key),
    may(role, 'audit.view') ? context.audit.readFor(handle, historyLength) : [],
  ])
  const now = context.now()
  if (stored === null || (stored.session.expiresAt !== null && stored.session.expiresAt <= now)) {
    context.changed(target)
    throw new KnownError('not-found', 'This session has ended.')
  }

  const { raw, decoded, secretNames } = stored
  const isReadable = !('unreadable' in decoded)
  const masked = isReadable
    ? maskTree(decoded.tree, { secretNames, sessionId: sessionIdOf(key, source.prefix, source.suffix) })
    : null
  const revealable = masked !== null && may(role, 'session.reveal') ? [...masked.revealable.keys()] : []
  const hasEnd = stored.session.expiresAt !== null
  return {
    ...toRow(stored.session, handle, now, context.roster.thresholds),
    now,
    payload: masked?.payload ?? null,
    revealable,
    unreadableReason: isReadable ? null : decoded.unreadable,
    truncated: raw.value.isTruncated,
    redisType: raw.value.type,
    encodings: isReadable ? decoded.encodings : [],
    ttlMs: raw.redisExpiresAt === null ? null : Math.max(0, raw.redisExpiresAt - now),
    can: {
      revoke: may(role, 'session.revoke') && !context.isReadOnly && source.can.revoke,
      extend: may(role, 'session.extend') && !context.isReadOnly && source.can.extend && hasEnd,
      reveal: revealable.length > 0,
    },
    cannot: whyNot(context, actor, target),
    notReached: [...stored.notReached.revoke],
    undoUntil: context.undo.find(handle, now)?.undoUntil ?? null,
    history: entries
      .filter((entry) => entry.phase === 'outcome')
      .map(({ at, deed, admin, outcome }) => ({ at, deed, admin, outcome })),
  }
}

/** A sentence for each thing that is switched off, so that a missing button is never a riddle. */
function whyNot(context: ActionContext, actor: Actor, { source }: Target): string[] {
  const reasons: string[] = []
  if (context.isReadOnly) reasons.push('This console is read-only.')
  else if (!may(actor.admin.role, 'session.revoke')) reasons.push('A viewer sees sessions and changes none.')
  else if (!source.can.revoke) reasons.push('This Redis user may not delete keys (UNLINK).')
  else if (!source.can.extend) reasons.push('This Redis user may not change expiries (PEXPIREAT).')
  else if (!source.can.undo) reasons.push('This Redis user may not bring keys back (RESTORE), so a revoke is final.')
  return reasons
}
