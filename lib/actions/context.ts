import type { Admin } from '@/lib/admin/admin'
import { may } from '@/lib/admin/roles'
import type { Audit } from '@/lib/audit'
import type { Deed } from '@/lib/contract/audit'
import type { Outcome } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import type { Guard } from '@/lib/guard/guard'
import type { Log } from '@/lib/log'
import type { Roster } from '@/lib/roster/roster'
import type { Session } from '@/lib/session/session'
import type { Source } from '@/lib/session/source'
import type { UndoShelf } from './undo'
import type { Upheld } from './uphold'

/** Who acts, for whom the audit is written. */
export type Actor = { admin: Admin; requestId: string; ip: string | null }

/** A session that a handle opened, with the source that holds it. */
export type Target = { handle: string; source: Source; key: Buffer }

/** What every deed works with. Made once by the runtime. */
export type ActionContext = {
  roster: Roster
  audit: Audit
  undo: UndoShelf
  upheld: Upheld
  guard: Guard
  log: Log
  isReadOnly: boolean
  /** Redis's clock. */
  now(): number
  /** Tells the sync that this key may have changed. */
  changed(target: Target): void
  /** The roster knows it as it is now before this returns: as `known` says, or it is read again. Throws `source-unavailable`. Cost: nothing, or one read. */
  refresh(target: Target, known: Session | null): Promise<void>
}

/** Deeds that change no session, also of a console that may only read. */
const onlyReads: readonly Deed[] = ['session.view', 'session.reveal']

/** The first line of every deed: may this role do it, and does this console write at all. Throws `forbidden`, and the denial is audited. */
export function allow(context: ActionContext, actor: Actor, deed: Deed, target: Target): void {
  const refusal = !may(actor.admin.role, deed)
    ? `The role ${actor.admin.role} may not do this.`
    : context.isReadOnly && !onlyReads.includes(deed)
      ? 'This console is read-only: it changes no session, whatever the role.'
      : null
  if (refusal === null) return
  void writeEntry(context, actor, deed, target, { phase: 'outcome', outcome: 'denied', reason: refusal })
  throw new KnownError('forbidden', refusal)
}

/** One audit entry of a deed on a session. */
export function writeEntry(
  context: ActionContext,
  actor: Actor,
  deed: Deed,
  target: Target,
  entry: {
    phase: 'intent' | 'outcome'
    outcome?: Outcome | 'denied'
    reason?: string | null
    principal?: string | null
  },
): Promise<void> {
  return context.audit.write({
    phase: entry.phase,
    deed,
    admin: actor.admin.username,
    handle: target.handle,
    principal: entry.principal ?? null,
    outcome: entry.outcome ?? null,
    reason: entry.reason ?? null,
    requestId: actor.requestId,
    ip: actor.ip,
  })
}
