import type { Tone } from '@/components/ui/badge'
import { visibleString } from '@/components/ui/visible-text'
import type { Limit, RowFinding, SessionRow, SessionStatus } from '@/lib/contract/session'

export const statusWords: Record<SessionStatus, { label: string; tone: Tone }> = {
  active: { label: 'Active', tone: 'calm' },
  expiring: { label: 'Expiring', tone: 'expiring' },
  persistent: { label: 'No expiry', tone: 'persistent' },
  unreadable: { label: 'Unreadable', tone: 'stale' },
}

export const findingWords: Record<RowFinding, string> = {
  'no-expiry': 'Never expires',
  oversized: 'Large payload',
  secrets: 'Secrets in the payload',
  anonymous: 'Nobody signed in',
  unreadable: 'Unreadable',
  truncated: 'Read in part',
}

/** What a deed does not reach, a sentence each. */
export const limitWords: Record<Limit, string> = {
  'browser-cookie':
    'The cookie in the browser keeps its own end; the application sets it anew at its next answer, or not at all.',
  'cookie-cache': 'A copy of the session inside a cookie is believed until it runs out.',
  'remember-me': 'A remember-me cookie can sign the person in again.',
  'open-sockets': 'Sockets that are already open stay open until they reconnect.',
  'heap-copy': 'A copy in the application’s own memory lives on until it is read again.',
  'sql-row': 'A row in the application’s database says the same and is not touched.',
  'app-timeout': 'The application keeps a timeout of its own, which may end the session earlier.',
  'absolute-timeout': 'The application ends every session at its absolute timeout, whatever the TTL says.',
  'in-flight-requests': 'A request that was already under way may still finish.',
}

export const deedWords: Record<string, string> = {
  'session.view': 'Viewed',
  'session.revoke': 'Revoked',
  'session.restore': 'Brought back',
  'session.extend': 'Extended',
  'session.reveal': 'A hidden value revealed',
  'guard.end': 'Came back and ended again',
}

/** Whom a session belongs to, in plain text: for titles, toasts and screen readers. */
export function personOf(row: Pick<SessionRow, 'label' | 'principal' | 'status'>): string {
  const name = row.label ?? row.principal
  if (name !== null) return visibleString(name)
  return row.status === 'unreadable' ? 'an unreadable session' : 'an anonymous session'
}

/** `Alice’s session`. */
export function sessionOf(row: Pick<SessionRow, 'label' | 'principal' | 'status'>): string {
  return row.label === null && row.principal === null ? personOf(row) : `${personOf(row)}’s session`
}
