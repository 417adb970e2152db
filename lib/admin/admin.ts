import type { Role } from '@/lib/contract/login'

/** A person signed in to this console. */
export type Admin = {
  username: string
  role: Role
  idleExpiresAt: number
  absoluteExpiresAt: number
  /** When they gave their password. Absent for an API token, and for a session from before this was kept: then nobody knows. */
  signedInAt?: number
}
