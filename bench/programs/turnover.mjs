import { Redis } from 'ioredis'

/**
 * People who come and go: of `perSecond` writes a second, three in five are visits of those that are there, the others begin a session of somebody new. Half of the new
 * ones sign out, half are left to end by themselves, all within `livesMs`. Answers each line with `{visits, begun, ended}`.
 */
const { port, perSecond, prefix, digits, from, to, livesMs } = JSON.parse(process.argv[2])
const client = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true })
const stepMs = 10
const startedAt = performance.now()
const done = { visits: 0, begun: 0, ended: 0 }
/** Those that will sign out, the oldest first. */
const leaving = []
let written = 0

async function step() {
  const now = performance.now()
  const due = Math.floor(((now - startedAt) / 1000) * perSecond)
  const pipeline = client.pipeline()
  for (; written < due; written += 1) {
    if (written % 5 < 3) visit(pipeline)
    else begin(pipeline, now)
  }
  while (leaving.length > 0 && leaving[0].at <= now) {
    pipeline.unlink(leaving.shift().key)
    done.ended += 1
  }
  await pipeline.exec()
  setTimeout(step, stepMs)
}

function visit(pipeline) {
  const index = from + ((done.visits * 7919) % (to - from))
  pipeline.set(prefix + String(index).padStart(digits, '0'), textOf(`p${index}`), 'PX', 7_200_000)
  done.visits += 1
}

function begin(pipeline, now) {
  const key = `${prefix}new${String(done.begun).padStart(digits - 3, '0')}`
  pipeline.set(key, textOf(`visitor-${done.begun}`), 'PX', livesMs)
  if (done.begun % 2 === 0) leaving.push({ key, at: now + livesMs / 2 })
  done.begun += 1
}

function textOf(person) {
  const cookie = { originalMaxAge: 3_600_000, httpOnly: true, path: '/' }
  return JSON.stringify({
    cookie,
    userId: person,
    ip: `198.51.${written % 250}.${written % 199}`,
    visits: written,
    cart: 'x'.repeat(200),
  })
}

process.stdin.on('data', () => process.stdout.write(`${JSON.stringify(done)}\n`))
process.stdin.on('end', () => process.exit(0))
await client.ping()
void step()
process.stdout.write('"ready"\n')
