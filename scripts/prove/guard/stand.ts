import { Writable } from 'node:stream'
import type { Redis } from 'ioredis'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { makeGuard } from '@/e2e/support/guard'
import type { RedisServer } from '@/e2e/support/redis'
import type { ActionContext, Actor } from '@/lib/actions/context'
import { revoke } from '@/lib/actions/revoke'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import { createAudit } from '@/lib/audit'
import type { Outcome } from '@/lib/contract/session'
import { formats } from '@/lib/formats'
import type { Guard } from '@/lib/guard/guard'
import { createLog } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { createSource } from '@/lib/redis/source'
import { createRoster } from '@/lib/roster/roster'
import { createSync } from '@/lib/roster/sync'
import type { RedisAddress } from '@/lib/settings.mjs'

export const prefix = 'sess:'
export const keyOf = (name: string) => Buffer.from(`${prefix}${name}`)
const actor: Actor = {
  admin: { username: 'prover', role: 'operator', idleExpiresAt: 0, absoluteExpiresAt: 0 },
  requestId: 'proof',
  ip: null,
}
/** So many admins click at once. */
const clicksAtOnce = 25

/** What a framework keeps: the person, a token against forged requests, a cart. */
export function bodyOf(name: string, csrfToken = `csrf-${name}-a1b2c3d4e5`) {
  return { userId: `p-${name}`, csrfToken, cart: '0' }
}

/** Saves all of them, each as a request does. */
export async function saveAll(client: Redis, names: readonly string[], toBody = (name: string) => bodyOf(name)) {
  const pipeline = client.pipeline()
  for (const name of names) pipeline.set(keyOf(name), JSON.stringify(toBody(name)), 'EX', 600)
  await pipeline.exec()
}

export const countAlive = (client: Redis, names: readonly string[]) => client.exists(names.map(keyOf))

/** What a console has of one Redis: its line, a roster that is kept true, the guard, the audit with its lines, and the deed itself. */
export type Stand = {
  connection: Connection
  guard: Guard
  /** The lines of the audit on the log sink. */
  lines: string[]
  /** By the deed of one session, so many at once as admins click; throws when one was not ended. */
  revokeAll(names: readonly string[]): Promise<void>
  /** The same deed on one; how it ended, whatever it is. */
  revokeOne(name: string): Promise<Outcome>
  close(): Promise<void>
}

/** `isGuarded` false: the deed is the same, and nothing is kept from coming back. */
export async function openStand(
  server: RedisServer | null,
  { told = {}, isGuarded = true }: { told?: Partial<RedisAddress>; isGuarded?: boolean } = {},
): Promise<Stand> {
  const connection = await connectTo(addressOf(server, told))
  const common = { siblings: () => [], pinnedFormat: null, formats, isReadOnly: false, origin: 'built-in' as const }
  const source = createSource({ connection, id: 'sess', name: prefix, prefix, ...common })
  const roster = createRoster()
  const lines: string[] = []
  const sink = new Writable({
    write(bytes, _encoding, done) {
      lines.push(String(bytes))
      done()
    },
  })
  const audit = createAudit({ home: connection, log: createLog('info', sink), chain: Math.random().toString(36) })
  const guard = makeGuard({ source, connection, roster, audit })
  const sync = createSync({ source, line: connection, roster, log: silent })
  const context: ActionContext = {
    roster,
    audit,
    undo: createUndoShelf(),
    upheld: createUpheld(),
    guard: isGuarded ? guard : { ...guard, raise() {}, hold() {} },
    log: silent,
    isReadOnly: false,
    now: () => connection.now(),
    changed: ({ key }) => sync.changed([key]),
    refresh: async ({ key }) => sync.refresh(key),
  }
  sync.start()
  if (isGuarded) guard.start()

  async function revokeOne(name: string): Promise<Outcome> {
    const key = keyOf(name)
    return (await revoke(context, actor, { handle: `handle-${name.length}`, source, key })).outcome
  }

  async function mustRevoke(name: string): Promise<void> {
    const outcome = await revokeOne(name)
    if (outcome !== 'done') throw new Error(`a revoke ended as ${outcome}`)
  }

  return {
    connection,
    guard,
    lines,
    async revokeAll(names) {
      for (let at = 0; at < names.length; at += clicksAtOnce) {
        await Promise.all(names.slice(at, at + clicksAtOnce).map(mustRevoke))
      }
    },
    revokeOne,
    async close() {
      guard.close()
      sync.close()
      await connection.close()
    },
  }
}
