import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Program, startProgram } from '@/bench/support/program'
import { counted, quantile, tell } from '@/bench/support/row'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { bodyOf, keyOf, openStand, prefix, type Stand } from './stand'

const waves = 40
const inWave = 250
const writers = 8
/** A request that is under way saves its session so often. */
const everyMs = 500
/** The storm blows so long before the revokes and after them; then it is looked what lives. */
const stormMs = 1000
const lookAfterMs = 2000
const programs = fileURLToPath(new URL('./', import.meta.url))

let redis: RedisServer
let storm: Program<{ saves: number }>
let watcher: Program<{ lives: number[]; alive: number }>

beforeAll(async () => {
  redis = await startRedis()
  storm = await startProgram('writers', { port: redis.port, writers, everyMs }, programs)
  watcher = await startProgram('watcher', { port: redis.port, prefix }, programs)
})
afterAll(async () => {
  await storm?.stop()
  await watcher?.stop()
  await redis?.stop()
})

const kinds = ['setex', 'hset', 'set'] as const

/** Sessions in a storm, each revoked in its midst. Answers how many live two seconds after the last revoke, and how often they were saved. */
async function blow(stand: Stand, wave: string): Promise<{ alive: number; saves: number }> {
  const client = redis.client()
  const names = Array.from({ length: inWave }, (_, index) => `${wave}-${index}`)
  const sessions = names.map((name, index) => {
    const kind = kinds[index % kinds.length]
    return { key: String(keyOf(name)), kind, body: bodyOf(name) }
  })
  const pipeline = client.pipeline()
  for (const { key, kind, body } of sessions) {
    if (kind === 'hset') pipeline.hset(key, body).expire(key, 600)
    else pipeline.set(key, JSON.stringify(body), 'EX', 600)
  }
  await pipeline.exec()
  await storm.ask(JSON.stringify({ sessions }))
  await sleep(stormMs)
  await stand.revokeAll(names)
  const revokedAt = performance.now()
  await sleep(stormMs)
  const { saves } = await storm.ask('{}')
  await sleep(revokedAt + lookAfterMs - performance.now())
  const alive = await client.exists(sessions.map(({ key }) => key))
  client.disconnect()
  return { alive, saves }
}

test('a revoke holds while eight requests save the session again', async (context) => {
  const stand = await openStand(redis)
  let [alive, saves] = [0, 0]
  const lives: number[] = []
  const startedAt = performance.now()
  for (let wave = 0; wave < waves; wave += 1) {
    const seen = await blow(stand, `guarded${wave}`)
    alive += seen.alive
    saves += seen.saves
    lives.push(...(await watcher.ask()).lives)
  }
  const tookMs = performance.now() - startedAt
  await stand.close()
  const revoked = counted.format(waves * inWave)
  const how = `${waves} waves of ${inWave}, ${writers} writers a session, ${counted.format(saves)} saves`
  tell(
    context,
    {
      ...{ what: `alive 2 s after the revoke, of ${revoked} (${how})`, value: alive, unit: 'times' },
      bound: { of: 'value', most: 0 },
    },
    {
      ...{ what: `a session that came back lived, median of ${counted.format(lives.length)}`, unit: 'ms' },
      ...{ value: quantile(lives, 0.5), bound: { of: 'value', most: 50 } },
    },
    { what: 'the same, p99', value: quantile(lives, 0.99), unit: 'ms', bound: { of: 'value', most: 250 } },
    { what: 'the same, longest', value: quantile(lives, 1), unit: 'ms' },
    { what: 'the storm with its revokes took', value: tookMs / 1000, unit: 's' },
  )
  expect(lives.length).toBeGreaterThan(waves * inWave)
}, 600_000)

test('the control: without the guard they are back', async (context) => {
  const stand = await openStand(redis, { isGuarded: false })
  const { alive } = await blow(stand, 'unguarded')
  await stand.close()
  tell(context, {
    ...{ what: `control, guard off: alive 2 s after the revoke, of ${inWave}`, value: alive, unit: 'times' },
    bound: { of: 'value', least: inWave / 2 },
  })
}, 60_000)
