/** What decides when a session ends. Times are epoch milliseconds; null means none. */
export type Lifetime = {
  /** When the idle timeout last began to count. */
  lastSeenAt: number
  idleMs: number
  absoluteExpiresAt: number | null
  /** An admin's extension: the idle timeout does not end the session before it. */
  extendedUntilAt: number | null
}

/** The earliest of the limits: the idle timeout, or the extension where that is later, but never past the absolute end. The only expiry arithmetic there is. */
export function expiresAtOf({ lastSeenAt, idleMs, absoluteExpiresAt, extendedUntilAt }: Lifetime): number {
  const idleExpiresAt = Math.max(lastSeenAt + idleMs, extendedUntilAt ?? 0)
  return Math.min(idleExpiresAt, absoluteExpiresAt ?? Number.POSITIVE_INFINITY)
}

/** The absolute end of a session created at `createdAt`; null where there is none. */
export function absoluteExpiresAtOf(createdAt: number, absoluteMs: number | null): number | null {
  return absoluteMs === null ? null : createdAt + absoluteMs
}

/** The last moment that a `Date` can hold. Redis takes ends far behind it. */
export const latestTime = 8.64e15

/** Whether a stored value can be a time of ours: whole milliseconds that a `Date` can hold. */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= latestTime
}
