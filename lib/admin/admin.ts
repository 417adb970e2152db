import type { Role } from '@/lib/contract/login'

/** A person signed in to this console. */
export type Admin = {
  username: string
  role: Role
  idleExpiresAt: number
  absoluteExpiresAt: number
}
