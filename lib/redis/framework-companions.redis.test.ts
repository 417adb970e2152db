import { expect, test } from 'vitest'
import { withRedis } from '@/e2e/support/with-redis'
import { formats } from '@/lib/formats'
import { goldensOf } from '@/lib/formats/conformance'
import type { RawSession } from '@/lib/session/raw'
import { createSource } from './source'

const minuteMs = 60_000
const own = withRedis()

type Beside = { key: string; value: string; ttlMs: number; goes: boolean }

/** What lies beside the session of each framework: its own companions, and what belongs to others. */
const cases: [folder: string, beside: (raw: RawSession) => Beside[]][] = [
  ['aspnet-session', () => [cached]],
  ['aspnet-ticket', () => [cached]],
  [
    'aspnet-framework',
    ({ key }) => {
      const [, base = '', name] = /^(\{.+\})_(.+)$/.exec(key.toString('latin1')) ?? []
      const [timeout, lock] = name === 'Data' ? ['Internal', 'Write_Lock'] : ['SessionTimeout', 'WriteLock']
      return [
        { key: `${base}_${timeout}`, value: '1200', ttlMs: 20 * minuteMs, goes: true },
        { key: `${base}_${lock}`, value: '638', ttlMs: 2 * minuteMs, goes: true },
      ]
    },
  ],
  // The lock goes with its own request, five minutes later at most.
  ['codeigniter', ({ key }) => [{ key: `${key}:lock`, value: '1795589734', ttlMs: 5 * minuteMs, goes: false }]],
]
const cached: Beside = { key: 'elsewhere:report', value: 'cached', ttlMs: 60 * minuteMs, goes: false }
const golden = cases.flatMap(([folder, beside]) =>
  goldensOf(folder, (name) => name !== 'empty').map(({ name, raw }) => ({ folder, name, raw, beside: beside(raw) })),
)

async function put({ raw, beside }: (typeof golden)[number]) {
  const redis = own.server.client()
  if (raw.value.type === 'string') await redis.set(raw.key, raw.value.bytes)
  else await redis.call('HSET', raw.key, ...raw.value.fields.flat())
  await redis.pexpire(raw.key, 30 * minuteMs)
  for (const { key, value, ttlMs } of beside) await redis.set(key, value, 'PX', ttlMs)
}

/** Every key with its bytes and its end; of a hash the fields in an order of their own, for Redis keeps none. */
async function everything(): Promise<unknown[]> {
  const redis = own.server.client()
  const keys = (await redis.keys('*')).sort()
  return Promise.all(
    keys.map(async (key) => {
      const isHash = (await redis.type(key)) === 'hash'
      const hash = isHash
        ? Object.entries(await redis.hgetallBuffer(key)).sort(([one], [two]) => (one < two ? -1 : 1))
        : []
      const value = isHash
        ? hash.map(([name, bytes]) => `${name}=${bytes.toString('hex')}`)
        : await redis.getBuffer(key)
      return { key, value, end: await redis.pexpiretime(key) }
    }),
  )
}

test.each(golden)(
  '$folder $name: one session is seen, a revoke takes what is its own, an undo brings all back',
  async (one) => {
    await put(one)
    const { raw, beside } = one
    const common = { name: 'app', siblings: () => [], pinnedFormat: null, isReadOnly: false }
    const source = createSource({
      connection: own.connection,
      id: 'app',
      prefix: raw.prefix,
      formats,
      origin: 'configured',
      ...common,
    })
    const seen: string[] = []
    for await (const keys of source.scan(new AbortController().signal)) seen.push(...keys.map(String))
    expect(seen.filter((key) => key !== cached.key)).toEqual([String(raw.key)])
    const before = await everything()
    const backup = await source.backUp(raw.key)
    if (backup === null) throw new Error('No backup')
    expect(await source.remove(raw.key, backup)).toBe('done')
    const left = beside.filter(({ goes }) => !goes).map(({ key }) => key)
    expect((await own.server.client().keys('*')).sort()).toEqual(left.sort())
    expect(await source.restore(backup)).toBe('done')
    expect(await everything()).toEqual(before)
  },
)
