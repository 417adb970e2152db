import type { Tone } from '@/components/ui/badge'
import type { AuditRow, Deed } from '@/lib/contract/audit'

/** Each deed as a person says it: what was wanted, for only the outcome says whether it was done. */
export const deedWords: Record<Deed, string> = {
  'session.view': 'Look at session',
  'session.reveal': 'Reveal a hidden value',
  'session.revoke': 'Revoke session',
  'session.restore': 'Bring back session',
  'session.extend': 'Extend session',
  'guard.end': 'End again what came back',
  'job.view': 'Look at a job',
  'job.start': 'Run a job',
  'job.stop': 'Stop a job',
  'job.resume': 'Resume a job',
  'job.undo': 'Undo a job',
  'view.save': 'Save a view',
  'view.delete': 'Delete a view',
  'source.choose': 'Choose a source',
  'finding.snooze': 'Put a finding off',
  'finding.wake': 'Tell a finding again',
  'audit.view': 'Read the audit',
  'audit.export': 'Export the audit',
  'token.view': 'Look at API tokens',
  'token.create': 'Create API token',
  'token.revoke': 'Revoke API token',
  'console.view': 'Look at console sessions',
  'console.end': 'End console session',
  'admin.view': 'Look at admins',
  'admin.create': 'Create an admin',
  'admin.change': 'Change an admin',
  'admin.remove': 'Remove an admin',
  'admin.reset-factor': 'Reset a second factor',
  'account.view': 'Look at own account',
  'account.password': 'Change own password',
  'account.factor': 'Change own second factor',
  'account.end-others': 'End own other sessions',
  'admin.sign-in': 'Sign in',
  'admin.sign-out': 'Sign out',
}

type Ended = NonNullable<AuditRow['outcome']>

export const outcomeWords: Record<Ended, { label: string; tone: Tone; hint: string }> = {
  done: { label: 'Done', tone: 'live', hint: 'It was carried out.' },
  'already-gone': { label: 'Already gone', tone: 'stale', hint: 'The session had ended before.' },
  refused: { label: 'Refused', tone: 'expiring', hint: 'It was allowed, and could not be done; nothing changed.' },
  unknown: { label: 'Unknown', tone: 'expiring', hint: 'It was sent to Redis and no answer came.' },
  failed: { label: 'Failed', tone: 'danger', hint: 'Redis did not answer; nothing was changed.' },
  denied: { label: 'Denied', tone: 'danger', hint: 'This admin was not let in, or may not do it.' },
}

/** For an intent without an outcome. */
export const noOutcome: { label: string; tone: Tone; hint: string } = {
  label: 'Not known',
  tone: 'expiring',
  hint: 'It was begun. How it ended is not in the audit: it is still under way, or the server stopped.',
}
