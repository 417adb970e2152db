export type StoreOptions = {
  /** What every key begins with, up to and with a colon. Default `session:`. The per-principal index lies beside it, under `session-index:`. */
  prefix?: string
  /** The idle timeout: a session ends after this much silence. Default 30 minutes. */
  idleMs?: number
  /** The absolute timeout: a session ends this long after its creation, whatever happens. Default 12 hours; null: none. */
  absoluteMs?: number | null
  /** The largest value that is written, in bytes. Default 4096. */
  maxBytes?: number
  /**
   * Keys are `session:<id>` and values the bare JSON of the data, as `SETEX session:<id> 1800 '{"userId":42}'` writes them. Whoever reads such a key holds the
   * cookie, and where nothing but the data is kept there is no absolute timeout, no principal, no `list` and no `destroyAll`. Default false.
   */
  plain?: boolean
  /** The clock, for tests. */
  now?: () => number
}

const minuteMs = 60_000
const longestMs = 100 * 365 * 24 * 60 * minuteMs

/** The options with their defaults. Throws RangeError for one that would let a session live without an end or that Redis would refuse. */
export function readOptions(options: StoreOptions): Required<StoreOptions> {
  const { prefix = 'session:', idleMs = 30 * minuteMs, maxBytes = 4096, plain = false, now = Date.now } = options
  const { absoluteMs = plain ? null : 12 * 60 * minuteMs } = options
  if (!prefix.endsWith(':') || prefix.length < 2)
    throw new RangeError('prefix must be a name and a colon, like session:')
  requireCount('idleMs', idleMs, longestMs)
  requireCount('maxBytes', maxBytes, 512 * 1024 * 1024)
  if (absoluteMs !== null) requireCount('absoluteMs', absoluteMs, longestMs)
  if (plain && absoluteMs !== null)
    throw new RangeError('A plain store has no place for an absolute timeout: absoluteMs must be null')
  return { prefix, idleMs, absoluteMs, maxBytes, plain, now }
}

function requireCount(name: string, value: number, largest: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value > largest) {
    throw new RangeError(`${name} must be a whole number from 1 to ${largest}`)
  }
}

/** Throws TypeError for what is no principal, and for any in a plain store. */
export function checkPrincipal(principal: string | undefined, isPlain: boolean): void {
  if (principal === undefined) return
  if (isPlain) throw new TypeError('A plain store keeps the bare data and no principal')
  if (typeof principal !== 'string' || principal === '') throw new TypeError('A principal is a text that is not empty')
}
