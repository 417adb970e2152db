import fc from 'fast-check'
import { addressOf, connectTo } from '@/e2e/support/connection'
import type { RedisServer } from '@/e2e/support/redis'
import { extendOne } from '@/lib/actions/extend'
import { formats } from '@/lib/formats'
import { createSource } from '@/lib/redis/source'
import type { Source } from '@/lib/session/source'

const dayMs = 86_400_000
/** From a moment to as far as numbers go, forwards and back. */
const anySpan = fc.oneof(
  fc.integer({ min: -dayMs, max: dayMs }),
  fc.constantFrom(0, 1, -1, 8.64e15, -8.64e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 63, 1e300),
)
const anyLife = fc.oneof(
  fc.integer({ min: 2000, max: 400 * dayMs }).map((ms) => ({ kind: 'ending' as const, ms })),
  fc.constantFrom({ kind: 'persistent' as const, ms: 0 }, { kind: 'missing' as const, ms: 0 }),
)
const anyExtension = fc.record({
  life: anyLife,
  /** A span from the end, a point in time by a clock that may be a day off, or the raw command below the deed. */
  by: fc.constantFrom('byMs' as const, 'untilAt' as const, 'expire' as const),
  span: anySpan,
  skewMs: fc.integer({ min: -dayMs, max: dayMs }),
})

/** Tries so many extends of any kind on a real Redis; throws, with the smallest case, when one creates, deletes, shortens or takes an end away. `command`: for a control, another one than the true. */
export async function tryExtends(
  redis: RedisServer,
  count: number,
  seed: number,
  command?: Source['expire'],
): Promise<void> {
  const client = redis.client()
  const connection = await connectTo(addressOf(redis))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const real = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const source = command === undefined ? real : { ...real, expire: command }
  const key = Buffer.from('sess:extended')
  const value = '{"userId":42}'
  const property = fc.asyncProperty(anyExtension, async ({ life, by, span, skewMs }) => {
    if (life.kind === 'missing') await client.unlink(key)
    else if (life.kind === 'persistent') await client.set(key, value)
    else await client.set(key, value, 'PX', life.ms)
    const before = await client.pexpiretime(key)
    const at = connection.now() + skewMs + span
    const input = by === 'byMs' ? { byMs: span } : { untilAt: at }
    const answer =
      by === 'expire'
        ? await source.expire(key, at).catch(refusedWith)
        : await extendOne({ source, key }, input, () => null)
    const [after, kept] = await Promise.all([client.pexpiretime(key), client.get(key)])
    if (kept !== (life.kind === 'missing' ? null : value)) throw new Error('it created, deleted or changed the session')
    if (before < 0 ? after !== before : after < before) throw new Error(`its end went from ${before} to ${after}`)
    const isDone = typeof answer === 'object' && 'outcome' in answer && answer.outcome === 'done'
    if (isDone && after <= before) throw new Error('it says done and did nothing')
  })
  try {
    await fc.assert(property, { numRuns: count, seed })
  } finally {
    await connection.close()
  }
}

/** What Redis does not take for a time is an answer too. */
function refusedWith(error: unknown): string {
  return String(error)
}
