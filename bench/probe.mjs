import { Redis } from 'ioredis'

/**
 * Another client of the same Redis, in a process of its own: one GET after another, with a pause between, and how long each took. Says `ready`, then answers each line on
 * its standard input with the latencies since the last one, as JSON.
 */
const client = new Redis({ port: Number(process.argv[2]), host: '127.0.0.1', protocol: 2, disableClientInfo: true })
const pauseMs = 1
let tookMs = []

async function ask() {
  const askedAt = performance.now()
  await client.get('probe')
  tookMs.push(performance.now() - askedAt)
  setTimeout(ask, pauseMs)
}

process.stdin.on('data', () => {
  process.stdout.write(`${JSON.stringify(tookMs)}\n`)
  tookMs = []
})
process.stdin.on('end', () => process.exit(0))
await client.set('probe', 'x'.repeat(300))
void ask()
process.stdout.write('"ready"\n')
