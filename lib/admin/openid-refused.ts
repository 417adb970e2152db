import type { SignInRefusal } from '@/lib/contract/login'

export type OpenIdRefusal = SignInRefusal

/** A sign-in that did not come about. `refusal` is what the sign-in page says in words, `reason` a sentence for the audit: nothing that a stranger wrote is in it. */
export class OpenIdRefused extends Error {
  readonly refusal: OpenIdRefusal
  readonly reason: string
  /** Who it would have been, where that is known. */
  readonly username: string | null

  constructor(refusal: OpenIdRefusal, reason: string, options: { cause?: unknown; username?: string } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OpenIdRefused'
    this.refusal = refusal
    this.reason = reason
    this.username = options.username ?? null
  }
}

/** Recognised by name and not by class: instrumentation and routes hold separate copies of this module in one process. */
export function isOpenIdRefused(error: unknown): error is OpenIdRefused {
  return error instanceof Error && error.name === 'OpenIdRefused' && 'refusal' in error
}
