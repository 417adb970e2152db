import type { Audit } from '@/lib/audit'
import { createGuard, type Guard } from '@/lib/guard/guard'
import type { Connection } from '@/lib/redis/connection'
import type { Roster } from '@/lib/roster/roster'
import { createHandles } from '@/lib/session/handle'
import type { Source } from '@/lib/session/source'
import { silent } from './connection'

type GuardParts = {
  source: Source
  connection: Connection
  roster: Roster
  audit: Audit
  home?: Connection
  runner?: string
  guardMs?: number
}

const handles = createHandles(Buffer.from('a secret that the tests share'))

/** A guard of one source, not started yet: it hears of changes from its first tombstone on, and of other replicas once it is started. */
export function makeGuard({ source, connection, roster, audit, home = connection, ...rest }: GuardParts): Guard {
  return createGuard({
    guardMs: 300_000,
    runner: Math.random().toString(36),
    ...rest,
    home,
    roster,
    audit,
    log: silent,
    handles: () => handles,
    findSource: (id) => (id === source.id ? { source, connection } : null),
  })
}
