import { createServer } from 'node:http'

/** Answers everything with nothing: as slow as the machine is, and no slower. Ends with whoever started it. */
const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify(server.address().port)}\n`)
})
process.stdin.on('end', () => process.exit(0)).resume()
