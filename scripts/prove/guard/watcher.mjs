import { Redis } from 'ioredis'

/**
 * Sees on the server's own clock how long a session lived that was saved again after its revoke: from the save that made the key anew to the command that removed it. Each line on its standard input
 * is answered with the milliseconds of each such life since the last line, and how many keys live again now.
 */
const { port, prefix } = JSON.parse(process.argv[2])
const saves = new Set(['set', 'hset', 'setex'])
const ends = new Set(['unlink', 'del'])
/** Keys whose first end, the revoke, was seen; the time since when they live again, or null. */
const revoked = new Map()
let lives = []

const client = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true })
const monitor = await client.monitor()
monitor.on('monitor', (time, [name, ...args]) => {
  const command = name.toLowerCase()
  if (saves.has(command)) {
    if (revoked.get(args[0]) === null) revoked.set(args[0], Number(time))
  } else if (ends.has(command)) {
    for (const key of args) if (key.startsWith(prefix)) end(key, Number(time))
  }
})

function end(key, time) {
  const since = revoked.get(key)
  revoked.set(key, null)
  if (since !== undefined && since !== null) lives.push(Number(((time - since) * 1000).toFixed(2)))
}

process.stdin.on('data', () => {
  let alive = 0
  for (const since of revoked.values()) if (since !== null) alive += 1
  process.stdout.write(`${JSON.stringify({ lives, alive })}\n`)
  lives = []
})
process.stdin.on('end', () => process.exit(0))
process.stdout.write('"ready"\n')
