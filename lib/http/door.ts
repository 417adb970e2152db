import { randomUUID } from 'node:crypto'
import type { NextRequest } from 'next/server'
import type * as z from 'zod/mini'
import { addressOf } from '@/lib/admin/address'
import type { Admin } from '@/lib/admin/admin'
import type { Admins, FoundAdmin } from '@/lib/admin/admins'
import { may } from '@/lib/admin/roles'
import type { Audit } from '@/lib/audit'
import type { Deed } from '@/lib/contract/audit'
import { isKnownError, KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Settings } from '@/lib/settings.mjs'
import { answerWithoutAddresses, askWithoutAddresses, hideAddresses, hidesAddresses } from './addresses'
import { json, noContent } from './answer'
import { noteClaims } from './claims'
import { type Progress, tooLate, underWay, withinDeadline } from './deadline'
import { identify, isTokenAlone } from './identify'
import { parseBody, parseQuery } from './input'
import { type Arrival, isArrival, isSameOrigin } from './origin'
import { toProblem } from './problem'
import { noteRequest, type Requests } from './requests'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof methods)[number]

type Base = {
  request: NextRequest
  requestId: string
  ip: string | null
  isPoll: boolean
  params: Record<string, string>
}

type Context<Open, Found, Query, Body> = Base & {
  admin: Open extends true ? null : Admin
  found: Found
  query: Query
  body: Body
}

/** What a route says about one of its methods. */
type Spec<Open, Found, Query, Body> = {
  /** Without signing in. */
  open?: Open
  /** A GET that does more than look, and so must be a person's own way here: see `isArrival`. */
  arrival?: Arrival
  /** The least that the admin must be allowed; other roles get 403 and the audit says so. */
  deed?: Deed
  /** What the path names. May throw `not-found`; runs before the query and the body are looked at, and its result is `found`. */
  find?(context: Base): Found | Promise<Found>
  query?: z.ZodMiniType<Query>
  body?: z.ZodMiniType<Body>
  /** A larger body than the usual 64 KiB. */
  mostBytes?: number
  /** Gives a `Response`, or a value that becomes 200 and JSON, or throws. */
  run(context: Context<Open, Found, Query, Body>): unknown
}

/** Each method has its own types, which only a list of all of them lets the compiler infer: Open, Found, Query, Body of GET, POST, PUT, PATCH and DELETE. */
export type MakeRoute = <
  GO extends true | undefined = undefined,
  PO extends true | undefined = undefined,
  UO extends true | undefined = undefined,
  AO extends true | undefined = undefined,
  DO extends true | undefined = undefined,
  GF = undefined,
  PF = undefined,
  UF = undefined,
  AF = undefined,
  DF = undefined,
  GQ = undefined,
  PQ = undefined,
  UQ = undefined,
  AQ = undefined,
  DQ = undefined,
  GB = undefined,
  PB = undefined,
  UB = undefined,
  AB = undefined,
  DB = undefined,
>(specs: {
  GET?: Spec<GO, GF, GQ, GB>
  POST?: Spec<PO, PF, PQ, PB>
  PUT?: Spec<UO, UF, UQ, UB>
  PATCH?: Spec<AO, AF, AQ, AB>
  DELETE?: Spec<DO, DF, DQ, DB>
}) => Route

