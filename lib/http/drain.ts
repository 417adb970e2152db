import type { Server, ServerResponse } from 'node:http'

/** Looked at so often, each time with everything taken off the sockets that has come; counted in looks, because a machine that is too busy may let no request in for a while. */
const lookEveryMs = 10
/** After so many looks without a request nobody sends any more. */
const quietLooks = 10
/** Where nobody has asked for so long, one look is enough. */
const idleMs = 1000

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

  /** So many looks in a row without anything under way or newly asked. */
  async function quiet(looks: number): Promise<void> {
    for (let seen = 0, before = lastAskedAt; seen < looks; ) {
      await new Promise((done) => setTimeout(done, lookEveryMs))
      seen = underWay.size === 0 && lastAskedAt === before ? seen + 1 : 0
      before = lastAskedAt
    }
  }

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
      await quiet(performance.now() - lastAskedAt > idleMs ? 1 : quietLooks)
      for (const server of servers) server.close()
      // Connections that were taken on meanwhile may still ask.
      await quiet(1)
      for (const server of servers) server.closeIdleConnections()
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
