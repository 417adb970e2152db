import { randomBytes, randomUUID } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { getConfig } from '@/lib/config'
import { KnownError } from '@/lib/errors'
import { getDrain } from '@/lib/http/drain'
import { isAllowedHost } from '@/lib/http/origin'
import { cleanHeaders, contentSecurityPolicy, securityHeaders } from '@/lib/http/policy'
import { toProblem } from '@/lib/http/problem'

/** What orchestrators ask by whatever name they have for this machine. */
const anyHostPaths = ['/healthz', '/readyz', '/metrics']
/** Next answers other methods itself, with an empty 400. */
const apiMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

// biome-ignore lint/style/noProcessEnv: the build writes a constant here, no environment is read.
const isDevelopment = process.env.NODE_ENV === 'development'

/** Every request passes here for its nonce, the Host check and the headers. Who may do what is decided next to the data and never here. */
export function proxy(request: NextRequest): Response {
  const settings = getConfig()
  const nonce = randomBytes(18).toString('base64')
  const policy = contentSecurityPolicy(nonce, { isDevelopment })
  const refusal = refuse(request)
  const response =
    refusal === null
      ? NextResponse.next({ request: { headers: cleanHeaders(request.headers, nonce, policy) } })
      : toProblem(refusal.error, randomUUID())
  for (const [name, value] of Object.entries({ ...securityHeaders(settings), ...refusal?.headers })) {
    response.headers.set(name, value)
  }
  response.headers.set('Content-Security-Policy', policy)
  return response
}

/** Everything while this process ends; another host; what we have none of, server actions and the image optimizer; and every way of changing something that is not the API. */
function refuse(request: NextRequest): { error: KnownError; headers?: Record<string, string> } | null {
  const { pathname } = request.nextUrl
  if (getDrain().isEnding && pathname !== '/healthz') {
    return { error: new KnownError('ending', 'This server is being stopped; nothing was done. Ask again.') }
  }
  if (!anyHostPaths.includes(pathname) && !isAllowedHost(request.headers.get('host'), getConfig())) {
    const advice = 'If you trust this name, add it to ROLLCALL_ALLOWED_HOSTS.'
    return { error: new KnownError('wrong-host', `This server does not answer to that Host header. ${advice}`) }
  }
  if (pathname === '/_next/image') return { error: new KnownError('not-found', 'There is nothing here.') }
  const isApi = /^\/(api(\/|$)|(healthz|readyz|metrics)$)/.test(pathname)
  const allowed = isApi ? apiMethods : ['GET', 'HEAD']
  if (request.headers.has('next-action') || !allowed.includes(request.method)) {
    const error = new KnownError('method-not-allowed', 'This cannot be asked of this address.')
    return { error, headers: { Allow: allowed.join(', ') } }
  }
  return null
}
