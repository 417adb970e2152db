import { randomBytes } from 'node:crypto'
import { KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { createHandles, type Handles } from '@/lib/session/handle'

const secretKey = 'rollcall:secret'
const retryMs = 500
/** The secret is put back this often where a flush took it, so that other replicas and the next start still open our handles. */
const keepEveryMs = 60_000

/**
 * Keeps the handles' secret: from the settings, or made once and kept in the home, so that all replicas and all starts give a session the same handle.
 * `find` is null until the home first answered.
 */
export function createHandleKeeper({ home, secret, log }: { home: Connection; secret: string | null; log: Log }) {
  let handles: Handles | null = secret === null ? null : createHandles(Buffer.from(secret))
  let timer: NodeJS.Timeout | undefined
  let stop: (() => void) | undefined

  let made = randomBytes(32).toString('base64url')

  async function keep() {
    clearTimeout(timer)
    if (secret !== null || home.health().state !== 'up') return
    try {
      await home.client.set(secretKey, made, 'NX')
      const kept = await home.client.get(secretKey)
      if (kept !== null && handles === null) {
        made = kept
        handles = createHandles(Buffer.from(kept))
      }
    } catch (error) {
      // The home may come and go while we start; without a secret nothing is shown, so keep asking.
      log.warn('secret.unread', { error })
    }
    timer = setTimeout(() => void keep(), handles === null ? retryMs : keepEveryMs).unref()
  }

  return {
    find: () => handles,
    /** The same, or `source-unavailable` while the home has not answered. */
    get(): Handles {
      if (handles === null) {
        throw new KnownError('source-unavailable', 'The home Redis has not answered yet.', { retryAfterMs: 1000 })
      }
      return handles
    },
    start() {
      stop = home.onHealth(() => void keep())
      void keep()
    },
    close() {
      clearTimeout(timer)
      stop?.()
    },
  }
}
