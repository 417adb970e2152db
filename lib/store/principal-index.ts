import type { StoreClient } from './client'
import { digest } from './session-id'

/** Which sessions a principal has. One sorted set per principal, outside the session prefix; the score of a member is the latest moment its session can live. */
export type PrincipalIndex = {
  /** Enters a session, drops what is surely over, and lets the set live at least as long as the session. Cost: one transaction on one key. */
  add(principal: string, member: string, until: number): Promise<void>
  /** Every session that was entered and not removed, the dead among them. Cost: ZRANGE. */
  read(principal: string): Promise<string[]>
  /** Cost: ZREM, or nothing without members. */
  remove(principal: string, members: string[]): Promise<void>
}

/** `prefix` is the sessions' own and ends with a colon: `session:` gives `session-index:<SHA-256 of the principal>`. */
export function createPrincipalIndex(client: StoreClient, prefix: string, now: () => number): PrincipalIndex {
  const keyOf = (principal: string) => `${prefix.slice(0, -1)}-index:${digest(principal)}`

  return {
    async add(principal, member, until) {
      const key = keyOf(principal)
      const answers = await client
        .multi([
          ['zadd', key, until, member],
          ['zremrangebyscore', key, '-inf', now()],
          // NX gives a new set its expiry, GT lets an old one only grow: a transaction, so the set is never seen without one.
          ['pexpireat', key, until, 'NX'],
          ['pexpireat', key, until, 'GT'],
        ])
        .exec()
      const failed = answers?.find(([error]) => error !== null)?.[0]
      if (answers === null || failed) throw failed ?? new Error('Redis gave the transaction up')
    },

    read: (principal) => client.zrange(keyOf(principal), 0, '-1'),

    async remove(principal, members) {
      if (members.length > 0) await client.zrem(keyOf(principal), ...members)
    },
  }
}
