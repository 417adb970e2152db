import type { SessionRow } from '@/lib/contract/session'
import { findingsOf, type Session, statusOf } from '@/lib/session/session'
import type { Thresholds } from '@/lib/session/thresholds'

/** A session as the browser may see it. The only judge of what leaves the server: no key, no session id, no payload. */
export function toRow(session: Session, handle: string, now: number, thresholds: Thresholds): SessionRow {
  return {
    handle,
    source: session.source,
    format: session.format,
    principal: session.principal,
    label: session.label,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    expiresAt: session.expiresAt,
    sizeBytes: session.sizeBytes,
    companionBytes: session.companionBytes,
    status: statusOf(session, now),
    ip: session.ip,
    device: session.device,
    findings: findingsOf(session, thresholds),
  }
}
