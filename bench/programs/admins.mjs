import { Agent, request } from 'node:http'

/**
 * So many admins with an open page: each asks for its path again with the ETag that it has, as a poll does. With `everyMs` at that pace, from when it was due on, so
 * that a server that is late is not asked less; without, again at once. Answers once, after `seconds`: how many answers of which status, and how long they took.
 */
const { port, cookie, paths, admins, seconds, everyMs = 0, isPoll = true } = JSON.parse(process.argv[2])
const agent = new Agent({ keepAlive: true, maxSockets: admins, scheduling: 'fifo' })
const statuses = {}
const tookMs = []

process.stdin.on('end', () => process.exit(0)).resume()
process.stdout.write('"ready"\n')
const startedAt = performance.now()
const endsAt = startedAt + seconds * 1000
await Promise.all(Array.from({ length: admins }, (_, number) => watch(number)))
const tookSeconds = (performance.now() - startedAt) / 1000
process.stdout.write(`${JSON.stringify({ perSecond: tookMs.length / tookSeconds, statuses, tookMs })}\n`)

async function watch(number) {
  const path = paths[number % paths.length]
  let etag = null
  for (let turn = 0; ; turn += 1) {
    const dueAt = everyMs === 0 ? performance.now() : startedAt + (number / admins + turn) * everyMs
    if (dueAt >= endsAt) return
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs))
    etag = await ask(path, etag)
    tookMs.push(performance.now() - dueAt)
  }
}

/** Again where the server had just closed the idle socket, or the next one too. */
async function ask(path, etag, triesLeft = 5) {
  try {
    return await askOnce(path, etag)
  } catch (error) {
    if (error.code !== 'ECONNRESET' || triesLeft === 0) throw error
    return ask(path, etag, triesLeft - 1)
  }
}

function askOnce(path, etag) {
  const headers = {
    ...(cookie ? { cookie } : {}),
    ...(etag ? { 'if-none-match': etag } : {}),
    ...(isPoll ? { 'x-poll': '1' } : {}),
  }
  return new Promise((done, failed) => {
    const call = request({ host: '127.0.0.1', port, path, headers, agent }, (answer) => {
      statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1
      answer.resume()
      answer.once('end', () => done(answer.headers.etag ?? etag))
    })
    call.once('error', failed)
    call.end()
  })
}
