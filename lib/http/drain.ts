import type { Server, ServerResponse } from 'node:http'

/** After this long without a request nobody sends any more. */
const quietMs = 100
const lookEveryMs = 10

/** What this process still has to answer, and whether it is about to end. */
export type Drain = {
  readonly isEnding: boolean
  /** A request was taken off the socket. */
  note(response: ServerResponse, server: Server): void
  /**
   * From now on every connection is closed with its answer, and the proxy answers what comes with 503, so that whoever shares requests out turns to another replica. Resolves when all that was asked before is
   * answered and nothing comes any more; then nobody is listened to.
   */
  end(): Promise<void>
}

export function createDrain(): Drain {
  const underWay = new Set<ServerResponse>()
  const servers = new Set<Server>()
  let isEnding = false
  let lastAskedAt = Number.NEGATIVE_INFINITY

  return {
    get isEnding() {
      return isEnding
    },
    note(response, server) {
      lastAskedAt = performance.now()
      servers.add(server)
      underWay.add(response)
      response.once('close', () => underWay.delete(response))
      if (isEnding) response.setHeader('Connection', 'close')
    },
    async end() {
      isEnding = true
      for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close')
      while (underWay.size > 0 || performance.now() - lastAskedAt < quietMs) {
        await new Promise((done) => setTimeout(done, lookEveryMs))
      }
      for (const server of servers) {
        server.close()
        server.closeIdleConnections()
      }
    },
  }
}

/** The proxy and what starts the runtime are separate bundles in one process: what they share hangs here. */
const place = globalThis as unknown as Record<symbol, Drain | undefined>
const name = Symbol.for('rollcall.drain')

/** The one of this process. */
export function getDrain(): Drain {
  const drain = place[name] ?? createDrain()
  place[name] = drain
  return drain
}