type Handler = (
  request: NextRequest,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>
type Route = Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', Handler>

/** The part of the runtime that the door looks at. */
export type DoorRuntime = {
  settings: Settings
  log: Log
  admins: Pick<Admins, 'find' | 'findToken' | 'vouchedBy'>
  audit: Pick<Audit, 'write'>
  requests: Requests
}

/**
 * Makes `route()`: every request meets the same questions in the same order. Who (401), from where and in which role (403), which method (405), what (404), with which
 * input (400, 413, 415, 422); then `run`. A route without any method is no address: 404. Every answer carries the request id and is stored by nobody; every error is a problem document.
 */
export function createDoor(getRuntime: () => DoorRuntime): MakeRoute {
  return function route(specs): Route {
    // Inside, a spec is looked up by the request's method, which no type can follow; `Spec` has tied each `run` to its own types.
    const table = specs as { [K in Method]?: Spec<true | undefined, unknown, unknown, unknown> }
    const present = methods.filter((method) => table[method] !== undefined)
    const isOpen = present.length > 0 && present.every((method) => table[method]?.open)
    const allow = [...present, ...(present.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')

    async function pass(request: NextRequest, base: Base, progress: Progress): Promise<unknown> {
      const runtime = getRuntime()
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const isUnsafe = method !== 'GET' && method !== 'OPTIONS'
      const known = methods.find((one) => one === method)
      const spec = known && table[known]
      const admin = (spec ? spec.open : isOpen) ? null : await identify(runtime.admins, request, base)
      const isProgram = admin !== null && isTokenAlone(request.headers)
      if (isUnsafe && !isProgram && !isSameOrigin(request.headers, runtime.settings)) {
        throw new KnownError('cross-origin', 'Only pages of this console may ask for this.')
      }
      if (spec?.arrival !== undefined && !isArrival(request.headers, spec.arrival)) {
        throw new KnownError('cross-origin', 'Only a browser that goes there itself may ask for this.')
      }
      if (spec === undefined) {
        if (present.length === 0) throw new KnownError('not-found', 'There is nothing at this address.')
        if (method === 'OPTIONS') return noContent({ Allow: allow })
        throw new KnownError('method-not-allowed', `This address answers to ${allow}.`)
      }
      if (admin !== null && spec.deed !== undefined) await allowDeed(runtime, base, admin, spec.deed, spec.find)
      const found = await spec.find?.(base)
      const isBlind = admin !== null && hidesAddresses(runtime.settings, admin.role)
      const narrow = <T>(input: T) => (isBlind ? askWithoutAddresses(input) : input)
      const query = narrow(parseQuery(request.nextUrl.searchParams, spec.query))
      const body = narrow(isUnsafe ? await parseBody(request, spec.body, spec.mostBytes) : undefined)
      // The answer has gone out already and said that nothing was done.
      if (progress.isLate) throw tooLate()
      progress.hasBegun = true
      const value = await spec.run({ ...base, admin, found, query, body })
      if (!isBlind) return value
      return value instanceof Response ? answerWithoutAddresses(value) : hideAddresses(value)
    }

    const handle: Handler = async (request, { params }) => {
      const askedAt = performance.now()
      const requestId = randomUUID()
      const { headers } = request
      const isPoll = headers.get('x-poll') === '1'
      const progress: Progress = { hasBegun: false, isLate: false }
      let answer: Response
      try {
        const base = { request, requestId, ip: addressOf(headers), isPoll, params: flatten(await params) }
        const value = await withinDeadline(pass(request, base, progress), progress)
        answer = value instanceof Response ? value : json(value)
      } catch (error) {
        note(getRuntime().log, requestId, request.method, error)
        const deed = methods.find((one) => one === request.method && isAct(table[one]?.deed))
        answer =
          deed && progress.isLate && progress.hasBegun
            ? json(underWay, { status: 202 })
            : toProblem(error, requestId, deed && isUnavailable(error) ? { outcome: 'failed' } : {})
        if (answer.status === 405) answer.headers.set('Allow', allow)
      }
      answer.headers.set('X-Request-Id', requestId)
      answer.headers.set('Cache-Control', 'no-store')
      noteRequest(getRuntime().requests, { request, isPoll, askedAt, status: answer.status })
      return request.method === 'HEAD' ? new Response(null, answer) : answer
    }
    noteClaims(handle, table)
    return { GET: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle, HEAD: handle, OPTIONS: handle }
  }
}

/** The role, and whether anybody can vouch for the session now: while the home is away one may look, never act. */
async function allowDeed(
  { audit }: DoorRuntime,
  base: Base,
  admin: FoundAdmin,
  deed: Deed,
  find?: (context: Base) => unknown,
): Promise<void> {
  if (!may(admin.role, deed)) {
    const reason = `The role ${admin.role} may not do this.`
    // What opens nothing may be a session id that somebody put into the path: it is not written down.
    const opens = await (async () => find?.(base))().catch(() => undefined)
    const { requestId, ip, params } = base
    const handle = (opens !== undefined && params.handle) || null
    const about = { admin: admin.username, handle, principal: null }
    void audit.write({ phase: 'outcome', deed, ...about, outcome: 'denied', reason, requestId, ip })
    throw new KnownError('forbidden', reason)
  }
  if (isAct(deed) && !admin.isVerified) {
    throw new KnownError(
      'source-unavailable',
      'While the home Redis does not answer, sessions can be seen but not changed.',
    )
  }
}

function isAct(deed: Deed | undefined): boolean {
  return deed !== undefined && !deed.endsWith('.view')
}

function isUnavailable(error: unknown): boolean {
  return isKnownError(error) && error.code === 'source-unavailable'
}

function note(log: Log, requestId: string, method: string, error: unknown): void {
  if (!isKnownError(error)) log.error('request.failed', { requestId, method, error })
  else if (error.cause !== undefined) log.warn('request.refused', { requestId, method, error })
}

/** One text for each part of the path; the parts of a catch-all are joined. */
function flatten(params: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, [value].flat().join('/')]))
}
