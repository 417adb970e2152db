import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Settings } from '@/lib/settings.mjs'
import { getDrain } from './drain'
import { securityHeaders } from './policy'

const channel = 'http.server.request.start'
/** Of an answer that is no page: it loads nothing and stands in no frame. */
const barePolicy = `default-src 'none'; frame-ancestors 'none'`
/** What never changes under its name, and the one icon: browsers may keep it. */
const keepable = /\/_next\/static\/|\/icon\.svg$/

/**
 * Looks at every request as Node takes it off the socket, before Next does: some Next answers by itself, without `proxy.ts`, such as paths with two slashes or with one behind. Those get
 * the headers of all others too. Where the proxy answers, or a page, its own headers take their place. Returns how to stop.
 */
export function takeFirstLook(settings: Pick<Settings, 'publicUrl'>): () => void {
  const headers = { ...securityHeaders(settings), 'Content-Security-Policy': barePolicy }
  const look = (message: unknown) => {
    // Node's own channel: the message is what its documentation names.
    const { request, response, server } = message as Seen
    getDrain().note(response, server)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const [path = ''] = (request.url ?? '').split('?')
    if (!keepable.test(path)) response.setHeader('Cache-Control', 'no-store')
    tidy(request)
  }
  subscribe(channel, look)
  return () => void unsubscribe(channel, look)
}

type Seen = { request: IncomingMessage; response: ServerResponse; server: Server }

/** What Next stumbles over. TRACE makes it fail, and so does `*` in place of a path; a whole address in place of a path it would redirect to, and which Host counts then is settled by RFC 9112: that of the address. */
function tidy(request: IncomingMessage): void {
  if (request.method === 'TRACE') request.method = 'UNKNOWN'
  const whole = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/is.exec(request.url ?? '')
  if (whole !== null) request.headers.host = whole[1] ?? ''
  const path = whole?.[2] ?? request.url ?? ''
  request.url = path.startsWith('/') ? path : `/${path}`
}
