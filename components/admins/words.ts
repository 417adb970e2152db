import type { Tone } from '@/components/ui/badge'
import type { AdminRow } from '@/lib/contract/admin'
import type { Role } from '@/lib/contract/login'

/** What each role lets a person do. */
export const roleMeans: Record<Role, string> = {
  viewer: 'Sees everything, changes nothing.',
  operator: 'Also ends and extends sessions, runs jobs, reads the audit.',
  admin: 'Also reveals and exports, and manages admins, tokens and sources.',
}

/** How somebody may come in. */
export function stateOf({ isDisabled, hasFactor }: AdminRow): { label: string; tone: Tone; hint: string } {
  if (isDisabled)
    return { label: 'Disabled', tone: 'danger', hint: 'They cannot sign in, and their tokens open nothing.' }
  if (hasFactor)
    return { label: 'Second factor', tone: 'accent', hint: 'Signing in takes a code of their authenticator.' }
  return { label: 'Password', tone: 'plain', hint: 'Signing in takes their password alone.' }
}
