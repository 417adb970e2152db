import { isFresh } from '@/lib/admin/admin'
import type { Revealed, RevealInput } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { maskTree } from '@/lib/roster/mask'
import { sessionIdOf } from '@/lib/session/credential'
import { type ActionContext, type Actor, allow, type Target, writeEntry } from './context'

/** A field's name in the audit. */
const longestField = 200

/**
 * One hidden value of a session's payload, read from Redis now, for a person who gave their password in the last ten minutes. What holds a credential or the session's own id
 * is never revealed, see `roster/mask.ts`. The audit tells the field and never the value, and has it before the value is sent.
 * Throws `reauth-required`, `not-found` for a session that is gone or a value that is not to be revealed, and `source-unavailable` where the audit's stream did not take the
 * entry. Cost: the commands of `Source.readOne` and one XADD in the home.
 */
export async function reveal(
  context: ActionContext,
  actor: Actor,
  target: Target,
  { pointer }: RevealInput,
): Promise<Revealed> {
  allow(context, actor, 'session.reveal', target)
  const deny = (reason: string) =>
    void writeEntry(context, actor, 'session.reveal', target, { phase: 'outcome', outcome: 'denied', reason })
  if (!isFresh(actor.admin, context.now())) {
    deny('The password was not given in the last ten minutes.')
    throw new KnownError('reauth-required', 'Sign in again with your password to see this.')
  }
  const stored = await target.source.readOne(target.key)
  if (stored === null) throw new KnownError('not-found', 'This session has ended.')
  const { decoded, secretNames, session } = stored
  const options = { secretNames, sessionId: sessionIdOf(target.key, target.source.prefix, target.source.suffix) }
  const found = 'unreadable' in decoded ? new Map() : maskTree(decoded.tree, options).revealable
  if (!found.has(pointer)) {
    deny('It is not among what may be revealed.')
    throw new KnownError('not-found', 'There is no hidden value here that may be shown. Credentials never are.')
  }
  const isKept = await context.audit.keep({
    ...{
      phase: 'outcome',
      deed: 'session.reveal',
      outcome: 'done',
      reason: `The field ${pointer.slice(0, longestField)}`,
    },
    ...{ admin: actor.admin.username, handle: target.handle, principal: session.principal },
    ...{ requestId: actor.requestId, ip: actor.ip },
  })
  if (!isKept) {
    throw new KnownError('source-unavailable', 'It could not be written into the audit, so it is not shown.')
  }
  return { value: found.get(pointer), now: context.now() }
}
