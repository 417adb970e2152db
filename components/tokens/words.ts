import type { Tone } from '@/components/ui/badge'
import type { Role } from '@/lib/contract/login'
import type { TokenRow } from '@/lib/contract/token'

export const stateWords: Record<TokenRow['state'], { label: string; tone: Tone; hint: string }> = {
  active: { label: 'Active', tone: 'calm', hint: 'It opens the API until it expires or is revoked.' },
  expired: { label: 'Expired', tone: 'stale', hint: 'Its time is over. It opens nothing; revoke it to free its name.' },
  stopped: {
    label: 'Stopped',
    tone: 'danger',
    hint: 'Whoever created it is no admin here any more. It opens nothing.',
  },
}

/** What each role lets a script do. */
export const roleMeans: Record<Role, string> = {
  viewer: 'Reads sessions, people and findings.',
  operator: 'Also ends and extends sessions, runs jobs, reads the audit.',
  admin: 'Also exports the audit, revokes tokens, ends console sessions.',
}

const dayMs = 24 * 60 * 60_000

/** How long a new token may live. */
export const terms = [
  { label: '1 day', ms: dayMs },
  { label: '7 days', ms: 7 * dayMs },
  { label: '30 days', ms: 30 * dayMs },
  { label: '90 days', ms: 90 * dayMs },
  { label: '1 year', ms: 365 * dayMs },
]
