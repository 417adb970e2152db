import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { formats } from '@/lib/formats'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { createSync } from '@/lib/roster/sync'
import type { RedisAddress } from '@/lib/settings.mjs'

export const keyOf = (index: number) => `sess:${String(index).padStart(6, '0')}`
export const bodyOf = (index: number, visits = 0) => JSON.stringify({ userId: `p${index}`, visits })
export const exactly = (count: number) => ({ of: 'value', least: count }) as const
export const none = { of: 'value', most: 0 } as const

/** A roster that is kept true over a topology. `onBatch` is awaited in the midst of each scan, with how many batches it has given. */
export async function openRoster(
  told: Partial<RedisAddress>,
  onBatch: (batches: number) => Promise<void> = async () => {},
) {
  const connection = await connectTo(addressOf(null, told))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const inner = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const source = {
    ...inner,
    get can() {
      return inner.can
    },
    async *scan(signal: AbortSignal, rest?: number) {
      let batches = 0
      for await (const keys of inner.scan(signal, rest)) {
        batches += 1
        await onBatch(batches)
        yield keys
      }
    },
  }
  const roster = createRoster()
  const sync = createSync({ source, line: connection, roster, log: silent })
  sync.start()
  return {
    connection,
    source,
    roster,
    sync,
    isLive: () => sync.freshness().state === 'live',
    /** How many of these keys the roster does not hold. */
    missing: (count: number) =>
      Array.from({ length: count }, (_, index) => index).filter(
        (index) => roster.findSlot('sess', Buffer.from(keyOf(index))) === null,
      ).length,
    async close() {
      sync.close()
      await connection.close()
    },
  }
}
