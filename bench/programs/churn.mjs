import { Redis } from 'ioredis'

/** An application at work: `perSecond` sessions of those given are written again each second, in small steps, until it is ended. Answers each line with how many it wrote. */
const { port, perSecond, prefix, digits, from, to } = JSON.parse(process.argv[2])
const client = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true })
const stepMs = 10
const startedAt = performance.now()
let written = 0

async function step() {
  const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
  const pipeline = client.pipeline()
  for (; written < due; written += 1) {
    const index = from + ((written * 7919) % (to - from))
    pipeline.set(prefix + String(index).padStart(digits, '0'), textOf(index), 'PX', 3_600_000)
  }
  await pipeline.exec()
  setTimeout(step, stepMs)
}

function textOf(index) {
  const cookie = { originalMaxAge: 3_600_000, httpOnly: true, path: '/' }
  return JSON.stringify({ cookie, userId: `p${index}`, visits: written, cart: 'x'.repeat(220) })
}

process.stdin.on('data', () => process.stdout.write(`${written}\n`))
process.stdin.on('end', () => process.exit(0))
await client.ping()
void step()
process.stdout.write('"ready"\n')
