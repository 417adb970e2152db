import type { Fault, ProblemCode } from '@/lib/contract/problem'

/** What a `KnownError` may carry beside its sentence. */
export type KnownErrorOptions = {
  cause?: unknown
  /** For `invalid`: each fault with a pointer to it. */
  faults?: Fault[]
  /** For `too-many` and `source-unavailable`: when to try again. */
  retryAfterMs?: number
}

/**
 * A failure that the product understands. `code` is from the closed list in `contract/problem.ts`; `detail` is a sentence that anybody may read:
 * no session id, key, command or stack is ever in it. The original error travels as `cause` and reaches the log only, reduced.
 */
export class KnownError extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly faults: Fault[]
  readonly retryAfterMs: number | null

  constructor(code: ProblemCode, detail: string, options: KnownErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KnownError'
    this.code = code
    this.detail = detail
    this.faults = options.faults ?? []
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** Recognised by name and not by class: instrumentation and routes hold separate copies of this module in one process. */
export function isKnownError(error: unknown): error is KnownError {
  return error instanceof Error && error.name === 'KnownError' && 'code' in error
}
