import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** Shares requests out between replicas, as a reverse proxy does. */
export type Balancer = {
  origin: string
  /** Puts a replica there, in the place of what was at `index`. */
  use(index: number, origin: string): void
  /** Asks this one alone, as a balancer does that keeps somebody with one replica, and waits until the others have answered all they were asked; null: all in turn again. */
  stayWith(index: number | null): Promise<void>
  /** How many requests each replica answered. */
  answered(): number[]
  /** Requests that another replica was asked again for: refused there, or told that it ends. */
  retried(): number
  stop(): Promise<void>
}

const lookEveryMs = 50
const mostTries = 200

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer }
/** `isSafe`: nothing was done by what failed, so that it may be asked elsewhere. */
class NotAnswered extends Error {
  constructor(readonly isSafe: boolean) {
    super('no answer')
  }
}

/** Listens on a free loopback port. What no replica answered is 502. */
export async function startBalancer(origins: readonly string[]): Promise<Balancer> {
  const replicas = origins.map((origin) => ({ origin, isOut: false, underWay: 0, answered: 0 }))
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  let stay: number | null = null
  let retried = 0
  let isStopped = false

  function ask(origin: string, { method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((done, fail) => {
      const sent = request(`${origin}${url}`, { agent, method, headers: { ...headers, connection: 'keep-alive' } })
      const isFresh = () => !sent.reusedSocket
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // A connection that was refused carried nothing; a look may be repeated.
        fail(new NotAnswered((error.code === 'ECONNREFUSED' && isFresh()) || method === 'GET'))
      })
      sent.on('response', async (answer) => {
        const parts: Buffer[] = []
        try {
          for await (const part of answer) parts.push(part)
          done({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) })
        } catch {
          fail(new NotAnswered(method === 'GET'))
        }
      })
      sent.end(body)
    })
  }

  async function lookAfter(replica: (typeof replicas)[number]) {
    if (replica.isOut) return
    replica.isOut = true
    while (replica.isOut && !isStopped) {
      await new Promise((done) => setTimeout(done, lookEveryMs))
      const isReady = await fetch(`${replica.origin}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isReady) replica.isOut = false
    }
  }

  async function pass(asked: IncomingMessage, body: Buffer): Promise<Answer> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      turn += 1
      const inTurn = [0, 1].map((at) => replicas[(turn + at) % replicas.length])
      const replica = (stay === null ? inTurn : [replicas[stay]]).find((one) => one && !one.isOut)
      if (replica === undefined) {
        await new Promise((done) => setTimeout(done, lookEveryMs))
        continue
      }
      replica.underWay += 1
      try {
        const answer = await ask(replica.origin, asked, body)
        const isEnding = answer.status === 503 && answer.headers.connection === 'close'
        if (!isEnding) {
          replica.answered += 1
          return answer
        }
      } catch (error) {
        if (!(error instanceof NotAnswered) || !error.isSafe) throw error
      } finally {
        replica.underWay -= 1
      }
      retried += 1
      void lookAfter(replica)
    }
    throw new NotAnswered(true)
  }

  const server = createServer(async (asked: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    try {
      for await (const part of asked) parts.push(part)
      const { status, headers, body } = await pass(asked, Buffer.concat(parts))
      const { connection, 'transfer-encoding': coding, ...kept } = headers
      response.writeHead(status, { ...kept, 'content-length': body.length }).end(body)
    } catch {
      response.writeHead(502).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  return {
    origin: `http://127.0.0.1:${port}`,
    use(index, origin) {
      const replica = replicas[index]
      if (replica) replica.origin = origin
    },
    async stayWith(index) {
      stay = index
      const others = index === null ? [] : replicas.filter((_, at) => at !== index)
      while (others.some(({ underWay }) => underWay > 0)) await new Promise((done) => setTimeout(done, lookEveryMs))
    },
    answered: () => replicas.map(({ answered }) => answered),
    retried: () => retried,
    async stop() {
      isStopped = true
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
