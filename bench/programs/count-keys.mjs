import { Redis } from 'ioredis'

/** The peer of a load, which shows less: keys counted as redis-commander counts them by default, one SCAN with COUNT 100 after the other. */
const { port, prefix } = JSON.parse(process.argv[2])
const client = new Redis({ port, host: '127.0.0.1', disableClientInfo: true })
const scanCount = 100

await client.ping()
process.stdin.on('end', () => process.exit(0)).resume()
process.stdout.write('"ready"\n')
const startedAt = performance.now()
let seen = 0
for await (const keys of client.scanStream({ match: `${prefix}*`, count: scanCount })) seen += keys.length
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - startedAt) / 1000, seen })}\n`)
