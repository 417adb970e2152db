import type { ActionContext, Actor } from '@/lib/actions/context'
import { createUndoShelf } from '@/lib/actions/undo'
import type { AuditEntry } from '@/lib/contract/audit'
import { JobInput } from '@/lib/contract/job'
import { formats } from '@/lib/formats'
import { createJobs, type Jobs } from '@/lib/jobs/jobs'
import { createLedger } from '@/lib/jobs/ledger'
import { createSource } from '@/lib/redis/source'
import { createRoster, type Roster } from '@/lib/roster/roster'
import { createSync } from '@/lib/roster/sync'
import { createHandles } from '@/lib/session/handle'
import { addressOf, connectTo, silent } from './connection'
import { makeGuard } from './guard'
import type { RedisServer } from './redis'

const handles = createHandles(Buffer.from('a secret that the tests share'))
const actor: Actor = {
  admin: { username: 'olga', role: 'operator', idleExpiresAt: 0, absoluteExpiresAt: 0, signedInAt: Date.now() },
  requestId: 'request-1',
  ip: null,
}

/** One of several servers on the same Redis, which is also their home: what it reads is kept true, what it revokes is guarded, and it runs jobs. */
export type Replica = {
  roster: Roster
  jobs: Jobs
  /** Of its audit. */
  entries: Omit<AuditEntry, 'id' | 'at'>[]
  now(): number
  /** Logs a person out everywhere; answers the job. */
  logOut(principal: string): Promise<string>
  undo(job: string): Promise<unknown>
  close(): Promise<void>
}

export async function openReplica(redis: RedisServer): Promise<Replica> {
  const connection = await connectTo(addressOf(redis))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const source = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const roster = createRoster()
  const entries: Replica['entries'] = []
  const audit: ActionContext['audit'] = {
    write: async (entry) => void entries.push(entry),
    keep: async () => true,
    readFor: async () => [],
    count: () => entries.length,
  }
  const guard = makeGuard({ source, connection, roster, audit })
  const sync = createSync({ source, line: connection, roster, log: silent })
  const actions: ActionContext = {
    ...{ roster, audit, guard, undo: createUndoShelf(), log: silent, isReadOnly: false, now: () => connection.now() },
    changed: ({ key }) => sync.changed([key]),
    refresh: ({ key }) => sync.refresh(key),
  }
  const runner = Math.random().toString(36)
  const ledger = createLedger({ home: connection, log: silent, handles: () => handles })
  const jobs = createJobs({ actions, ledger, runner, handles: () => handles, sources: () => [source] })
  sync.start()
  guard.start()

  return {
    roster,
    jobs,
    entries,
    now: () => connection.now(),
    async logOut(principal) {
      const order = { deed: 'revoke', filter: { principal: [principal] }, isEverywhere: true }
      const { digest } = await jobs.preview(actor, JobInput.parse({ ...order, dryRun: true }))
      return (await jobs.start(actor, JobInput.parse({ ...order, digest }))).job
    },
    undo: (job) => jobs.undo(actor, job),
    async close() {
      await jobs.close()
      guard.close()
      sync.close()
      await connection.close()
    },
  }
}
