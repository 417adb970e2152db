import { once } from 'node:events'
import { Agent, createServer, request, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDrain, type Drain } from './drain'

let drain: Drain
let port: number
let waiting: ServerResponse[]
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const server = () =>
  createServer((_request, response) => {
    drain.note(response, listening)
    if (drain.isEnding) response.writeHead(503).end()
    else waiting.push(response)
  })
let listening = server()

beforeEach(async () => {
  drain = createDrain()
  waiting = []
  listening = server().listen(0, '127.0.0.1')
  await once(listening, 'listening')
  port = (listening.address() as { port: number }).port
})
afterEach(() => {
  listening.closeAllConnections()
  listening.close()
})

async function ask(through?: Agent) {
  const sent = request({ port, host: '127.0.0.1', ...(through ? { agent: through } : { agent: false }) }).end()
  const [answer] = await once(sent, 'response')
  answer.resume()
  return { status: answer.statusCode, connection: answer.headers.connection }
}

test('what was asked before is answered, and the end waits for it', async () => {
  const asked = ask(agent)
  while (waiting.length === 0) await new Promise((done) => setImmediate(done))
  let hasEnded = false
  const ended = drain.end().then(() => {
    hasEnded = true
  })
  expect(await ask()).toEqual({ status: 503, connection: 'close' })
  expect(hasEnded).toBe(false)
  waiting[0]?.writeHead(200).end()
  expect(await asked).toEqual({ status: 200, connection: 'close' })
  await ended
  await expect(ask()).rejects.toThrow('ECONNREFUSED')
})

test('where nobody asked anything it ends at once', async () => {
  const startedAt = performance.now()
  await drain.end()
  expect(performance.now() - startedAt).toBeLessThan(50)
})
