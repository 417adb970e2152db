import type { Cluster, Redis } from 'ioredis'
import type { Trouble } from '@/lib/contract/source'
import type { SourceChange } from '@/lib/session/source'
import type { CommandCounts } from './metered'

/** Whether Redis answers, seen by a PING each second on every socket; `down` after 2 s without an answer. */
export type Health = {
  state: 'connecting' | 'up' | 'down'
  since: number
  /** When it last answered, on the local clock; null before it ever did. */
  lastAnswerAt: number | null
  /** One short sentence without host, user or password, null while up: `refused`, `wrong password`, `loading its data` … */
  reason: string | null
}

/** What this server and this user can do, probed with commands that change nothing, again on every `ready`; whether HSET and MULTI are allowed a moment later. */
export type Capabilities = {
  tracking: boolean
  pexpiretime: boolean
  dump: boolean
  restore: boolean
  unlink: boolean
  expire: boolean
  set: boolean
  hset: boolean
  watch: boolean
  memoryUsage: boolean
  info: boolean
}

/** How changes reach us: pushed by Redis, told by its keyspace events with re-scans beside them, or found by bounded re-scans alone. */
export type FeedKind = 'tracking' | 'events' | 'rescan' | 'none'

/**
 * An open line to one database of one Redis: the sockets, their watchdog, what the server can do, its clock and its feed of changes.
 * It reconnects by itself for as long as it is open, and never throws from an event.
 */
export interface Connection {
  readonly database: number
  /** Which server, for people: `redis://10.0.0.5:6379/0`; never a password. */
  readonly description: string
  readonly isCluster: boolean
  /** For commands on one key: routed to its primary in a cluster. Offline queue off, nothing sent twice, 2 s command timeout. */
  readonly client: Redis | Cluster
  health(): Health
  /** Called on every change of `state`; returns how to stop. */
  onHealth(listener: (health: Health) => void): () => void
  capabilities(): Capabilities
  /** The commands that a probe or the feed found refused or absent, upper case: `CLIENT TRACKING`, `DUMP` … */
  missing(): string[]
  /** What is wrong with this Redis now, also while it answers: it may be full, or refuse what reading needs. Null: nothing that is known. */
  trouble(): Trouble | null
  feed(): FeedKind
  /** Redis's clock now: the local one plus the offset that TIME showed last (at ready and once a minute). */
  now(): number
  /**
   * Changes of keys under these prefixes, as hints to re-read. `everything` after every (re)arming of the feed and after a flush.
   * Overlapping prefixes are reduced to the shortest. Where tracking is refused keyspace events are told as far as the server
   * sends them: `feed()` is `events` once they were heard, else `rescan`.
   */
  watch(prefixes: string[], onChange: (change: SourceChange) => void): () => void
  /**
   * Runs `work` on a connection of its own, one at a time, so that its WATCH … EXEC meets no other. The connection is ready and in this database when
   * `work` begins; what is still watched when it ends is let go. Throws as ioredis does, or `Error` when that connection cannot be made in time.
   */
  transact<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T>
  /** What was asked through `client` since the connection was made; the feed's socket and the one for transactions are not in it. */
  counts(): CommandCounts
  close(): Promise<void>
}
