import type { ActionContext, Actor } from '@/lib/actions/context'
import { inspect } from '@/lib/actions/inspect'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import type { AuditEntry } from '@/lib/contract/audit'
import { JobInput } from '@/lib/contract/job'
import { isKnownError } from '@/lib/errors'
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
  /** Revokes whatever there is; answers the job. */
  revokeAll(): Promise<string>
  /** Whether its page is an answer: also that it is gone is one. */
  isOpenable(key: Buffer): Promise<boolean>
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
    ...{
      roster,
      audit,
      guard,
      undo: createUndoShelf(),
      upheld: createUpheld(),
      log: silent,
      isReadOnly: false,
      now: () => connection.now(),
    },
    changed: ({ key }) => sync.changed([key]),
    refresh: ({ key }) => sync.refresh(key),
  }
  const runner = Math.random().toString(36)
  const ledger = createLedger({ home: connection, log: silent, handles: () => handles })
  const jobs = createJobs({ actions, ledger, runner, handles: () => handles, sources: () => [source] })
  sync.start()
  guard.start()

  async function startJob(order: object): Promise<string> {
    const { digest } = await jobs.preview(actor, JobInput.parse({ ...order, dryRun: true }))
    return (await jobs.start(actor, JobInput.parse({ ...order, digest }))).job
  }

  return {
    roster,
    jobs,
    entries,
    now: () => connection.now(),
    logOut: (principal) => startJob({ deed: 'revoke', filter: { principal: [principal] }, isEverywhere: true }),
    revokeAll: () => startJob({ deed: 'revoke', filter: {}, isSecurity: true }),
    async isOpenable(key) {
      try {
        const detail = await inspect(actions, actor, { source, key, handle: 'handle' })
        return JSON.stringify(detail).length > 0
      } catch (error) {
        return isKnownError(error) && error.code === 'not-found'
      }
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
