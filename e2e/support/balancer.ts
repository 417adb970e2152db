import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** One address before several replicas: each request goes to the next one that answers. `count`: how many each was given. */
export async function startBalancer(origins: readonly string[]) {
  const counts = origins.map(() => 0)
  let next = 0
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => forward(origins.length))

    function forward(tries: number) {
      const place = next % origins.length
      next += 1
      const url = new URL(incoming.url ?? '/', origins[place])
      const sent = request(url, { method: incoming.method, headers: incoming.headers }, (answer) => {
        counts[place] = (counts[place] ?? 0) + 1
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      sent.on('error', () => {
        if (tries > 1) forward(tries - 1)
        else outgoing.writeHead(502).end()
      })
      sent.end(Buffer.concat(chunks))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    counts: () => [...counts],
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
