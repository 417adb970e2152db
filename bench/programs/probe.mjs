import { Redis } from 'ioredis'

/**
 * Another client of the same Redis, in a process of its own: one GET after another, with a pause between, and how long each took. Answers each line on
 * its standard input with the latencies since the last one.
 */
const { port } = JSON.parse(process.argv[2])
const client = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true })
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
