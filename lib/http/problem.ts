import type { Problem, ProblemCode } from '@/lib/contract/problem'
import { isKnownError } from '@/lib/errors'
import { json } from './answer'

/** The one table from code to status. */
const table: Record<ProblemCode, { status: number; title: string }> = {
  invalid: { status: 422, title: 'The input is not valid' },
  'unreadable-body': { status: 400, title: 'The body cannot be read' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  'second-factor-required': { status: 401, title: 'A second factor is needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  'reauth-required': { status: 403, title: 'Sign in again' },
  'cross-origin': { status: 403, title: 'Another site asked' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'It changed meanwhile' },
  unsupported: { status: 409, title: 'Not supported' },
  'undo-over': { status: 410, title: 'Undo is over' },
  'precondition-failed': { status: 412, title: 'It is no longer what it was' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'wrong-host': { status: 421, title: 'This host is not served here' },
  'too-many': { status: 429, title: 'Too many attempts' },
  'source-unavailable': { status: 503, title: 'Redis does not answer' },
  ending: { status: 503, title: 'This server is being stopped' },
  internal: { status: 500, title: 'Something went wrong' },
}

/** The HTTP status of a problem. */
export const statusOf = (code: ProblemCode): number => table[code].status

const internalDetail = 'Rollcall failed here; its log tells more under this request id.'
const defaultRetryMs = 1000

/**
 * Any error as `application/problem+json` (RFC 9457). What the product does not know becomes one fixed sentence; its own words belong to the log.
 * `more` is added to the document and overrides nothing in it.
 */
export function toProblem(error: unknown, requestId: string, more: Record<string, unknown> = {}): Response {
  const known = isKnownError(error) ? error : null
  const code = known?.code ?? 'internal'
  const { status, title } = table[code]
  const problem: Problem = {
    type: `urn:rollcall:problem:${code}`,
    title,
    status,
    detail: known?.detail ?? internalDetail,
    code,
    instance: requestId,
    ...(known && known.faults.length > 0 ? { errors: known.faults } : {}),
  }
  const headers = new Headers({ 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId })
  if (status === 429 || status === 503) {
    headers.set('Retry-After', String(Math.ceil((known?.retryAfterMs ?? defaultRetryMs) / 1000)))
  }
  return json({ ...more, ...problem }, { status, headers })
}
