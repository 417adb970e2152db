import type * as z from 'zod/mini'
import { type Fault, Problem, type ProblemCode } from '@/lib/contract/problem'
import { withBasePath } from './base-path'
import { setServerNow } from './clock'
import { leaveSignedOut } from './signed-out'

const timeoutMs = 6_000

/** A failure as the browser understands it: the server's problem, or that no answer came at all. `detail` may be shown to a person. */
export class ApiProblem extends Error {
  readonly code: ProblemCode | 'no-answer' | 'bad-answer'
  readonly status: number | null
  readonly title: string
  readonly detail: string
  readonly faults: Fault[]
  readonly retryAfterMs: number | null

  constructor(
    problem: Pick<ApiProblem, 'code' | 'status' | 'title' | 'detail'> &
      Partial<Pick<ApiProblem, 'faults' | 'retryAfterMs'>>,
  ) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.code = problem.code
    this.status = problem.status
    this.title = problem.title
    this.detail = problem.detail
    this.faults = problem.faults ?? []
    this.retryAfterMs = problem.retryAfterMs ?? null
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Call = { method?: Method; body?: unknown; headers?: Record<string, string> }

/** What came back: a value with the ETag to ask again by, or that nothing changed since. */
export type Answer<T> = { isSame: false; value: T; etag: string | null } | { isSame: true }

/**
 * Asks the server and parses what it says with the contract's schema. 304 and 204 are `isSame`. Throws `ApiProblem` for everything else; ends within six seconds.
 * A 401 also clears this page and leads to the sign-in.
 */
export async function ask<T>(path: string, schema: z.ZodMiniType<T>, call: Call = {}): Promise<Answer<T>> {
  const response = await reach(path, call)
  if (response.status === 304 || response.status === 204) return { isSame: true }
  if (response.status === 401 && path !== '/api/login') leaveSignedOut()
  const body = await readJson(response)
  // A deed that failed for want of Redis is a 503 that still tells its outcome.
  const parsed = response.ok || response.status === 503 ? schema.safeParse(body) : null
  if (parsed?.success) return { isSame: false, value: parsed.data, etag: response.headers.get('ETag') }
  if (!response.ok) throw toApiProblem(response, body)
  throw new ApiProblem({
    code: 'bad-answer',
    status: response.status,
    title: 'This page is out of date',
    detail: 'The server answered in a way this page does not know. Reload the page.',
  })
}

/** The same for a deed of a person: the value itself, or null where the server has nothing to say (204). */
export async function send<T>(
  method: Method,
  path: string,
  schema: z.ZodMiniType<T>,
  body?: unknown,
): Promise<T | null> {
  const answer = await ask(path, schema, body === undefined ? { method } : { method, body })
  return answer.isSame ? null : answer.value
}

async function reach(path: string, { method = 'GET', body, headers }: Call): Promise<Response> {
  const sentAt = Date.now()
  try {
    const response = await fetch(withBasePath(path), {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return response
  } catch (cause) {
    const seconds = Math.round((Date.now() - sentAt) / 1000)
    throw Object.assign(
      new ApiProblem({
        code: 'no-answer',
        status: null,
        title: 'Rollcall does not answer',
        detail: seconds < 1 ? 'The server cannot be reached.' : `The server has not answered within ${seconds} s.`,
      }),
      { cause },
    )
  }
}

async function readJson(response: Response): Promise<unknown> {
  const receivedAt = Date.now()
  try {
    const body: unknown = await response.json()
    if (typeof body === 'object' && body !== null && 'now' in body && typeof body.now === 'number')
      setServerNow(body.now, receivedAt)
    return body
  } catch {
    // Not JSON, or cut short: told as a bad answer by the caller.
    return null
  }
}

function toApiProblem(response: Response, body: unknown): ApiProblem {
  const problem = Problem.safeParse(body)
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1000 : null
  if (problem.success) {
    const { code, status, title, detail, errors } = problem.data
    return new ApiProblem({ code, status, title, detail, faults: errors ?? [], retryAfterMs })
  }
  return new ApiProblem({
    code: 'bad-answer',
    status: response.status,
    title: 'Something between this page and Rollcall failed',
    detail: `The answer was ${response.status} and not from Rollcall.`,
    retryAfterMs,
  })
}
