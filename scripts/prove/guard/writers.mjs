import { Redis } from 'ioredis'

/**
 * The requests that were under way: for each session `writers` of them, each on a connection of its own, and each saves it again every `everyMs`, evenly spread. A line `{sessions: [{key, kind, body}]}`
 * begins a storm over these sessions, and one without `sessions` ends it and is answered with how many saves there were. `kind`: `setex`, `hset`, or `set` with an EXPIRE behind it.
 */
const { port, writers, everyMs } = JSON.parse(process.argv[2])
const stepMs = 5
const expirySeconds = 600
const clients = Array.from(
  { length: writers },
  () => new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true }),
)
let sessions = []
let saves = 0
/** How many saves of a writer are due since the storm began. */
let begunAt = 0
const done = clients.map(() => 0)

function save(pipeline, { key, kind, body }, round) {
  const cart = String(round)
  if (kind === 'hset' && round % 2 === 0) pipeline.hset(key, { cart })
  else if (kind === 'hset') pipeline.hset(key, { ...body, cart })
  else if (kind === 'setex') pipeline.set(key, JSON.stringify({ ...body, cart }), 'EX', expirySeconds)
  else pipeline.set(key, JSON.stringify({ ...body, cart })).expire(key, expirySeconds)
}

function step() {
  if (sessions.length === 0) return
  const due = Math.floor(((performance.now() - begunAt) / everyMs) * sessions.length)
  for (const [writer, client] of clients.entries()) {
    const pipeline = client.pipeline()
    // Each begins elsewhere in the list, so that the saves of one session are spread over the time.
    const shift = Math.floor((writer / writers) * sessions.length)
    for (; done[writer] < due; done[writer] += 1, saves += 1) {
      const at = done[writer] + shift
      save(pipeline, sessions[at % sessions.length], Math.floor(at / sessions.length) + writer)
    }
    pipeline.exec().catch(() => {})
  }
}

let text = ''
process.stdin.on('data', (bytes) => {
  text += bytes
  const lines = text.split('\n')
  text = lines.pop()
  for (const line of lines) hear(JSON.parse(line))
})
process.stdin.on('end', () => process.exit(0))

async function hear(order) {
  sessions = order.sessions ?? []
  begunAt = performance.now()
  done.fill(0)
  // What was sent before is answered before, so nothing is saved after the end is told.
  await Promise.all(clients.map((client) => client.ping()))
  process.stdout.write(`${JSON.stringify({ saves })}\n`)
  saves = 0
}

await Promise.all(clients.map((client) => client.ping()))
setInterval(step, stepMs)
process.stdout.write('"ready"\n')
