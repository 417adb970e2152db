import { Redis } from 'ioredis'

/**
 * The limit of a load: every key, its time left and its value are fetched and thrown away, nothing is decoded. SCAN, one script for the times of a batch, MGET; three
 * batches under way while the scan goes on.
 */
const { port, prefix } = JSON.parse(process.argv[2])
const client = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true })
const scanCount = 1000
const mostUnderWay = 3
const script = `local times = {} for place, key in ipairs(KEYS) do times[place] = redis.call('PTTL', key) end return times`

await client.ping()
process.stdin.on('end', () => process.exit(0)).resume()
process.stdout.write('"ready"\n')
const startedAt = performance.now()
const underWay = new Set()
let cursor = '0'
let seen = 0
do {
  const [next, keys] = await client.callBuffer('SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', scanCount)
  cursor = next.toString()
  if (keys.length === 0) continue
  if (underWay.size === mostUnderWay) await Promise.race(underWay)
  const reading = read(keys).finally(() => underWay.delete(reading))
  underWay.add(reading)
} while (cursor !== '0')
await Promise.all(underWay)
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - startedAt) / 1000, seen })}\n`)

async function read(keys) {
  const [, values] = await Promise.all([
    client.callBuffer('EVAL', script, keys.length, ...keys),
    client.callBuffer('MGET', ...keys),
  ])
  seen += values.length
}
