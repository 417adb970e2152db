import { expiringMs, type RowFinding, type SessionStatus } from '@/lib/contract/session'
import type { Thresholds } from './thresholds'

/**
 * One session as the roster holds it: the few facts that a row needs, never its payload.
 * Times are epoch milliseconds on the Redis server's clock; null means none or not told.
 */
export type Session = {
  /** The Redis key, byte for byte. It may hold the session id: it never leaves the server. */
  key: Buffer
  source: string
  format: string
  /** Whom it belongs to: the person's id as the application writes it (`42` is `"42"`), else their user name or e-mail. */
  principal: string | null
  /** What a person would call them. */
  label: string | null
  createdAt: number | null
  lastSeenAt: number | null
  /** The earliest of the limits that the framework and Redis obey; null: it never ends by itself. */
  expiresAt: number | null
  /** The stored value itself: STRLEN, or a hash's names and values. No overhead, no companions. */
  sizeBytes: number
  companionBytes: number
  ip: string | null
  device: string | null
  isReadable: boolean
  /** The value was longer than what was read; its head told the facts that stand here. */
  isTruncated: boolean
  /** The names of fields that hold in clear what must not stand there, in one text; null: none was found. Never a value. */
  secretNames: string | null
}

/** `unreadable` wins, then no expiry, then under five minutes. */
export function statusOf(session: Pick<Session, 'isReadable' | 'expiresAt'>, now: number): SessionStatus {
  if (!session.isReadable) return 'unreadable'
  if (session.expiresAt === null) return 'persistent'
  return session.expiresAt - now < expiringMs ? 'expiring' : 'active'
}

type Found = Pick<Session, 'expiresAt' | 'sizeBytes' | 'principal' | 'isReadable' | 'isTruncated' | 'secretNames'>

/** What is wrong with it, as far as its row tells. */
export function findingsOf(session: Found, { oversizedBytes }: Pick<Thresholds, 'oversizedBytes'>): RowFinding[] {
  const findings: RowFinding[] = []
  if (session.expiresAt === null) findings.push('no-expiry')
  if (session.sizeBytes > oversizedBytes) findings.push('oversized')
  if (!session.isReadable) findings.push('unreadable')
  else if (session.principal === null) findings.push('anonymous')
  if (session.secretNames !== null) findings.push('secrets')
  if (session.isTruncated) findings.push('truncated')
  return findings
}
