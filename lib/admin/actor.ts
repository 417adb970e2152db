import type { Audit } from '@/lib/audit'
import type { Deed } from '@/lib/contract/audit'
import type { Outcome } from '@/lib/contract/session'
import { isKnownError, KnownError } from '@/lib/errors'
import type { Admin } from './admin'

/** Who asks, as the audit tells it. */
export type Caller = { ip: string | null; requestId: string }

/** An admin who does something to the console itself. */
export type AdminActor = Caller & { admin: Admin }

type DeedNote<Answer> = {
  deed: Deed
  about: string
  unanswered?: Answer
  /** The audit's, for what must not go unrecorded: where it does not take the intent nothing is done, `source-unavailable`. */
  keep?: Audit['keep']
}

/**
 * Does a deed on the console itself and writes both entries into the audit: the intent before, and after it the outcome that the work answers, or `done`. What the work
 * refuses with a `KnownError` is `denied`, `refused` or `failed`. Without an answer of Redis it is `unknown`: then `unanswered` is the answer, where one is given, and else
 * `source-unavailable` is thrown. `about` stands first in the reason.
 */
export async function noteDeed<Answer extends object>(
  audit: Pick<Audit, 'write'>,
  { admin, ip, requestId }: AdminActor,
  { deed, about, unanswered, keep }: DeedNote<Answer>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const entry = { deed, admin: admin.username, handle: null, principal: null, ip, requestId }
  const tell = (outcome: Outcome | 'denied', reason: string | null) =>
    void audit.write({ ...entry, phase: 'outcome', outcome, reason: reason === null ? about : `${about}: ${reason}` })
  const intent = { ...entry, phase: 'intent', outcome: null, reason: about } as const
  const isKept = keep === undefined ? audit.write(intent).then(() => true) : keep(intent)
  try {
    if (keep !== undefined && !(await isKept)) {
      throw new KnownError('source-unavailable', 'It could not be written into the audit, so nothing was changed.')
    }
    const answer = await work()
    const told: { outcome?: Outcome; reason?: string | null } = answer
    tell(told.outcome ?? 'done', told.reason ?? null)
    return answer
  } catch (error) {
    if (isKnownError(error)) {
      tell(outcomeOf(error.code), error.detail)
      throw error
    }
    // A command that was sent may have been carried out.
    tell('unknown', unknownEnd.reason)
    if (unanswered !== undefined) return unanswered
    throw new KnownError('source-unavailable', unknownEnd.reason, { cause: error, retryAfterMs: 1000 })
  }
}

/** What is answered when nobody knows whether it was carried out. */
export const unknownEnd = { outcome: 'unknown', reason: 'Redis did not answer in time; the list will tell.' } as const

function outcomeOf(code: string): Outcome | 'denied' {
  if (code === 'forbidden' || code === 'reauth-required') return 'denied'
  return code === 'source-unavailable' ? 'failed' : 'refused'
}
