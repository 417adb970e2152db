import { createHash, randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { test } from 'vitest'
import { type Caller, createCaller } from '@/bench/support/caller'
import { tell } from '@/bench/support/row'
import { startConsole } from '@/e2e/support/console'
import { startRedis } from '@/e2e/support/redis'
import { createDice, type Dice } from '@/lib/formats/fuzz'
import { createHandles } from '@/lib/session/handle'

const requests = Number(process.env.PROVE_REQUESTS ?? 100_000)
const callers = 8
const secret = 'a secret of this proof, long enough'
const sessions = 300
/** Beside the watched prefix: like it, longer, shorter, within another, of every type. */
const neighbours = [
  'sess',
  'session:a',
  'sessx:a',
  'xsess:a',
  'Sess:a',
  'other:sess:a',
  '*',
  'sess?',
  'app:1',
  'cache:sess:',
]

test('requests with any handle and any body', { timeout: 3_600_000 }, async (context) => {
  const seed = Date.now() % 2 ** 31
  const [redis, home] = [await startRedis(), await startRedis()]
  const client = redis.client()
  await fill(client)
  const settings = { ROLLCALL_MATCH: 'sess:', ROLLCALL_HOME_URL: home.url, ROLLCALL_SECRET: secret }
  const server = await startConsole(redis.url, settings)
  try {
    const { cookie } = await server.as('admin')
    const before = await digestOf(client)
    const statuses = new Map<number, number>()
    await Promise.all(
      Array.from({ length: callers }, async (_, number) => {
        const call = createCaller(server.origin, cookie)
        const dice = createDice(seed + number)
        for (let at = 0; at < requests / callers; at += 1) {
          const { status } = await ask(call, dice)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }),
    )
    const after = await digestOf(client)
    const left = (await client.keys('sess:*')).length
    const changed =
      [...before].filter(([key, digest]) => after.get(key) !== digest).length +
      [...after.keys()].filter((key) => !before.has(key)).length
    const faults = [...statuses].reduce((sum, [status, count]) => (status >= 500 ? sum + count : sum), 0)
    const none = { unit: 'times', bound: { of: 'value', most: 0 } } as const
    tell(
      context,
      {
        id: 'M-10',
        seed,
        what: `keys outside the prefix that ${requests} fuzzed requests made, changed or ended, of ${before.size}`,
        value: changed,
        ...none,
      },
      { id: 'M-10', seed, what: 'answers of 500 and above among them', value: faults, ...none },
      {
        ...{
          id: 'M-10',
          what: 'sessions that the real handles among them ended: the requests do reach Redis',
          value: sessions - left,
        },
        ...{ unit: 'times', bound: { of: 'value', least: 1 } },
      },
    )
    console.log(Object.fromEntries(statuses))
  } finally {
    await server.stop()
    await Promise.all([redis.stop(), home.stop()])
  }
})

async function fill(client: Redis): Promise<void> {
  for (let at = 0; at < sessions; at += 1)
    await client.set(`sess:${at}`, JSON.stringify({ userId: `p${at % 40}` }), 'PX', 86_400_000)
  for (const name of neighbours) await client.set(name, name, 'PX', 86_400_000)
  await client.hset('other:hash', 'a', '1')
  await client.zadd('other:sorted', 1, 'sess:1')
  await client.sadd('other:set', 'sess:1')
  await client.rpush('other:list', 'sess:1')
}

/** Of each key that is not under the prefix: its bytes and its end. */
async function digestOf(client: Redis): Promise<Map<string, string>> {
  const keys = (await client.keys('*')).filter((key) => !key.startsWith('sess:'))
  const digests = new Map<string, string>()
  for (const key of keys) {
    const [dump, endsAt] = await Promise.all([client.dumpBuffer(key), client.pexpiretime(key)])
    digests.set(
      key,
      createHash('sha256')
        .update(dump ?? '')
        .update(String(endsAt))
        .digest('hex'),
    )
  }
  return digests
}

const ours = createHandles(Buffer.from(secret))
const foreign = createHandles(randomBytes(32))

function anyHandle(dice: Dice): string {
  const key = Buffer.from(dice.roll(3) === 0 ? dice.pick(neighbours) : `sess:${dice.roll(sessions)}`)
  const source = dice.pick(['sess', '', 'other', 'session', '*'])
  switch (dice.roll(8)) {
    case 0:
      return randomBytes(16 + dice.roll(40)).toString('base64url')
    case 1:
      return foreign.seal('sess', key)
    case 2:
      return key.toString('base64url')
    case 3:
      return encodeURIComponent(key.toString('latin1'))
    case 4: {
      const real = ours.seal('sess', key)
      const at = dice.roll(real.length)
      return real.slice(0, at) + dice.pick(['A', '_', '%00', '.', '/', '']) + real.slice(at + 1)
    }
    case 5:
      return ours.sealPerson(`p${dice.roll(40)}`)
    // Made with the true secret: of a key or a source that is none of ours, and of a session.
    case 6:
      return ours.seal(source, Buffer.from(dice.pick(neighbours)))
    default:
      return dice.roll(20) === 0
        ? ours.seal('sess', Buffer.from(`sess:${dice.roll(sessions)}`))
        : ours.seal(source, key.subarray(0, dice.roll(key.length)))
  }
}

function anyText(dice: Dice): unknown {
  return dice.pick<unknown>([
    ...neighbours,
    '',
    '__proto__',
    '../..',
    '\u0000',
    '*',
    'p1',
    -1,
    1e308,
    null,
    true,
    [],
    {},
    ['sess:1'],
    { a: 1 },
  ])
}

function ask(call: Caller, dice: Dice) {
  const handle = anyHandle(dice)
  switch (dice.roll(6)) {
    case 0:
    case 1:
      return call('DELETE', `/api/sessions/${handle}`)
    case 2:
      return call(
        'POST',
        `/api/sessions/${handle}/extension`,
        dice.roll(2) === 0 ? { byMs: dice.pick([1, 60_000, -1, 1e300]) } : { untilAt: anyText(dice) },
      )
    case 3:
      return call('POST', `/api/sessions/${handle}/restoration`)
    case 4:
      return call('GET', `/api/sessions/${handle}`)
    default: {
      const filter = dice.pick<unknown>([
        {},
        { source: ['other'] },
        { principal: [anyText(dice)] },
        { q: anyText(dice) },
        anyText(dice),
      ])
      const body = {
        deed: dice.pick(['revoke', 'extend', 'give-expiry', 'flush']),
        filter,
        handles: [handle, anyHandle(dice)],
      }
      return call('POST', '/api/jobs', {
        ...body,
        ...dice.pick<object>([
          { dryRun: true },
          { digest: 'x' },
          { dryRun: true, byMs: 1000 },
          { [String(anyText(dice))]: 1 },
        ]),
      })
    }
  }
}
