import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import { type RedisServer, until } from '@/e2e/support/redis'
import type { ActionContext, Actor } from '@/lib/actions/context'
import { extend } from '@/lib/actions/extend'
import { revoke } from '@/lib/actions/revoke'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import type { AuditEntry } from '@/lib/contract/audit'
import type { Outcome } from '@/lib/contract/session'
import { isKnownError } from '@/lib/errors'
import { formats } from '@/lib/formats'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { startLineCutter } from './line-cutter'

const actor: Actor = {
  admin: { username: 'prover', role: 'operator', idleExpiresAt: 0, absoluteExpiresAt: 0 },
  requestId: 'proof',
  ip: null,
}
const lastsMs = 600_000
const settleMs = 5000

/** What became of deeds whose line was cut, before Redis got the command or before its answer came. */
export type CutDeeds = {
  cut: number
  falseDone: number
  falseFailed: number
  unknown: number
  settledWrongly: number
  slowestSettleMs: number
}

/** Revokes and extends so many sessions, each with the line cut at its one writing command; by turns before and after Redis did it. `asTold`: for a control, what is made of an outcome. */
export async function cutReplies(
  redis: RedisServer,
  count: number,
  asTold: (outcome: Outcome) => Outcome = (outcome) => outcome,
): Promise<CutDeeds> {
  const client = redis.client()
  const line = await startLineCutter(redis.port)
  const connection = await connectTo(addressOf(null, { hosts: [{ host: '127.0.0.1', port: line.port }] }))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const source = createSource({ connection, id: 'sess', name: 'sess:', prefix: 'sess:', ...common })
  const roster = createRoster()
  const entries: { at: number; entry: Omit<AuditEntry, 'id' | 'at'> }[] = []
  const audit: ActionContext['audit'] = {
    write: async (entry) => void entries.push({ at: Date.now(), entry }),
    keep: async () => true,
    readFor: async () => [],
    count: () => entries.length,
  }
  const context: ActionContext = {
    ...{
      roster,
      audit,
      undo: createUndoShelf(),
      upheld: createUpheld(),
      log: silent,
      isReadOnly: false,
      now: () => connection.now(),
    },
    // What comes back is no matter here, and its reading would be cut too.
    guard: makeGuard({ source, connection, roster, audit }),
    changed() {},
    async refresh() {},
  }
  const found: CutDeeds = { cut: 0, falseDone: 0, falseFailed: 0, unknown: 0, settledWrongly: 0, slowestSettleMs: 0 }

  async function cutOne(at: number): Promise<void> {
    const isRevoke = at % 2 === 0
    const key = Buffer.from(`sess:cut-${at}`)
    const target = { handle: `handle-${at}`, source, key }
    await client.set(key, JSON.stringify({ userId: `p-${at}` }), 'PX', lastsMs)
    const endsAt = await client.pexpiretime(key)
    const hasHappened = async () =>
      isRevoke ? (await client.exists(key)) === 0 : (await client.pexpiretime(key)) > endsAt + lastsMs / 2
    await until('the line is up', () => connection.health().state === 'up', 30_000)
    line.cutAt(isRevoke ? 'unlink' : 'pexpireat', at % 4 < 2 ? 'request' : 'reply')
    const deed = isRevoke ? revoke(context, actor, target) : extend(context, actor, target, { byMs: lastsMs })
    const outcome = await deed.then((answer) => answer.outcome, failedUnless)
    const told = asTold(outcome)
    if (!line.wasCut()) throw new Error('The line was not cut')
    found.cut += 1
    const truth = await hasHappened()
    if (told === 'done' && !truth) found.falseDone += 1
    if (told === 'failed' && truth) found.falseFailed += 1
    if (outcome !== 'unknown') return
    found.unknown += 1
    const cutAt = Date.now()
    const findSettled = () =>
      entries.find(
        ({ entry }) => entry.handle === target.handle && entry.phase === 'outcome' && entry.outcome !== 'unknown',
      )
    await until('it is settled', () => findSettled() !== undefined, 30_000)
    const settled = findSettled()
    found.slowestSettleMs = Math.max(found.slowestSettleMs, (settled?.at ?? Number.POSITIVE_INFINITY) - cutAt)
    if (settled?.entry.outcome !== ((await hasHappened()) ? 'done' : 'failed')) found.settledWrongly += 1
  }

  try {
    for (let at = 0; at < count; at += 1) await cutOne(at)
  } finally {
    await connection.close()
    await line.close()
  }
  return found
}

export const mostSettleMs = settleMs

function failedUnless(error: unknown): Outcome {
  if (!isKnownError(error)) throw error
  return 'failed'
}
