import type { ExtendAnswer, ExtendInput, Limit } from '@/lib/contract/session'
import { formatOf } from '@/lib/formats'
import type { Extension } from '@/lib/formats/format'
import { latestTime } from '@/lib/session/lifetime'
import { isUnanswered, type StoredSession } from '@/lib/session/source'
import { type ActionContext, type Actor, allow, type Target, writeEntry } from './context'
import { settle } from './settle'

/** How often a payload that changes under us is read again before giving up. */
const mostTries = 4

/** The end that is asked for, or the sentence why nothing can be done. */
function findTarget(stored: StoredSession, input: ExtendInput): number | string {
  const { expiresAt } = stored.session
  if (expiresAt === null || stored.redisExpiresAt === null) return 'It has no expiry, so there is nothing to extend.'
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
  let principal: string | null = null
  const tell = (answer: ExtendAnswer) => {
    void writeEntry(context, actor, 'session.extend', target, { phase: 'outcome', principal, ...answer })
    return answer
  }
  const gone = (): ExtendAnswer => ({
    outcome: 'already-gone',
    expiresAt: null,
    notReached: [],
    reason: 'It has ended.',
  })
  const refuse = (reason: string, expiresAt: number | null): ExtendAnswer => ({
    outcome: 'refused',
    expiresAt,
    notReached: [],
    reason,
  })
  void writeEntry(context, actor, 'session.extend', target, { phase: 'intent' })

  let wanted = 0
  try {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const stored = await source.readOne(key)
      if (stored === null) {
        context.changed(target)
        return tell(gone())
      }
      principal = stored.session.principal
      const untilAt = findTarget(stored, input)
      if (typeof untilAt === 'string') return tell(refuse(untilAt, stored.session.expiresAt))

      const extension = plan(stored, untilAt, context.now(), source.can.rewrite)
      if (extension.expiresAt <= (stored.session.expiresAt ?? 0)) {
        return tell(refuse('Its absolute timeout does not allow a later end.', stored.session.expiresAt))
      }
      wanted = extension.expiresAt
      if (extension.value !== null && stored.value.type === 'string') {
        const replaced = await source.replace(key, stored.value.bytes, extension.value)
        if (replaced === 'conflict') continue
        if (replaced === 'gone') return tell(gone())
        if (typeof replaced === 'object') return tell(refuse(replaced.denied, stored.session.expiresAt))
      }
      const expired = await source.expire(key, extension.expiresAt)
      if (typeof expired === 'object') return tell(refuse(expired.denied, stored.session.expiresAt))
      if (expired === 'gone') return tell(gone())
      // The key stands later already, which is as good, or its end was taken away between our reading and our writing.
      if (expired === 'conflict' && !(await lasts(target, extension.expiresAt))) continue
      await context.refresh(target)
      return tell({
        outcome: 'done',
        expiresAt: extension.expiresAt,
        notReached: extension.notReached,
        reason: null,
      })
    }
    return tell(refuse('The application keeps changing it; try again.', null))
  } catch (error) {
    if (!isUnanswered(error)) {
      tell({ outcome: 'failed', expiresAt: null, notReached: [], reason: 'Redis did not answer.' })
      throw error
    }
    settle(context, actor, 'session.extend', target, async () => {
      const stored = await source.readOne(key)
      return stored?.session.expiresAt !== undefined && (stored.session.expiresAt ?? 0) >= wanted
    })
    const reason = 'Redis did not answer in time; it will be checked.'
    return tell({ outcome: 'unknown', expiresAt: null, notReached: [], reason })
  }
}

/** Whether the session ends, and no earlier than that. */
async function lasts({ source, key }: Target, untilAt: number): Promise<boolean> {
  const stored = await source.readOne(key)
  return stored !== null && stored.session.expiresAt !== null && stored.session.expiresAt >= untilAt
}

/** What to write: the format's own rewrite where there is one and it may be written, else the TTL alone with what that cannot reach. */
function plan(stored: StoredSession, untilAt: number, now: number, canRewrite: boolean): Extension {
  const format = formatOf(stored.value, stored.format)
  const ttlOnly: Extension = { value: null, expiresAt: untilAt, notReached: [...format.notReached.extend] }
  if (!canRewrite) return withLimit(ttlOnly, 'app-timeout')
  return format.extend?.(stored.value, untilAt, { now, redisExpiresAt: stored.redisExpiresAt }) ?? ttlOnly
}

function withLimit(extension: Extension, limit: Limit): Extension {
  return { ...extension, notReached: [...new Set([...extension.notReached, limit])] }
}
