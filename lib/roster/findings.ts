import { cameBack, farExpiry, noExpiry } from './end-findings'
import { changedPerson, weakId } from './id-findings'
import { oversized, secrets, unreadable } from './payload-findings'
import { anonymous, crowded } from './people-findings'
import type { SessionCheck } from './session-check'

/** All that is looked for in sessions, in the order of the page: the seed's three pitfalls first (no expiry, keys that are not unique, large payloads). */
export const sessionChecks: readonly SessionCheck[] = [
  noExpiry,
  changedPerson,
  weakId,
  cameBack,
  oversized,
  secrets,
  farExpiry,
  crowded,
  anonymous,
  unreadable,
]
