import type { ExtendAnswer, ExtendInput } from '@/lib/contract/session'
import { latestTime } from '@/lib/session/lifetime'
import type { Extension } from '@/lib/session/plan'
import type { Session } from '@/lib/session/session'
import { isUnanswered, type Source, type StoredSession, type WriteResult } from '@/lib/session/source'
import { type ActionContext, type Actor, allow, type Target, writeEntry } from './context'
import { settle } from './settle'

/** How often a payload that changes under us is read again before giving up. */
const mostTries = 4

/** The end that is asked for, or the sentence why nothing can be done. */
function findTarget(stored: StoredSession, input: ExtendInput): number | string {
  const { expiresAt } = stored.session
  if (expiresAt === null) return 'It has no expiry, so there is nothing to extend.'
  const untilAt = Math.min(input.untilAt ?? expiresAt + (input.byMs ?? 0), latestTime)
  return untilAt > expiresAt ? untilAt : 'It already lasts that long; an extend never shortens.'
}

/**
 * An admin pushes a session's end forward, in two steps: first what the framework itself obeys (the payload's own times, compared and set),
 * then the key's TTL. Never shortens, creates or makes persistent. `expiresAt` is what will hold after the application's next request.
 */
export async function extend(
  context: ActionContext,
  actor: Actor,
  target: Target,
  input: ExtendInput,
): Promise<ExtendAnswer> {
  allow(context, actor, 'session.extend', target)
  const { source, key } = target
  const told: Told = { principal: null, wanted: 0 }
  const tell = (answer: ExtendAnswer) => {
    void writeEntry(context, actor, 'session.extend', target, {
      phase: 'outcome',
      principal: told.principal,
      ...answer,
    })
    return answer
  }
  void writeEntry(context, actor, 'session.extend', target, { phase: 'intent' })
  try {
    const { answer, after } = await extendOne(target, input, (session, untilAt) => {
      told.principal = session.principal
      told.wanted = untilAt
      return null
    })
    if (answer.outcome === 'done') {
      context.upheld.note(actor, target, answer.expiresAt ?? told.wanted)
      await context.refresh(target, after)
    } else if (answer.outcome === 'already-gone') context.changed(target)
    return tell(answer)
  } catch (error) {
    if (!isUnanswered(error)) {
      tell({ outcome: 'failed', expiresAt: null, notReached: [], reason: 'Redis did not answer.' })
      throw error
    }
    settle(context, actor, 'session.extend', target, async () => {
      const stored = await source.readOne(key)
      return stored?.session.expiresAt !== undefined && (stored.session.expiresAt ?? 0) >= told.wanted
    })
    const reason = 'Redis did not answer in time; it will be checked.'
    return tell({ outcome: 'unknown', expiresAt: null, notReached: [], reason })
  }
}

type Told = { principal: string | null; wanted: number }

/**
 * The deed itself, alone or as one of a job's many: neither allowed nor audited here. `refuse` sees the session as it is now, with the end that it would have, before anything is
 * written, and says why it must not be done, or null. Throws as a `Source` does.
 */
export async function extendOne(
  target: Pick<Target, 'source' | 'key'>,
  input: ExtendInput,
  refuse: (session: Session, untilAt: number) => string | null,
): Promise<Extended> {
  const { source, key } = target
  for (let tries = 0; tries < mostTries; tries += 1) {
    const stored = await source.readOne(key)
    if (stored === null) return gone
    const present = stored.session.expiresAt
    const untilAt = findTarget(stored, input)
    const extension = typeof untilAt === 'string' ? null : source.planExtension(stored, untilAt)
    const refusal = refuse(stored.session, extension?.expiresAt ?? 0)
    if (refusal !== null) return refused(refusal, present)
    if (typeof untilAt === 'string' || extension === null) return refused(String(untilAt), present)
    if (extension.expiresAt <= (present ?? 0)) {
      return refused('Its absolute timeout does not allow a later end.', present)
    }
    const result = await push(source, stored, extension)
    if (result === 'gone') return gone
    if (typeof result === 'object') return refused(result.denied, present)
    // The key stands later already, which is as good, or something changed between our reading and our writing.
    if (result === 'conflict' && !(await lasts(target, extension.expiresAt))) continue
    await source.writeCompanions(extension.companions ?? [])
    const { expiresAt, notReached } = extension
    const after = result === 'done' ? source.foresee(stored, extension) : null
    return { answer: { outcome: 'done', expiresAt, notReached, reason: null }, after }
  }
  return refused('The application keeps changing it; try again.', null)
}

/** `after`: the session as it stands now; null where only reading it again tells. */
type Extended = { answer: ExtendAnswer; after: Session | null }

async function push(source: Source, { raw }: StoredSession, extension: Extension): Promise<WriteResult> {
  const { rewrite, expiresAt, keyExpiresAt = expiresAt } = extension
  if (rewrite !== null) return source.replace(raw, rewrite, keyExpiresAt)
  return keyExpiresAt === null ? 'done' : source.expire(raw.key, keyExpiresAt)
}

const gone: Extended = {
  answer: { outcome: 'already-gone', expiresAt: null, notReached: [], reason: 'It has ended.' },
  after: null,
}

function refused(reason: string, expiresAt: number | null): Extended {
  return { answer: { outcome: 'refused', expiresAt, notReached: [], reason }, after: null }
}

/** Whether the session ends, and no earlier than that. */
async function lasts({ source, key }: Pick<Target, 'source' | 'key'>, untilAt: number): Promise<boolean> {
  const stored = await source.readOne(key)
  return stored !== null && stored.session.expiresAt !== null && stored.session.expiresAt >= untilAt
}
