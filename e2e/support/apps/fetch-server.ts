import type { IncomingMessage } from 'node:http'
import { carryOut, listen, readBody, type Visit } from './app'
import type { Holds } from './holds'

/** A visit that also gathers the cookies to set. */
export type FetchVisit = Visit & { cookies: string[] }

/** The routes on Node's own server, for libraries that speak `Request` and `Headers` and leave the server to the application. */
export function listenForFetch(holds: Holds, visitOf: (headers: Headers) => FetchVisit) {
  return listen(async (incoming, response) => {
    const visit = visitOf(headersOf(incoming))
    try {
      const answer = await carryOut(incoming.url ?? '/', await readBody(incoming), visit, holds)
      response.setHeader('set-cookie', visit.cookies)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
    } catch (error) {
      // A test reads it in the message of its failing request.
      response.writeHead(500).end(String(error))
    }
  })
}

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
