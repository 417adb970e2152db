import * as z from 'zod/mini'
import { Outcome } from './session'

/** Every code a problem can carry. `lib/http/problem.ts` is the one table from code to status. */
export const problemCodes = [
  'invalid',
  'unreadable-body',
  'unauthenticated',
  'second-factor-required',
  'forbidden',
  'reauth-required',
  'cross-origin',
  'not-found',
  'method-not-allowed',
  'conflict',
  'unsupported',
  'undo-over',
  'precondition-failed',
  'body-too-large',
  'unsupported-media-type',
  'wrong-host',
  'too-many',
  'source-unavailable',
  'ending',
  'internal',
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** One fault in the input. `pointer` is a JSON pointer into the body, or `?name` for a query parameter. */
export const Fault = z.object({ pointer: z.string(), detail: z.string() })
export type Fault = z.infer<typeof Fault>

/** An RFC 9457 problem document, served as `application/problem+json`. `instance` is the request id. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(problemCodes),
  instance: z.string(),
  errors: z.optional(z.array(Fault)),
  /** Of a deed that failed: nothing was changed. */
  outcome: z.optional(Outcome),
})
export type Problem = z.infer<typeof Problem>
